import { describe, expect, it } from "vitest";
import type { ScoreConfig } from "@/lib/api-types";
import { emptyForm, formOf, problemsFromServer, problemsOf, rangeOf, wishOf, type ScoreConfigForm } from "./score-config-form";

const form = (part: Partial<ScoreConfigForm>): ScoreConfigForm => ({ ...emptyForm, name: "quality", ...part });
const config = (part: Partial<ScoreConfig>): ScoreConfig => ({
  id: "c", name: "quality", createdAt: "", updatedAt: "", projectId: "p", dataType: "NUMERIC", isArchived: false, minValue: null, maxValue: null, categories: null, description: null, ...part,
});

describe("problemsOf", () => {
  it("wants a name of at most 35 letters, digits and a few marks, of any script", () => {
    expect(problemsOf(form({ name: "" })).name).toBeDefined();
    expect(problemsOf(form({ name: "x".repeat(36) })).name).toBeDefined();
    expect(problemsOf(form({ name: "a/b" })).name).toBeDefined();
    expect(problemsOf(form({ name: "Qualität (v2.1)_x-y" }))).toEqual({});
  });

  it("names the bound that is wrong", () => {
    expect(problemsOf(form({ minValue: "1", maxValue: "1" })).maxValue).toBeDefined();
    expect(problemsOf(form({ minValue: "low" })).minValue).toBeDefined();
    expect(problemsOf(form({ minValue: "-1.5", maxValue: "" }))).toEqual({});
    // Bounds that another type left behind do not count.
    expect(problemsOf(form({ dataType: "BOOLEAN", minValue: "low" }))).toEqual({});
  });

  it("names the category that is wrong", () => {
    const lines = [{ label: "good", value: "1" }, { label: "good", value: "2" }, { label: "bad", value: "1.0" }, { label: " ", value: "3" }, { label: "x", value: "" }];
    const found = problemsOf(form({ dataType: "CATEGORICAL", categories: lines })).categories ?? [];
    expect(found.map((problem) => problem !== "")).toEqual([false, true, true, true, true]);
    expect(problemsOf(form({ dataType: "CATEGORICAL", categories: [] })).form).toBeDefined();
  });
});

describe("wishOf", () => {
  it("sends what belongs to the type only, and null for what was emptied", () => {
    expect(wishOf(form({ minValue: "0", maxValue: "" }))).toEqual({ name: "quality", description: null, minValue: 0, maxValue: null });
    expect(wishOf(form({ dataType: "TEXT", minValue: "1" }))).toEqual({ name: "quality", description: null });
    expect(wishOf(form({ dataType: "CATEGORICAL", categories: [{ label: " good ", value: "1" }] })).categories).toEqual([{ label: "good", value: 1 }]);
  });

  it("gives back what formOf read", () => {
    const stored = config({ dataType: "CATEGORICAL", description: "how good", categories: [{ label: "good", value: 1 }, { label: "bad", value: -0.5 }] });
    expect(wishOf(formOf(stored))).toEqual({ name: "quality", description: "how good", categories: stored.categories });
  });
});

it("puts what the server says at its field", () => {
  expect(problemsFromServer("name: expected 1 to 35 characters")).toEqual({ name: "expected 1 to 35 characters" });
  expect(problemsFromServer("Maximum value must be greater than Minimum value")).toHaveProperty("maxValue");
  expect(problemsFromServer("the store is away")).toEqual({ form: "the store is away" });
});

it("reads ranges aloud", () => {
  expect(rangeOf(config({ minValue: 0, maxValue: 1 }))).toBe("0 to 1");
  expect(rangeOf(config({ minValue: 0 }))).toBe("from 0");
  expect(rangeOf(config({}))).toBe("any number");
});
