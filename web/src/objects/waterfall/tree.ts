// The observations of a trace as a tree in drawing order, with everything a row needs computed once. Linear in the number
// of observations and free of recursion: 25,000 steps and any depth.
import type { ObservationRow } from "@/lib/api-types";
import { markCriticalPath } from "./critical-path";
import { foldRetries, type Attempts } from "./retries";

export interface TreeNode {
  row: ObservationRow;
  /** Which try of a retried step it is, from 1; null when it was tried once. */
  attempt: number | null;
  /** A row that stands for several tries: these. */
  tries: ObservationRow[];
  /** Position in `TraceTree.nodes`; the parent's is smaller. */
  index: number;
  /** -1 for a root. */
  parent: number;
  children: number[];
  depth: number;
  /** Milliseconds since the epoch. A step without an end reaches to the last instant known. */
  start: number;
  end: number;
  isRunning: boolean;
  isLastChild: boolean;
  /** Started when its root had already answered. */
  isAfterResponse: boolean;
  /** Number of nodes below. */
  descendants: number;
  /** Of the node and everything below; null when nothing has a cost. */
  subtreeCost: number | null;
  /** Time not covered by its children. */
  selfMs: number;
  isCritical: boolean;
  /** Among its parent's children: whether the thread goes on to a later sibling. */
  threadGoesOn: boolean;
}

export interface TraceTree {
  /** In drawing order: parents before children, siblings by start. */
  nodes: TreeNode[];
  roots: number[];
  indexById: Map<string, number>;
  start: number;
  end: number;
  /** Drawing positions of steps with level ERROR. */
  errors: number[];
  /** The most time-consuming steps by their own time, slowest first. */
  slowest: number[];
}

export function buildTree(sent: ObservationRow[], now: number = Date.now()): TraceTree {
  const attempts = foldRetries(sent);
  const ordered = linkRows(attempts.rows);
  const nodes = ordered.map((linked, index) => newNode(linked, index, attempts));
  const tree: TraceTree = {
    nodes,
    roots: [],
    indexById: new Map(nodes.map((node) => [node.row.id, node.index])),
    start: Infinity,
    end: -Infinity,
    errors: [],
    slowest: [],
  };
  for (const node of nodes) {
    tree.start = Math.min(tree.start, node.start);
    tree.end = Math.max(tree.end, node.end);
    if (node.parent < 0) tree.roots.push(node.index);
    else nodes[node.parent]?.children.push(node.index);
    if (node.row.level === "ERROR") tree.errors.push(node.index);
  }
  if (nodes.length === 0) tree.start = tree.end = now;
  closeRunning(tree);
  sumUp(tree);
  markCriticalPath(tree);
  tree.slowest = [...nodes].sort((left, right) => right.selfMs - left.selfMs).slice(0, 8).filter((node) => node.selfMs > 0).map((node) => node.index);
  return tree;
}

/** Positions of the rows to draw when the subtrees of `collapsed` ids are folded. */
export function visiblePositions(tree: TraceTree, collapsed: ReadonlySet<string>): number[] {
  const positions: number[] = [];
  for (let index = 0; index < tree.nodes.length; ) {
    const node = tree.nodes[index];
    if (!node) break;
    positions.push(index);
    index += 1 + (collapsed.has(node.row.id) ? node.descendants : 0);
  }
  return positions;
}

interface Linked {
  row: ObservationRow;
  parent: number;
  depth: number;
}

/** Depth-first order. Orphans and members of a cycle become roots. */
function linkRows(rows: ObservationRow[]): Linked[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const childrenOf = new Map<string, ObservationRow[]>();
  const roots: ObservationRow[] = [];
  const byStart = [...byId.values()].sort((left, right) => compareText(left.startTime, right.startTime));
  for (const row of byStart) {
    const parent = row.parentObservationId;
    if (parent === null || parent === row.id || !byId.has(parent)) roots.push(row);
    else {
      const siblings = childrenOf.get(parent);
      if (siblings) siblings.push(row);
      else childrenOf.set(parent, [row]);
    }
  }
  const ordered: Linked[] = [];
  const placed = new Set<string>();
  const place = (root: ObservationRow) => {
    const stack: Linked[] = [{ row: root, parent: -1, depth: 0 }];
    for (let item = stack.pop(); item; item = stack.pop()) {
      if (placed.has(item.row.id)) continue;
      placed.add(item.row.id);
      const index = ordered.push(item) - 1;
      const { depth } = item;
      const children = childrenOf.get(item.row.id) ?? [];
      for (let at = children.length - 1; at >= 0; at--) {
        const child = children[at];
        if (child) stack.push({ row: child, parent: index, depth: depth + 1 });
      }
    }
  };
  roots.forEach(place);
  for (const row of byStart) if (!placed.has(row.id)) place(row);
  return ordered;
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function newNode({ row, parent, depth }: Linked, index: number, attempts: Attempts): TreeNode {
  const start = Date.parse(row.startTime);
  const end = row.endTime === null ? start : Math.max(start, Date.parse(row.endTime));
  return {
    row, index, parent, depth, start, end,
    attempt: attempts.numberOf.get(row.id) ?? null,
    tries: attempts.attemptsOf.get(row.id) ?? [],
    children: [],
    isRunning: row.endTime === null && row.type !== "EVENT",
    isLastChild: false,
    isAfterResponse: false,
    descendants: 0,
    subtreeCost: row.cost,
    selfMs: 0,
    isCritical: false,
    threadGoesOn: false,
  };
}

function closeRunning(tree: TraceTree): void {
  for (const node of tree.nodes) if (node.isRunning) node.end = Math.max(node.start, tree.end);
}

/** Children come after their parent, so one pass from the end sums everything up. */
function sumUp(tree: TraceTree): void {
  for (let index = tree.nodes.length - 1; index >= 0; index--) {
    const node = tree.nodes[index];
    if (!node) continue;
    node.selfMs = node.end - node.start - coveredByChildren(tree, node);
    const last = node.children.at(-1);
    if (last !== undefined && tree.nodes[last]) (tree.nodes[last] as TreeNode).isLastChild = true;
    const parent = tree.nodes[node.parent];
    if (!parent) continue;
    parent.descendants += 1 + node.descendants;
    if (node.subtreeCost !== null) parent.subtreeCost = (parent.subtreeCost ?? 0) + node.subtreeCost;
  }
  const main = tree.nodes[tree.roots[0] ?? -1];
  for (const node of tree.nodes) {
    const parent = tree.nodes[node.parent];
    if (!parent) {
      // A judge that ran later is a root of its own and yet not part of the answer.
      node.isAfterResponse = main !== undefined && node !== main && node.row.type === "EVALUATOR" && node.start >= main.end;
      continue;
    }
    const isAfter = parent.row.type !== "EVENT" && !parent.isRunning && parent.end > parent.start && node.start >= parent.end;
    node.isAfterResponse = parent.isAfterResponse || isAfter;
  }
}

function coveredByChildren(tree: TraceTree, node: TreeNode): number {
  let covered = 0;
  let upTo = node.start;
  for (const child of node.children) {
    const inner = tree.nodes[child];
    if (!inner) continue;
    const from = Math.max(inner.start, upTo);
    const to = Math.min(inner.end, node.end);
    if (to > from) covered += to - from;
    upTo = Math.max(upTo, to);
  }
  return covered;
}
