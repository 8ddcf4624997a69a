import { expect, it } from "vitest";
import { findInLines, pathText, toLines } from "./lines";

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
