import { expect, it } from "vitest";
import { parseTimeRange, resolveTimeRange, timeRangeLabel, timeRangeText } from "./time-range";

it.each(["24h", "7d", "15m"])("keeps the preset %s as it is in the URL", (text) => {
  const range = parseTimeRange(text);
  expect(range && timeRangeText(range)).toBe(text);
});

it("understands typed words", () => {
  expect(parseTimeRange("last 3 days")).toEqual({ kind: "preset", amount: 3, unit: "d" });
  expect(parseTimeRange("2w")).toEqual({ kind: "preset", amount: 14, unit: "d" });
});

it("refuses nonsense and ranges that end before they begin", () => {
  expect(parseTimeRange("soon")).toBeNull();
  expect(parseTimeRange("2026-09-09T10:00Z/2026-09-09T08:00Z")).toBeNull();
});

it("resolves a preset against the clock", () => {
  const now = new Date("2026-09-09T12:00:00Z");
  const range = parseTimeRange("1h");
  expect(range && resolveTimeRange(range, now).from.toISOString()).toBe("2026-09-09T11:00:00.000Z");
  expect(range && timeRangeLabel(range)).toBe("Last hour");
});
