import { useCallback, useMemo, useState, useSyncExternalStore } from "react";
import { onChange, parseValid, readText, writeJson } from "./storage";

/** State of one browser that survives a reload, such as a pane's width; the same everywhere on the page. */
export function useRemembered<T>(key: string, fallback: T, isValid: (value: unknown) => value is T): [T, (value: T) => void] {
  const [initial] = useState(fallback);
  const text = useSyncExternalStore(onChange, () => readText(key));
  const value = useMemo(() => parseValid(text, initial, isValid), [text, initial, isValid]);
  const remember = useCallback((next: T) => writeJson(key, next), [key]);
  return [value, remember];
}

export const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
export const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
