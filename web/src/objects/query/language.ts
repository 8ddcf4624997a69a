// The query language: `env:production duration:>5s -tags:internal level:(ERROR OR WARNING) cancelled "two words"`.
// Conditions are all AND-ed; several values of one condition are alternatives. Free words are searched as one text.
import type { View } from "@/lib/api-types";
import { findField, type Field } from "./fields";

export type Operator = ":" | ">" | ">=" | "<" | "<=" | "contains";

export interface Condition {
  kind: "condition";
  field: Field;
  negated: boolean;
  operator: Operator;
  /** Options and texts as written; numbers in the field's unit (seconds, dollars, tokens). */
  values: string[];
}
export interface Words {
  kind: "words";
  text: string;
}
/** What could not be understood, and what would be right. */
export interface Wrong {
  kind: "wrong";
  text: string;
  message: string;
}
export type Token = Condition | Words | Wrong;

export interface ApiCondition {
  type: string;
  column: string;
  key?: string | undefined;
  operator: string;
  value: string | number | string[];
}

/** Reads a whole query. Never throws: what is wrong comes back as a token that says so. */
export function parseQuery(text: string, view: View): Token[] {
  return splitTerms(text).map((term) => parseTerm(term, view));
}

export function formatQuery(tokens: Token[]): string {
  return tokens.map(formatToken).join(" ");
}

export function formatToken(token: Token): string {
  if (token.kind === "wrong") return token.text;
  if (token.kind === "words") return quote(token.text);
  const sign = token.negated ? "-" : "";
  return `${sign}${token.field.name}:${formatCondition(token)}`;
}

/** What stands behind the colon. */
export function formatCondition({ operator, values, field }: Condition): string {
  if (field.kind === "number" || operator === ">" || operator === ">=" || operator === "<" || operator === "<=") return `${operator === ":" ? "" : operator}${formatAmount(values[0] ?? "", field)}`;
  if (operator === "contains") return `*${quote(values[0] ?? "")}*`;
  const quoted = values.map(quote);
  return quoted.length === 1 ? (quoted[0] ?? "") : `(${quoted.join(" OR ")})`;
}

/** The conditions for the API's `filter` and the words for its `search`. */
export function toApi(tokens: Token[]): { filter: ApiCondition[]; search: string } {
  const filter = tokens.filter((token) => token.kind === "condition").map(toApiCondition);
  const search = tokens.filter((token) => token.kind === "words").map((token) => token.text).join(" ");
  return { filter, search };
}

function toApiCondition({ field, operator, negated, values }: Condition): ApiCondition {
  if (field.kind === "metadata") {
    const exact = operator === ":" && !negated;
    return { type: "stringObject", column: field.column, key: field.key, operator: exact ? "=" : negated ? "does not contain" : "contains", value: values[0] ?? "" };
  }
  if (field.kind === "score") {
    const value = Number(values[0]);
    if (operator === ":" && Number.isNaN(value)) return { type: "categoryOptions", column: "score_categories", key: field.key, operator: negated ? "none of" : "any of", value: values };
    return { type: "numberObject", column: field.column, key: field.key, operator: operator === ":" ? "=" : operator, value };
  }
  if (field.kind === "number") {
    return { type: "number", column: field.column, operator: operator === ":" ? "=" : operator, value: Number(values[0]) };
  }
  if (operator === "contains") {
    return { type: "string", column: field.column, operator: negated ? "does not contain" : "contains", value: values[0] ?? "" };
  }
  if (field.kind === "text" && !negated && values.length === 1) {
    return { type: "string", column: field.column, operator: "=", value: values[0] ?? "" };
  }
  return {
    type: field.kind === "options" ? "arrayOptions" : "stringOptions",
    column: field.column,
    operator: negated ? "none of" : "any of",
    value: values,
  };
}

/** Terms are separated by spaces outside quotes and parentheses. */
export function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let term = "";
  let quoted = false;
  let depth = 0;
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    else if (!quoted && char === "(") depth++;
    else if (!quoted && char === ")") depth = Math.max(0, depth - 1);
    if (/\s/.test(char) && !quoted && depth === 0) {
      if (term !== "") terms.push(term);
      term = "";
    } else term += char;
  }
  if (term !== "") terms.push(term);
  return terms;
}

function parseTerm(term: string, view: View): Token {
  const match = /^(-?)((?:metadata|scores?)\.(?:"[^"]+"|[^:\s"]+)|[A-Za-z][\w.]*):(.*)$/s.exec(term);
  if (!match || term.startsWith('"') || /^https?:/i.test(term)) return { kind: "words", text: unquote(term) };
  const [, sign, name = "", rest = ""] = match;
  const field = findField(view, name);
  if (!field) return { kind: "wrong", text: term, message: `${name} is not a field of ${view}. Put it in quotes to search for it as text.` };
  const condition = { kind: "condition" as const, field, negated: sign === "-" };
  if (rest === "") return { kind: "wrong", text: term, message: `${field.name} needs a value: ${field.hint}.` };
  if (field.kind === "number") return parseNumber(term, rest, condition);
  if (field.kind === "score" && /^(>=|<=|>|<)/.test(rest)) return parseNumber(term, rest, condition);
  const glob = /^\*"?(.+?)"?\*$/s.exec(rest);
  if (glob) return { ...condition, operator: "contains", values: [glob[1] ?? ""] };
  const values = rest.startsWith("(") && rest.endsWith(")") ? splitAlternatives(rest.slice(1, -1)) : [unquote(rest)];
  if (field.kind === "metadata" && values.length > 1) return { kind: "wrong", text: term, message: `${field.name} takes one value.` };
  if (values.length === 0) return { kind: "wrong", text: term, message: `${field.name} needs a value: ${field.hint}.` };
  return { ...condition, operator: ":", values: field.name === "level" || field.name === "type" ? values.map((value) => value.toUpperCase()) : values };
}

function parseNumber(term: string, rest: string, condition: Omit<Condition, "operator" | "values">): Token {
  const { field } = condition;
  const match = /^(>=|<=|>|<|=)?(.+)$/.exec(rest);
  const amount = match?.[2] === undefined ? null : parseAmount(match[2], field);
  if (amount === null || condition.negated) {
    const what = field.unit === "s" ? "a time, such as 5s or 200ms" : field.unit === "usd" ? "an amount, such as 0.05" : "a number, such as 500";
    return { kind: "wrong", text: term, message: condition.negated ? `${field.name} takes < or > instead of a minus.` : `${field.name} needs ${what}.` };
  }
  const operator = match?.[1] === undefined || match[1] === "=" ? ":" : (match[1] as Operator);
  return { ...condition, operator, values: [String(amount)] };
}

/** An amount in the field's unit: durations understand ms, s, m and h; money a leading $; counts k and M. */
export function parseAmount(text: string, field: Pick<Field, "unit">): number | null {
  const match = /^\$?(-?\d+(?:[.,]\d+)?)\s*([a-zµ]*)$/i.exec(text.trim());
  if (!match) return null;
  const amount = Number((match[1] ?? "").replace(",", "."));
  const suffix = match[2] ?? "";
  const scale =
    field.unit === "s"
      ? { "": 1, ms: 0.001, s: 1, sec: 1, m: 60, min: 60, h: 3600 }[suffix.toLowerCase()]
      : { "": 1, k: 1000, K: 1000, m: 1_000_000, M: 1_000_000 }[suffix];
  if (scale === undefined || !Number.isFinite(amount)) return null;
  return Number((amount * scale).toPrecision(12));
}

export function formatAmount(value: string, field: Pick<Field, "unit">): string {
  const amount = Number(value);
  if (field.unit !== "s" || !Number.isFinite(amount)) return value;
  if (amount !== 0 && Math.abs(amount) < 1) return `${Number((amount * 1000).toPrecision(6))}ms`;
  return `${Number(amount.toPrecision(6))}s`;
}

function splitAlternatives(text: string): string[] {
  return splitTerms(text).filter((term) => term !== "OR" && term !== "or" && term !== "|").map(unquote);
}

function unquote(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text.replaceAll('"', "");
}

function quote(text: string): string {
  return text === "" || /[\s()"]/.test(text) || /^-?[A-Za-z][\w.]*:/.test(text) || /^(OR|or|\|)$/.test(text) ? `"${text.replaceAll('"', "")}"` : text;
}
