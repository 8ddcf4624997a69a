// Changes that facets, cells and the table make to a query. Each returns a new list; the bar shows the result at once.
import type { Field } from "./fields";
import type { Condition, Operator, Token } from "./language";

const isOf = (token: Token, field: Field): token is Condition => token.kind === "condition" && token.field.name === field.name;

/** The values a field is restricted to by an alternative list. */
export function chosenValues(tokens: Token[], field: Field): string[] {
  return tokens.filter((token) => isOf(token, field) && !token.negated && token.operator === ":").flatMap((token) => (token as Condition).values);
}

export function hasCondition(tokens: Token[], field: Field): boolean {
  return tokens.some((token) => isOf(token, field));
}

/** Adds the value to the field's alternatives, or takes it away again. */
export function toggleValue(tokens: Token[], field: Field, value: string): Token[] {
  const chosen = chosenValues(tokens, field);
  const next = chosen.includes(value) ? chosen.filter((item) => item !== value) : [...chosen, value];
  return setValues(tokens, field, next);
}

/** Restricts the field to exactly these values; none removes the restriction. */
export function setValues(tokens: Token[], field: Field, values: string[]): Token[] {
  const replaced = (token: Token) => isOf(token, field) && !token.negated && token.operator === ":";
  if (values.length === 0) return tokens.filter((token) => !replaced(token));
  const condition: Condition = { kind: "condition", field, negated: false, operator: ":", values };
  const at = tokens.findIndex(replaced);
  if (at < 0) return [...tokens, condition];
  return tokens.flatMap((token, index) => (index === at ? [condition] : replaced(token) ? [] : [token]));
}

export function excludeValue(tokens: Token[], field: Field, value: string): Token[] {
  const excluded = tokens.find((token) => isOf(token, field) && token.negated);
  const values = [...new Set([...(excluded && excluded.kind === "condition" ? excluded.values : []), value])];
  const rest = tokens.filter((token) => token !== excluded);
  return [...rest, { kind: "condition", field, negated: true, operator: ":", values }];
}

export interface Bounds {
  min: number | null;
  max: number | null;
}

export function boundsOf(tokens: Token[], field: Field): Bounds {
  const bounds: Bounds = { min: null, max: null };
  for (const token of tokens) {
    if (!isOf(token, field)) continue;
    const value = Number(token.values[0]);
    if (token.operator === ">" || token.operator === ">=") bounds.min = value;
    else if (token.operator === "<" || token.operator === "<=") bounds.max = value;
    else if (token.operator === ":") bounds.min = bounds.max = value;
  }
  return bounds;
}

export function setBounds(tokens: Token[], field: Field, bounds: Bounds): Token[] {
  const edge = (operator: Operator, value: number): Condition => ({
    kind: "condition", field, negated: false, operator, values: [String(Number(value.toPrecision(6)))],
  });
  const edges = [
    ...(bounds.min === null ? [] : [edge(">=", bounds.min)]),
    ...(bounds.max === null ? [] : [edge("<=", bounds.max)]),
  ];
  const at = tokens.findIndex((token) => isOf(token, field));
  const rest = tokens.filter((token) => !isOf(token, field));
  const place = at < 0 ? rest.length : tokens.slice(0, at).filter((token) => !isOf(token, field)).length;
  return [...rest.slice(0, place), ...edges, ...rest.slice(place)];
}

export function clearField(tokens: Token[], field: Field): Token[] {
  return tokens.filter((token) => !isOf(token, field));
}
