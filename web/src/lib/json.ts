export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Stored text as a value: JSON when it is JSON, else the text itself. Null stays null. */
export function parseStored(text: string | null | undefined): Json {
  if (text === null || text === undefined) return null;
  return looksLikeJson(text) ? (tryParse(text) ?? text) : text;
}

/** JSON inside text, at all levels: frameworks often store a document as a string in a document. */
export function parseDeep(value: Json, depth = 0): Json {
  if (depth > 12) return value;
  if (typeof value === "string") {
    if (!looksLikeContainer(value)) return value;
    const parsed = tryParse(value);
    return parsed === undefined ? value : parseDeep(parsed, depth + 1);
  }
  if (Array.isArray(value)) return value.map((item) => parseDeep(item, depth + 1));
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, parseDeep(item, depth + 1)]));
  }
  return value;
}

function looksLikeContainer(text: string): boolean {
  const first = text.trimStart().charAt(0);
  return first === "{" || first === "[" || first === '"';
}

function looksLikeJson(text: string): boolean {
  return looksLikeContainer(text) || /^\s*(-?\d|true|false|null)/.test(text);
}

function tryParse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
