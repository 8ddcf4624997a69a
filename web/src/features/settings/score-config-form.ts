// What a person types about a score config, its problems at the fields, and what goes to the server.
import type { ScoreConfig } from "@/lib/api-types";

export type ScoreDataType = ScoreConfig["dataType"];

export interface CategoryLine {
  label: string;
  value: string;
}

export interface ScoreConfigForm {
  name: string;
  dataType: ScoreDataType;
  description: string;
  minValue: string;
  maxValue: string;
  categories: CategoryLine[];
}

export interface ScoreConfigProblems {
  name?: string;
  minValue?: string;
  maxValue?: string;
  /** One per line, "" where it is fine. */
  categories?: string[];
  /** Of nothing in particular. */
  form?: string;
}

export interface ScoreConfigWish {
  name: string;
  description: string | null;
  minValue?: number | null;
  maxValue?: number | null;
  categories?: { label: string; value: number }[];
}

export const kDataTypes: { value: ScoreDataType; label: string; hint: string }[] = [
  { value: "NUMERIC", label: "Number", hint: "A number, within bounds if you set them" },
  { value: "CATEGORICAL", label: "Categories", hint: "One of the labels below; its number is what charts use" },
  { value: "BOOLEAN", label: "True or false", hint: "True counts 1, false 0" },
  { value: "TEXT", label: "Text", hint: "Free text of up to 500 characters; it is not counted in charts" },
];

export const emptyForm: ScoreConfigForm = {
  name: "",
  dataType: "NUMERIC",
  description: "",
  minValue: "",
  maxValue: "",
  categories: [
    { label: "", value: "0" },
    { label: "", value: "1" },
  ],
};

export function formOf(config: ScoreConfig): ScoreConfigForm {
  const text = (value: number | null) => (value === null ? "" : String(value));
  return {
    name: config.name,
    dataType: config.dataType,
    description: config.description ?? "",
    minValue: text(config.minValue),
    maxValue: text(config.maxValue),
    categories: config.dataType === "CATEGORICAL" ? (config.categories ?? []).map(({ label, value }) => ({ label, value: String(value) })) : emptyForm.categories,
  };
}

const kNameMax = 35;
const kName = /^[\p{L}\p{N}_ .()-]+$/u;

/** Null when the text is no number. */
function toNumber(text: string): number | null {
  const value = Number(text.trim().replace(",", "."));
  return text.trim() === "" || !Number.isFinite(value) ? null : value;
}

/** The rules of the server, told where they are broken. */
export function problemsOf(form: ScoreConfigForm): ScoreConfigProblems {
  const problems: ScoreConfigProblems = {};
  const name = form.name.trim();
  if (name === "") problems.name = "Give it a name";
  else if ([...name].length > kNameMax) problems.name = `At most ${kNameMax} characters`;
  else if (!kName.test(name)) problems.name = "Letters, digits, spaces and _ . ( ) - only";
  if (form.dataType === "NUMERIC") {
    const [least, most] = [toNumber(form.minValue), toNumber(form.maxValue)];
    if (form.minValue.trim() !== "" && least === null) problems.minValue = "Not a number";
    if (form.maxValue.trim() !== "" && most === null) problems.maxValue = "Not a number";
    if (least !== null && most !== null && most <= least) problems.maxValue = "Must be greater than the minimum";
  }
  if (form.dataType === "CATEGORICAL") {
    const lines = form.categories.map((line, at) => categoryProblem(line, form.categories.slice(0, at)));
    if (form.categories.length === 0) problems.form = "At least one category is needed";
    if (lines.some((line) => line !== "")) problems.categories = lines;
  }
  return problems;
}

function categoryProblem(line: CategoryLine, before: CategoryLine[]): string {
  const value = toNumber(line.value);
  if (line.label.trim() === "") return "Give it a label";
  if (value === null) return "The number is missing";
  if (before.some((other) => other.label.trim() === line.label.trim())) return "This label is there already";
  if (before.some((other) => toNumber(other.value) === value)) return "This number is there already";
  return "";
}

/** Of a form without problems. Bounds and description that were emptied are cleared. */
export function wishOf(form: ScoreConfigForm): ScoreConfigWish {
  const wish: ScoreConfigWish = { name: form.name.trim(), description: form.description.trim() || null };
  if (form.dataType === "NUMERIC") Object.assign(wish, { minValue: toNumber(form.minValue), maxValue: toNumber(form.maxValue) });
  if (form.dataType === "CATEGORICAL") wish.categories = form.categories.map(({ label, value }) => ({ label: label.trim(), value: toNumber(value) ?? 0 }));
  return wish;
}

/** Where what the server says belongs: its messages begin with the field or name it. */
export function problemsFromServer(message: string): ScoreConfigProblems {
  if (/^name\b/i.test(message)) return { name: message.replace(/^name:\s*/i, "") };
  if (/maximum|maxValue/i.test(message)) return { maxValue: message };
  if (/minValue/i.test(message)) return { minValue: message };
  return { form: message };
}

/** The range as a person reads it in the list. */
export function rangeOf(config: ScoreConfig): string {
  switch (config.dataType) {
    case "NUMERIC":
      if (config.minValue === null && config.maxValue === null) return "any number";
      if (config.minValue === null) return `up to ${config.maxValue}`;
      if (config.maxValue === null) return `from ${config.minValue}`;
      return `${config.minValue} to ${config.maxValue}`;
    case "CATEGORICAL":
      return (config.categories ?? []).map(({ label, value }) => `${label} (${value})`).join(", ");
    case "BOOLEAN":
      return "True, False";
    case "TEXT":
      return "up to 500 characters";
  }
}
