// The form of a model definition: what is typed, and the definition it stands for.
import type { Model, ModelWish } from "@/lib/api-types";

export interface PriceLine {
  usageType: string;
  /** Dollars, per million tokens or per single unit of anything else; as typed. */
  price: string;
}

export interface ModelForm {
  modelName: string;
  matchPattern: string;
  unit: string;
  startDate: string;
  tokenizerId: string;
  tokenizerConfig: string;
  prices: PriceLine[];
  /** The tiers beside the default one, as JSON text. */
  otherTiers: string;
}

export const kUnits = ["TOKENS", "CHARACTERS", "MILLISECONDS", "SECONDS", "REQUESTS", "IMAGES"];

export function unitsPerPrice(unit: string): number {
  return unit === "TOKENS" ? 1_000_000 : 1;
}

export const emptyForm: ModelForm = {
  modelName: "",
  matchPattern: "",
  unit: "TOKENS",
  startDate: "",
  tokenizerId: "",
  tokenizerConfig: "",
  prices: [
    { usageType: "input", price: "" },
    { usageType: "output", price: "" },
  ],
  otherTiers: "",
};

/** `(?i)^name$`, with what means something in a pattern escaped. */
export function suggestPattern(name: string): string {
  return name.trim() === "" ? "" : `(?i)^${name.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`;
}

export function formOf(model: Model): ModelForm {
  const unit = model.unit ?? "TOKENS";
  const standard = model.pricingTiers.find((tier) => tier.isDefault);
  const others = model.pricingTiers.filter((tier) => !tier.isDefault).map(({ name, priority, conditions, prices }) => ({ name, priority, conditions, prices }));
  return {
    modelName: model.modelName,
    matchPattern: model.matchPattern,
    unit,
    startDate: model.startDate?.slice(0, 10) ?? "",
    tokenizerId: model.tokenizerId ?? "",
    tokenizerConfig: model.tokenizerConfig ? JSON.stringify(model.tokenizerConfig) : "",
    prices: Object.entries(standard?.prices ?? {}).map(([usageType, price]) => ({ usageType, price: scaled(price, unitsPerPrice(unit)) })),
    otherTiers: others.length > 0 ? JSON.stringify(others, null, 2) : "",
  };
}

/** The definition, or what is wrong with the form. The server checks the rest. */
export function wishOf(form: ModelForm): ModelWish | { problem: string } {
  const prices: Record<string, number> = {};
  for (const line of form.prices) {
    if (line.usageType.trim() === "" && line.price.trim() === "") continue;
    const price = Number(line.price);
    if (line.usageType.trim() === "" || line.price.trim() === "" || !Number.isFinite(price) || price < 0) {
      return { problem: `Give ${line.usageType.trim() === "" ? "every price a usage type" : `${line.usageType} a price of at least 0`}.` };
    }
    prices[line.usageType.trim()] = Number((price / unitsPerPrice(form.unit)).toPrecision(15));
  }
  if (Object.keys(prices).length === 0) return { problem: "Give at least one price." };
  const others = parsed(form.otherTiers, "[]");
  if (!Array.isArray(others)) return { problem: "Conditional tiers: this is not a JSON list." };
  const config = parsed(form.tokenizerConfig, "null");
  if (config === undefined) return { problem: "Tokeniser configuration: this is not JSON." };
  return {
    modelName: form.modelName.trim(),
    matchPattern: form.matchPattern,
    unit: form.unit,
    startDate: form.startDate === "" ? null : `${form.startDate}T00:00:00Z`,
    tokenizerId: form.tokenizerId === "" ? null : form.tokenizerId,
    tokenizerConfig: config as Record<string, unknown> | null,
    pricingTiers: [{ name: "Standard", isDefault: true, priority: 0, conditions: [], prices }, ...(others as Record<string, unknown>[])],
  };
}

function parsed(text: string, otherwise: string): unknown {
  try {
    return JSON.parse(text.trim() === "" ? otherwise : text) as unknown;
  } catch {
    return undefined;
  }
}

/** Decimal text without the noise of binary fractions. */
function scaled(price: number, factor: number): string {
  const value = Number((price * factor).toPrecision(12));
  return value.toString();
}
