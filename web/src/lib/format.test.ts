import { describe, expect, it } from "vitest";
import { formatBytes, formatDuration, formatExactMoney, formatListTime, formatMoney, formatShare, formatTick, formatTokens, formatUnitPrice, shortId } from "./format";

const plain = (text: string) => text.replaceAll("\u2009", " ");

describe("durations", () => {
  it.each([
    [38, "38 ms"], [0, "0 ms"], [0.4, "< 1 ms"], [999.4, "999 ms"], [999.6, "1.00 s"], [12_410, "12.41 s"],
    [59_990, "59.99 s"], [67_000, "1 m 07 s"], [7_380_000, "2 h 03 m"], [3_599_600, "1 h 00 m"],
  ])("%d ms is written %s", (value, text) => expect(plain(formatDuration(value))).toBe(text));

  it("leaves a missing value empty instead of zero", () => expect(formatDuration(null)).toBe(""));
});

describe("money", () => {
  it.each([
    [0.0475, "$0.0475"], [228.4, "$228.40"], [0.00002, "< $0.0001"], [1234.5, "$1,234.50"], [0, "$0.00"],
  ])("%d is written %s", (value, text) => expect(formatMoney(value)).toBe(text));

  it("shows in a formula what a cell would call less than", () => {
    expect([formatExactMoney(0.0000399), formatExactMoney(0.0198), formatExactMoney(0)]).toEqual(["$0.000040", "$0.0198", "$0.00"]);
  });

  it("writes unit prices per million", () => {
    expect(formatUnitPrice(0.000003)).toBe("$3.00/M");
    expect(formatUnitPrice(0.04)).toBe("$0.04");
  });
});

describe("tokens and shares", () => {
  it("is exact below ten thousand and compact above", () => {
    expect([formatTokens(9556), formatTokens(32_010), formatTokens(1_310_000)]).toEqual(["9,556", "32.0k", "1.31M"]);
  });
  it("never rounds a share to zero", () => expect(formatShare(0.0002)).toBe("< 0.1%"));
});

describe("times in lists", () => {
  const now = new Date(2026, 8, 9, 15, 0, 0);
  it("shows milliseconds today, the weekday this week, the day this year", () => {
    expect(formatListTime(new Date(2026, 8, 9, 14, 32, 8, 214).toISOString(), now)).toEqual({ text: "14:32:08", fraction: ".214" });
    expect(formatListTime(new Date(2026, 8, 8, 21, 4, 0).toISOString(), now).text).toBe("Tue 21:04:00");
    expect(formatListTime(new Date(2026, 5, 8, 21, 4, 0).toISOString(), now).text).toBe("8 Jun 21:04");
  });
});

it("writes ticks with no more digits than the step needs", () => {
  expect([formatTick(0, 4000), formatTick(4000, 4000), formatTick(1500, 500), formatTick(250, 50)].map(plain))
    .toEqual(["0 s", "4 s", "1.5 s", "250 ms"]);
});

it("shortens ids to their ends", () => expect(shortId("a3f1e07c58d24b6f8e1190b4d7c69c20")).toBe("a3f1e07c…9c20"));

describe("bytes", () => {
  it("grow with their units", () => {
    expect([999, 81_000, 31_100_000, 61_000_000_000, 2_400_000_000_000].map(formatBytes)).toEqual(["999\u2009B", "81\u2009kB", "31.1\u2009MB", "61\u2009GB", "2.4\u2009TB"]);
  });
});
