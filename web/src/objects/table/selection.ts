// Which rows of a list are chosen for an action. Belongs to one query: rows of several of its pages, or all that match it.

export interface Selection<Row> {
  picked: ReadonlyMap<string, Row>;
  /** Where a range begins: the row that was chosen or dropped last. */
  anchor: string | null;
  /** Everything that matched the query at this instant, on all pages. */
  allUntil: string | null;
}

export const nothingPicked = <Row>(): Selection<Row> => ({ picked: new Map(), anchor: null, allUntil: null });

/** One row, or (`extend`) every row from the anchor to it, becomes what that row is not now. */
export function pick<Row>(selection: Selection<Row>, rows: Row[], idOf: (row: Row) => string, id: string, extend: boolean): Selection<Row> {
  const at = rows.findIndex((row) => idOf(row) === id);
  if (at < 0) return selection;
  const anchor = extend && selection.anchor !== null ? rows.findIndex((row) => idOf(row) === selection.anchor) : -1;
  const [first, last] = anchor < 0 ? [at, at] : [Math.min(anchor, at), Math.max(anchor, at)];
  const picked = new Map(selection.picked);
  const isWanted = !picked.has(id);
  for (const row of rows.slice(first, last + 1)) {
    if (isWanted) picked.set(idOf(row), row);
    else picked.delete(idOf(row));
  }
  return { picked, anchor: id, allUntil: null };
}

/** All rows of the page, or none of them; those of other pages stay. */
export function pickPage<Row>(selection: Selection<Row>, rows: Row[], idOf: (row: Row) => string): Selection<Row> {
  const picked = new Map(selection.picked);
  const isWanted = pageState(selection, rows, idOf) !== "all";
  for (const row of rows) {
    if (isWanted) picked.set(idOf(row), row);
    else picked.delete(idOf(row));
  }
  return { picked, anchor: null, allUntil: null };
}

export function pageState<Row>(selection: Selection<Row>, rows: Row[], idOf: (row: Row) => string): "none" | "some" | "all" {
  const count = rows.filter((row) => selection.picked.has(idOf(row))).length;
  return count === 0 ? "none" : count === rows.length ? "all" : "some";
}
