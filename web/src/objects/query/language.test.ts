import { describe, expect, it } from "vitest";
import { boundsOf, chosenValues, excludeValue, setBounds, toggleValue } from "./edit";
import { findField, type Field } from "./fields";
import { formatQuery, parseQuery, toApi } from "./language";

function field(name: string): Field {
  const found = findField("traces", name);
  if (!found) throw new Error(name);
  return found;
}

describe("reading and writing", () => {
  it.each([
    "env:production", "duration:>5s", "duration:<200ms", "cost:>=0.05", "level:(ERROR OR WARNING)", "-tags:internal",
    'name:"my agent"', "metadata.region:eu", "metadata.region:*eu*", "score.groundedness:<0.7", "score.outcome:(open OR resolved)", "score.user-feedback:>=1", 'score."my score":>0.5',
    "cancelled", '"two words"', "name:*book*", "env:production duration:>5s -tags:internal cancelled",
  ])("%s reads back as it was written", (text) => expect(formatQuery(parseQuery(text, "traces"))).toBe(text));

  it("says what is right when a value is wrong, and keeps the text", () => {
    const [token] = parseQuery("duration:>fast", "traces");
    expect(token).toEqual({ kind: "wrong", text: "duration:>fast", message: "duration needs a time, such as 5s or 200ms." });
  });

  it("knows the field by its other names", () => {
    expect(formatQuery(parseQuery("latency:>1m environment:dev", "traces"))).toBe("duration:>60s env:dev");
  });

  it("takes an address as text, not as a field", () => {
    expect(parseQuery("https://example.com", "traces")).toEqual([{ kind: "words", text: "https://example.com" }]);
  });

  it("does not know observation fields in traces", () => {
    expect(parseQuery("model:gpt-5", "traces")[0]?.kind).toBe("wrong");
    expect(parseQuery("model:gpt-5", "observations")[0]?.kind).toBe("condition");
  });
});

describe("what the server is asked", () => {
  it("sends durations in seconds and free words as one search", () => {
    expect(toApi(parseQuery("duration:>500ms flight cancelled", "traces"))).toEqual({
      filter: [{ type: "number", column: "latency", operator: ">", value: 0.5 }],
      search: "flight cancelled",
    });
  });

  it("sends alternatives, exclusions and tags with their types", () => {
    expect(toApi(parseQuery("level:(ERROR OR WARNING) -tags:internal", "traces")).filter).toEqual([
      { type: "stringOptions", column: "level", operator: "any of", value: ["ERROR", "WARNING"] },
      { type: "arrayOptions", column: "tags", operator: "none of", value: ["internal"] },
    ]);
  });
});

describe("metadata and scores", () => {
  it("are asked for with their key", () => {
    expect(toApi(parseQuery("metadata.region:eu score.groundedness:<0.7 -score.outcome:open", "traces")).filter).toEqual([
      { type: "stringObject", column: "metadata", key: "region", operator: "=", value: "eu" },
      { type: "numberObject", column: "scores_avg", key: "groundedness", operator: "<", value: 0.7 },
      { type: "categoryOptions", column: "score_categories", key: "outcome", operator: "none of", value: ["open"] },
    ]);
  });

  it("keeps scores of two names apart, and does not offer them where the server cannot filter by them", () => {
    expect(formatQuery(parseQuery("score.a:>1 score.b:>2", "traces"))).toBe("score.a:>1 score.b:>2");
    expect(parseQuery("score.a:>1", "observations")[0]?.kind).toBe("wrong");
  });
});

describe("what facets change", () => {
  it("collects the alternatives of a field in one condition", () => {
    let tokens = parseQuery("env:production cancelled", "traces");
    tokens = toggleValue(tokens, field("env"), "staging");
    expect(formatQuery(tokens)).toBe("env:(production OR staging) cancelled");
    tokens = toggleValue(toggleValue(tokens, field("env"), "production"), field("env"), "staging");
    expect(formatQuery(tokens)).toBe("cancelled");
  });

  it("keeps exclusions apart from choices", () => {
    const tokens = excludeValue(parseQuery("env:a", "traces"), field("env"), "b");
    expect(formatQuery(tokens)).toBe("env:a -env:b");
    expect(chosenValues(tokens, field("env"))).toEqual(["a"]);
  });

  it("replaces both ends of a range in place", () => {
    const tokens = setBounds(parseQuery("duration:>5s cancelled", "traces"), field("duration"), { min: 1, max: 10 });
    expect(formatQuery(tokens)).toBe("duration:>=1s duration:<=10s cancelled");
    expect(boundsOf(tokens, field("duration"))).toEqual({ min: 1, max: 10 });
  });
});
