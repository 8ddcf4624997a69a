import { describe, expect, it } from "vitest";
import { findInLines, pathText, shownText, toLines } from "./lines";

const document = { flight: "TP 1693", legs: [1, { to: "LIS" }], none: {} };

it("draws objects and lists over several lines and closes them", () => {
  const lines = toLines([{ name: "", value: document }], new Map());
  expect(lines.map((line) => line.kind)).toEqual(["open", "value", "open", "value", "open", "value", "close", "close", "folded", "close"]);
});

it("folds what a person folds", () => {
  const [, , list] = toLines([{ name: "", value: document }], new Map());
  const folded = toLines([{ name: "", value: document }], new Map([[list?.id ?? "", true]]));
  expect(folded.map((line) => line.kind)).toEqual(["open", "value", "folded", "folded", "close"]);
});

it("starts large inner lists folded and unfolds them for a search", () => {
  const large = { a: { rows: Array.from({ length: 500 }, (_, at) => `row ${at}`) } };
  expect(toLines([{ name: "", value: large }], new Map()).length).toBeLessThan(10);
  const all = toLines([{ name: "", value: large }], new Map(), true);
  expect(findInLines(all, "ROW 499")).toHaveLength(1);
});

it("writes paths as one types them", () => expect(pathText(["messages", 0, "my key", "x"])).toBe('messages[0]["my key"].x'));

describe("a long text", () => {
  const linesOf = (value: string) => toLines([{ name: "", value: [value, 1] }], new Map()).filter((line) => line.part !== null);

  it("goes on in further lines without losing a character", () => {
    const text = "word ".repeat(5000);
    const lines = linesOf(text);
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.map(shownText).join("")).toBe(text);
    expect(new Set(lines.map((line) => line.id)).size).toBe(lines.length);
    expect(lines.map((line) => line.comma)).toEqual([...lines.slice(1).map(() => false), true]);
  });

  it("breaks after its own lines and never inside a character", () => {
    expect(linesOf(`${"x".repeat(1500)}\n${"y".repeat(1500)}`).map((line) => shownText(line).length)).toEqual([1501, 1500]);
    for (const line of linesOf(`a${"😀".repeat(4000)}`)) expect(shownText(line)).not.toMatch(/^[\uDC00-\uDFFF]/);
  });

  it("is found also where a word stands over the end of a line", () => {
    const text = `${"x".repeat(1996)}needle${"y".repeat(3000)}`;
    const lines = toLines([{ name: "", value: text }], new Map());
    expect(findInLines(lines, "NEEDLE")).toEqual([0]);
  });
});
