import { useState } from "react";

/** A parameter of the address as state, so that a filtered list can be shared and survives a reload. */
export function useSearchParam(name: string): [string, (value: string) => void] {
  const [value, setValue] = useState(() => new URLSearchParams(window.location.search).get(name) ?? "");
  const change = (next: string) => {
    setValue(next);
    const url = new URL(window.location.href);
    if (next === "") url.searchParams.delete(name);
    else url.searchParams.set(name, next);
    window.history.replaceState(window.history.state, "", url);
  };
  return [value, change];
}
