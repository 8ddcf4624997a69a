import { useCallback, useMemo, useState } from "react";
import type { ObservationRow } from "@/lib/api-types";
import { findInTree } from "./find";
import { buildTree, visiblePositions, type TraceTree, type TreeNode } from "./tree";

export interface TraceTreeState {
  tree: TraceTree;
  /** Positions of the rows to draw. */
  visible: number[];
  collapsed: ReadonlySet<string>;
  selected: TreeNode | null;
  /** The step to show for it: of several tries, the last. */
  selectedRow: ObservationRow | null;
  hits: number[];
  find: string;
  setFind: (words: string) => void;
  select: (id: string) => void;
  toggle: (id: string) => void;
  collapseAll: () => void;
  expandAll: () => void;
  /** By keyboard; each selects a step and unfolds its ancestors. */
  move: (delta: number) => void;
  foldOrParent: () => void;
  unfoldOrChild: () => void;
  nextError: () => void;
  nextSlow: () => void;
  nextHit: (step?: 1 | -1) => void;
}

/** The state of one trace's tree: what is folded, selected and found. The selected id is the caller's, it
 * lives in the URL; null selects the first root, an empty text nothing. */
export function useTraceTree(rows: ObservationRow[], selectedId: string | null, onSelect: (id: string) => void): TraceTreeState {
  const tree = useMemo(() => buildTree(rows), [rows]);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [find, setFind] = useState("");
  const visible = useMemo(() => visiblePositions(tree, collapsed), [tree, collapsed]);
  const hits = useMemo(() => findInTree(tree, find), [tree, find]);
  const selectedIndex = selectedId === "" ? -1 : ((selectedId !== null ? tree.indexById.get(selectedId) : undefined) ?? tree.roots[0] ?? -1);
  const selected = tree.nodes[selectedIndex] ?? null;

  const toggle = useCallback((id: string) => {
    setCollapsed((current) => {
      const next = new Set(current);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  const reveal = (node: TreeNode | undefined) => {
    if (!node) return;
    const ancestors: string[] = [];
    for (let at = tree.nodes[node.parent]; at; at = tree.nodes[at.parent]) ancestors.push(at.row.id);
    setCollapsed((current) => (ancestors.some((id) => current.has(id)) ? new Set([...current].filter((id) => !ancestors.includes(id))) : current));
    onSelect(node.row.id);
  };
  /** The position after the selected one in a sorted list, wrapping around. */
  const after = (positions: number[], step: 1 | -1 = 1): TreeNode | undefined => {
    if (positions.length === 0) return undefined;
    const following = step === 1 ? positions.find((at) => at > selectedIndex) : positions.findLast((at) => at < selectedIndex);
    return tree.nodes[following ?? positions.at(step === 1 ? 0 : -1) ?? -1];
  };
  return {
    tree, visible, collapsed, selected, selectedRow: selected ? (selected.tries.at(-1) ?? selected.row) : null, hits, find, setFind, select: onSelect, toggle,
    collapseAll: () => setCollapsed(new Set(tree.nodes.filter((node) => node.children.length > 0 && node.depth > 0).map((node) => node.row.id))),
    expandAll: () => setCollapsed(new Set()),
    move: (delta) => {
      const at = visible.indexOf(selectedIndex);
      const next = tree.nodes[visible[Math.min(visible.length - 1, Math.max(0, at + delta))] ?? -1];
      if (next) onSelect(next.row.id);
    },
    foldOrParent: () => {
      if (!selected) return;
      if (selected.children.length > 0 && !collapsed.has(selected.row.id)) toggle(selected.row.id);
      else reveal(tree.nodes[selected.parent]);
    },
    unfoldOrChild: () => {
      if (!selected) return;
      if (collapsed.has(selected.row.id)) toggle(selected.row.id);
      else reveal(tree.nodes[selected.children[0] ?? -1]);
    },
    nextError: () => reveal(after(tree.errors)),
    nextSlow: () => {
      const at = tree.slowest.indexOf(selectedIndex);
      reveal(tree.nodes[tree.slowest[(at + 1) % Math.max(1, tree.slowest.length)] ?? -1]);
    },
    nextHit: (step = 1) => reveal(after(hits, step)),
  };
}
