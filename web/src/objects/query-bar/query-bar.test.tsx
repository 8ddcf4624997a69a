import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { useState } from "react";
import { expect, it } from "vitest";
import type { Facet } from "@/lib/api-types";
import { formatQuery, parseQuery, type Token } from "../query/language";
import { QueryBar } from "./query-bar";

const facets: Facet[] = [
  { field: "environment", kind: "values", filterType: "stringOptions", values: [{ value: "production", count: 1284 }, { value: "staging", count: 96 }] },
];

function Page({ start = "" }: { start?: string }) {
  const [tokens, setTokens] = useState<Token[]>(parseQuery(start, "traces"));
  return (
    <>
      <QueryBar view="traces" tokens={tokens} facets={facets} onChange={setTokens} />
      <output>{formatQuery(tokens)}</output>
    </>
  );
}

const query = () => screen.getByRole("status").textContent;

it("runs nothing while typing and commits with Enter", async () => {
  render(<Page />);
  await userEvent.type(screen.getByRole("combobox"), "duration:>5s");
  expect(query()).toBe("");
  await userEvent.keyboard("{Enter}");
  expect(query()).toBe("duration:>5s");
});

it("offers the values of a field with counts and takes the highlighted one", async () => {
  render(<Page />);
  await userEvent.type(screen.getByRole("combobox"), "env:st");
  expect(screen.getByRole("option").textContent).toBe("staging96");
  await userEvent.keyboard("{Tab}");
  expect(query()).toBe("env:staging");
});

it("gives the last condition back for editing", async () => {
  render(<Page start="env:production cancelled" />);
  await userEvent.click(screen.getByRole("combobox"));
  await userEvent.keyboard("{Backspace}");
  expect(query()).toBe("env:production");
  expect(screen.getByRole<HTMLInputElement>("combobox").value).toBe("cancelled");
});

it("says what would be right when a value is wrong", async () => {
  render(<Page />);
  await userEvent.type(screen.getByRole("combobox"), "duration:>fast{Enter}");
  expect(screen.getByRole("alert").textContent).toContain("duration needs a time");
});
