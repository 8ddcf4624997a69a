import type { ReactNode } from "react";
import { isObject } from "@/lib/json";

export interface Column<Row> {
  id: string;
  label: string;
  /** Pixels at first; a person may drag. */
  width: number;
  /** Takes the room that is left. */
  grows?: boolean;
  align?: "right";
  className?: string;
  /** How the server names it when it can sort by it. */
  sortKey?: string;
  isHiddenAtFirst?: boolean;
  cell: (row: Row) => ReactNode;
}

/** What a person changed about a table; remembered per list in the browser. */
export interface TableLayout {
  order: string[];
  hidden: string[];
  widths: Record<string, number>;
}

export function isTableLayout(value: unknown): value is TableLayout {
  return isObject(value) && Array.isArray(value["order"]) && Array.isArray(value["hidden"]) && isObject(value["widths"]);
}

export function initialLayout<Row>(columns: Column<Row>[]): TableLayout {
  return {
    order: columns.map((column) => column.id),
    hidden: columns.filter((column) => column.isHiddenAtFirst).map((column) => column.id),
    widths: {},
  };
}

/** All columns in the person's order; columns that came with a new version stand where they stand by default. */
export function orderedColumns<Row>(columns: Column<Row>[], layout: TableLayout): Column<Row>[] {
  const byId = new Map(columns.map((column) => [column.id, column]));
  const known = layout.order.flatMap((id) => byId.get(id) ?? []);
  const fresh = columns.filter((column) => !layout.order.includes(column.id));
  return [...known, ...fresh];
}

export function shownColumns<Row>(columns: Column<Row>[], layout: TableLayout): Column<Row>[] {
  const hidden = new Set(layout.hidden);
  const fresh = (column: Column<Row>) => !layout.order.includes(column.id) && column.isHiddenAtFirst === true;
  return orderedColumns(columns, layout).filter((column) => !hidden.has(column.id) && !fresh(column));
}

export interface Sort {
  key: string;
  direction: "asc" | "desc";
}

export function parseSort(text: string | undefined): Sort | null {
  const [key, direction] = (text ?? "").split(".");
  return key && (direction === "asc" || direction === "desc") ? { key, direction } : null;
}

/** Descending, ascending, none. */
export function nextSort(current: Sort | null, key: string): Sort | null {
  if (current?.key !== key) return { key, direction: "desc" };
  return current.direction === "desc" ? { key, direction: "asc" } : null;
}
