// Which steps decided how long the trace took: walking back from the end of each root, the child that ended last before
// the point reached, then the one that ended last before that child began, and so on down.
import type { TraceTree, TreeNode } from "./tree";

export function markCriticalPath(tree: TraceTree): void {
  const stack: { node: TreeNode; until: number }[] = [];
  for (const root of tree.roots) {
    const node = tree.nodes[root];
    if (node && !node.isAfterResponse) stack.push({ node, until: node.end });
  }
  for (let item = stack.pop(); item; item = stack.pop()) {
    const { node, until } = item;
    node.isCritical = true;
    let reached = Math.min(node.end, until);
    const children = node.children.map((index) => tree.nodes[index]).filter((child) => child !== undefined);
    children.sort((left, right) => right.end - left.end);
    for (const child of children) {
      if (child.end > reached || child.end <= child.start) continue;
      stack.push({ node: child, until: reached });
      reached = child.start;
    }
  }
  for (const node of tree.nodes) {
    let later = false;
    for (let at = node.children.length - 1; at >= 0; at--) {
      const child = tree.nodes[node.children[at] ?? -1];
      if (!child) continue;
      child.threadGoesOn = later;
      later ||= child.isCritical;
    }
  }
}
