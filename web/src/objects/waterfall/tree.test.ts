import { describe, expect, it } from "vitest";
import { observation } from "@/testing/observations";
import { findInTree } from "./find";
import { buildTree, visiblePositions } from "./tree";

const names = (tree: ReturnType<typeof buildTree>, positions: number[]) => positions.map((at) => tree.nodes[at]?.row.id);

describe("the order of rows", () => {
  it("puts parents before children and siblings by start, whatever order they came in", () => {
    const tree = buildTree([
      observation("c", "a", 50, 60), observation("b", "a", 10, 40), observation("d", "b", 12, 20), observation("a", null, 0, 100),
    ]);
    expect(tree.nodes.map((node) => [node.row.id, node.depth])).toEqual([["a", 0], ["b", 1], ["d", 2], ["c", 1]]);
    expect(names(tree, visiblePositions(tree, new Set(["b"])))).toEqual(["a", "b", "c"]);
  });

  it("shows steps with a missing parent, and steps that are their own ancestors, as roots", () => {
    const tree = buildTree([observation("x", "gone", 0, 1), observation("p", "q", 0, 1), observation("q", "p", 0, 1)]);
    expect(tree.nodes).toHaveLength(3);
    expect(tree.roots.length).toBe(2);
  });
});

describe("what a row knows", () => {
  it("sums the cost of everything below", () => {
    const tree = buildTree([observation("a", null, 0, 9), observation("b", "a", 0, 9, { cost: 0.5 }), observation("c", "b", 0, 9, { cost: 0.25 })]);
    expect(tree.nodes[0]?.subtreeCost).toBe(0.75);
  });

  it("lets a running step reach to the last instant known", () => {
    const tree = buildTree([observation("a", null, 0, null), observation("b", "a", 10, 400)]);
    expect(tree.nodes[0]?.isRunning).toBe(true);
    expect((tree.nodes[0]?.end ?? 0) - tree.start).toBe(400);
  });

  it("marks what started after the answer", () => {
    const tree = buildTree([observation("a", null, 0, 100), observation("judge", "a", 150, 200), observation("inner", "judge", 160, 170)]);
    expect(tree.nodes.map((node) => node.isAfterResponse)).toEqual([false, true, true]);
  });
});

it("knows a judge beside the answer for what it is", () => {
  const tree = buildTree([observation("root", null, 0, 100), observation("judge", null, 120, 180, { type: "EVALUATOR" }), observation("model", "judge", 130, 170)]);
  expect(tree.nodes.map((node) => [node.isAfterResponse, node.isCritical])).toEqual([[false, true], [true, false], [true, false]]);
});

describe("the critical path", () => {
  it("follows what ended last, back to the beginning", () => {
    const tree = buildTree([
      observation("root", null, 0, 100), observation("plan", "root", 0, 30), observation("fast", "root", 30, 50),
      observation("slow", "root", 30, 80), observation("inner", "slow", 35, 80), observation("answer", "root", 80, 100),
      observation("judge", "root", 120, 140),
    ]);
    const critical = tree.nodes.filter((node) => node.isCritical).map((node) => node.row.id);
    expect(critical).toEqual(["root", "plan", "slow", "inner", "answer"]);
  });
});

it("finds steps by what their payload begins with", () => {
  const tree = buildTree([observation("a", null, 0, 1), observation("b", "a", 0, 1, { outputPreview: "The flight was Cancelled" })]);
  expect(names(tree, findInTree(tree, "cancelled"))).toEqual(["b"]);
});

describe("retries", () => {
  it("fold into one row over all tries, numbered, and leave other steps alone", () => {
    const tree = buildTree([
      observation("root", null, 0, 100), observation("t1", "root", 10, 30, { type: "TOOL", name: "search", level: "ERROR" }),
      observation("t2", "root", 32, 40, { type: "TOOL", name: "search", level: "ERROR" }), observation("t3", "root", 41, 60, { type: "TOOL", name: "search" }),
      observation("t4", "root", 62, 70, { type: "TOOL", name: "search" }), observation("other", "root", 70, 80, { type: "TOOL", name: "hold" }),
    ]);
    const drawn = tree.nodes.map((node) => [node.row.id, node.depth, node.attempt, node.tries.length]);
    expect(drawn).toEqual([
      ["root", 0, null, 0], ["tries-of-t1", 1, null, 3], ["t1", 2, 1, 0], ["t2", 2, 2, 0], ["t3", 2, 3, 0], ["t4", 1, null, 0], ["other", 1, null, 0],
    ]);
    expect((tree.nodes[1]?.end ?? 0) - (tree.nodes[1]?.start ?? 0)).toBe(50);
    expect(tree.errors).toHaveLength(2);
  });

  it("does not take steps that failed side by side for tries", () => {
    const tree = buildTree([
      observation("root", null, 0, 100), observation("a", "root", 10, 50, { name: "search", level: "ERROR" }), observation("b", "root", 12, 40, { name: "search" }),
    ]);
    expect(tree.nodes).toHaveLength(3);
  });
});

it("handles 25,000 steps, and 25,000 levels", () => {
  const wide = Array.from({ length: 25_000 }, (_, at) => observation(`s${at}`, at === 0 ? null : `s${at >> 3}`, at, at + 50));
  const deep = Array.from({ length: 25_000 }, (_, at) => observation(`s${at}`, at === 0 ? null : `s${at - 1}`, at, 25_000));
  const began = performance.now();
  expect(buildTree(wide).nodes).toHaveLength(25_000);
  expect(buildTree(deep).nodes.at(-1)?.depth).toBe(24_999);
  expect(performance.now() - began).toBeLessThan(2_000);
});
