import { useState } from "react";
import { nothingPicked, pageState, pick, pickPage, type Selection } from "@/objects/table/selection";
import type { ListScope } from "../api/queries";

/** The chosen rows of one query; another query begins without. They are not in the address: a link shares a question, not an action. */
export function usePicking<Row>(scope: ListScope, rows: Row[], idOf: (row: Row) => string) {
  const [state, setState] = useState<{ scope: ListScope; selection: Selection<Row> } | null>(null);
  const selection = state !== null && state.scope === scope ? state.selection : nothingPicked<Row>();
  const set = (next: Selection<Row>) => setState({ scope, selection: next });
  return {
    selection,
    count: selection.picked.size,
    page: rows.length === 0 ? ("none" as const) : pageState(selection, rows, idOf),
    isPicked: (row: Row) => selection.picked.has(idOf(row)) || selection.allUntil !== null,
    pick: (row: Row, extend: boolean) => set(pick(selection, rows, idOf, idOf(row), extend)),
    pickPage: () => set(pickPage(selection, rows, idOf)),
    pickAll: () => set({ ...selection, allUntil: new Date().toISOString() }),
    clear: () => setState(null),
  };
}
