import { expect, it } from "vitest";
import { readable } from "./columns";
import { quantile } from "./quick-filters";
import { cacheSaving } from "./step-properties";

it.each([
  ['{"messages":[{"role":"user","content":"Where is my \\"bag\\"?\\nIt is red', 'Where is my "bag"? It is red'],
  ['{"message": "Plan 5 nights in Lisb', "Plan 5 nights in Lisb"],
  ['{"role":"assistant","content":null,"tool_calls":[{"id":"1","function":{"name":"search_flights","arguments":"{}"}}]}', "calls search_flights"],
  ["plain  text\nof two lines", "plain text of two lines"],
  ['{"ref":"7QKX2M"}', '{"ref":"7QKX2M"}'],
])("%s reads as %s", (text, shown) => expect(readable(text)).toBe(shown));

it("finds where the slowest twentieth begins, and nothing in a handful", () => {
  const histogram = Array.from({ length: 10 }, (_, at) => ({ from: at, to: at + 1, count: 10 }));
  expect(quantile({ field: "latency", kind: "range", histogram }, 0.95)).toBe(9.5);
  expect(quantile({ field: "latency", kind: "range", histogram: histogram.slice(0, 1) }, 0.95)).toBeNull();
});

it("says what the cache saved compared with plain input", () => {
  const saved = cacheSaving([
    { key: "input", units: 3412, unitPrice: 3e-6, amount: 0.010236 },
    { key: "input_cached_tokens", units: 6144, unitPrice: 3e-7, amount: 0.0018432 },
    { key: "output", units: 512, unitPrice: 1.5e-5, amount: 0.00768 },
  ]);
  expect(saved?.amount).toBeCloseTo(0.0166, 4);
  expect(saved?.share).toBeCloseTo(0.46, 2);
});
