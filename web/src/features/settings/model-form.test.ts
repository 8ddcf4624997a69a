import { expect, test } from "vitest";
import type { Model } from "@/lib/api-types";
import { emptyForm, formOf, suggestPattern, wishOf } from "./model-form";

const model: Model = {
  id: "m",
  modelName: "gpt-x",
  matchPattern: "(?i)^gpt-x$",
  startDate: "2026-02-01T00:00:00.000Z",
  unit: "TOKENS",
  tokenizerId: "openai",
  tokenizerConfig: { tokenizerModel: "gpt-4o" },
  isLangfuseManaged: false,
  createdAt: "2026-01-01T00:00:00.000Z",
  pricingTiers: [
    { id: "m_tier_default", name: "Standard", isDefault: true, priority: 0, conditions: [], prices: { input: 0.0000033, output: 2.5e-7 } },
    { id: "m_tier_1", name: "Large", isDefault: false, priority: 1, conditions: [{ usageDetailPattern: "input", operator: "gt", value: 1000, caseSensitive: false }], prices: { input: 1e-5, output: 1e-5 } },
  ],
};

test("a definition that is opened and saved is the same, to the last digit", () => {
  const wish = wishOf(formOf(model));
  if ("problem" in wish) throw new Error(wish.problem);
  expect(wish).toMatchObject({ modelName: "gpt-x", unit: "TOKENS", startDate: "2026-02-01T00:00:00Z", tokenizerConfig: { tokenizerModel: "gpt-4o" } });
  expect(wish.pricingTiers?.[0]?.["prices"]).toEqual({ input: 0.0000033, output: 2.5e-7 });
  expect(wish.pricingTiers?.[1]).toMatchObject({ name: "Large", priority: 1, prices: { input: 1e-5, output: 1e-5 } });
});

test("prices of tokens are typed per million, others per unit", () => {
  const perImage = wishOf({ ...emptyForm, modelName: "i", unit: "IMAGES", prices: [{ usageType: "output", price: "0.04" }] });
  expect(perImage).toMatchObject({ pricingTiers: [{ prices: { output: 0.04 } }] });
  const perToken = wishOf({ ...emptyForm, modelName: "t", prices: [{ usageType: "input", price: "2.5" }] });
  expect(perToken).toMatchObject({ pricingTiers: [{ prices: { input: 0.0000025 } }] });
});

test("what cannot be a price is said", () => {
  for (const price of ["", "-1", "two"]) {
    expect(wishOf({ ...emptyForm, prices: [{ usageType: "input", price }] })).toHaveProperty("problem");
  }
  expect(wishOf({ ...emptyForm, prices: [{ usageType: "input", price: "1" }], otherTiers: "{" })).toHaveProperty("problem");
});

test("the suggested pattern matches the name and nothing else", () => {
  expect(suggestPattern("gpt-4.1 (mini)")).toBe("(?i)^gpt-4\\.1 \\(mini\\)$");
  expect(suggestPattern("  ")).toBe("");
});
