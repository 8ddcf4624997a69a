import type { TraceTree } from "./tree";

/** Drawing positions of the steps whose name, id, model, status or payload preview contains the words, any case. */
export function findInTree(tree: TraceTree, words: string): number[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === "") return [];
  return tree.nodes
    .filter(({ row }) =>
      [row.name, row.id, row.type, row.model, row.statusMessage, row.promptName, row.inputPreview, row.outputPreview, ...row.toolCallNames].some(
        (text) => text?.toLowerCase().includes(wanted) ?? false,
      ),
    )
    .map((node) => node.index);
}
