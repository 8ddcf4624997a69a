import { ArrowDown, ArrowUp, Check, Minus } from "lucide-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState, type CSSProperties, type MouseEvent, type PointerEvent, type ReactNode } from "react";
import { cx } from "@/ui/class-names";
import { nextSort, type Column, type Sort, type TableLayout } from "./columns";

/** The boxes in front of the rows. */
export interface Picking<Row> {
  isPicked: (row: Row) => boolean;
  page: "none" | "some" | "all";
  onPick: (row: Row, extend: boolean) => void;
  onPickPage: () => void;
}

interface ObjectTableProps<Row> {
  label: string;
  /** Only those to show, in order. */
  columns: Column<Row>[];
  layout: TableLayout;
  onLayoutChange: (layout: TableLayout) => void;
  rows: Row[];
  rowId: (row: Row) => string;
  /** The address of the row's own page; a plain click opens the peek instead. */
  rowHref: (row: Row) => string;
  rowLabel: (row: Row) => string;
  onOpen: (row: Row) => void;
  selectedId: string | null;
  cursor: number;
  sort: Sort | null;
  onSort: (sort: Sort | null) => void;
  picking: Picking<Row>;
  /** Rows that just arrived: tinted for a second. */
  fresh: ReadonlySet<string>;
  /** Drawn instead of rows: loading, empty, error. */
  children?: ReactNode;
}

const kRow = 28;
const kHead = 30;
const kBox = 30;

/** The one list of the product: virtual rows, one link per row, one tab stop; columns are data. */
export function ObjectTable<Row>(props: ObjectTableProps<Row>) {
  const { columns, layout, rows, rowId, cursor, selectedId } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => kRow,
    overscan: 12,
    scrollMargin: kHead,
    scrollPaddingStart: kHead,
  });
  const selectedIndex = selectedId === null ? -1 : rows.findIndex((row) => rowId(row) === selectedId);
  const shownIndex = cursor >= 0 ? cursor : selectedIndex;
  useEffect(() => {
    if (shownIndex >= 0) virtual.scrollToIndex(shownIndex, { align: "auto" });
    // Only when the place changes, not whenever the list is measured.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shownIndex]);

  const width = (column: Column<Row>) => layout.widths[column.id] ?? column.width;
  const template = `${kBox}px ` + columns.map((column) => (column.grows ? `minmax(${width(column)}px, 1fr)` : `${width(column)}px`)).join(" ");
  const least = columns.reduce((sum, column) => sum + width(column), kBox + 8);
  const activeRow = rows[shownIndex];
  return (
    <div
      ref={scroller}
      className="tbl"
      role="grid"
      aria-label={props.label}
      aria-rowcount={rows.length + 1}
      tabIndex={0}
      aria-activedescendant={activeRow ? `row-${rowId(activeRow)}` : undefined}
      style={{ "--cols": template, "--cols-min": `${least}px` } as CSSProperties}
    >
      <HeadRow {...props} />
      {props.children ?? (
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: "relative", minWidth: least }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return row === undefined ? null : <BodyRow key={rowId(row)} {...props} row={row} index={item.index} top={item.start - kHead} />;
          })}
        </div>
      )}
    </div>
  );
}

function HeadRow<Row>({ columns, layout, onLayoutChange, sort, onSort, picking, rows }: ObjectTableProps<Row>) {
  return (
    <div role="rowgroup" className="sticky top-0 z-10" style={{ minWidth: "var(--cols-min)" }}>
      <div className="tr h" role="row" aria-rowindex={1}>
        <div role="columnheader" className="pick">
          {rows.length > 0 && (
            <Box label="Select all on this page" checked={picking.page === "all" ? true : picking.page === "some" ? "mixed" : false} onPress={picking.onPickPage} />
          )}
        </div>
        {columns.map((column) => {
          const isSorted = sort !== null && sort.key === column.sortKey;
          const { sortKey } = column;
          return (
            <div
              key={column.id}
              role="columnheader"
              className={cx(column.align === "right" && "r", column.className)}
              aria-sort={isSorted ? (sort.direction === "asc" ? "ascending" : "descending") : undefined}
            >
              {sortKey ? (
                <button type="button" tabIndex={-1} className="sort" onClick={() => onSort(nextSort(sort, sortKey))}>
                  {column.label}
                  {isSorted && (sort.direction === "asc" ? <ArrowUp aria-hidden="true" /> : <ArrowDown aria-hidden="true" />)}
                </button>
              ) : (
                <span className="truncate">{column.label}</span>
              )}
              <Grip
                width={layout.widths[column.id] ?? column.width}
                onResize={(next) => onLayoutChange({ ...layout, widths: { ...layout.widths, [column.id]: next } })}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** By keyboard X does the same for the row of the cursor, so that the table stays one tab stop. */
function Box({ label, checked, onPress }: { label: string; checked: boolean | "mixed"; onPress: (event: MouseEvent) => void }) {
  return (
    <button type="button" role="checkbox" tabIndex={-1} aria-checked={checked} aria-label={label} onClick={onPress}>
      <i className={cx("check", checked !== false && "on")}>{checked === "mixed" ? <Minus aria-hidden="true" /> : <Check aria-hidden="true" />}</i>
    </button>
  );
}

function Grip({ width, onResize }: { width: number; onResize: (width: number) => void }) {
  const [start, setStart] = useState<{ x: number; width: number } | null>(null);
  const onPointerDown = (event: PointerEvent<HTMLSpanElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    const column = event.currentTarget.parentElement?.getBoundingClientRect().width ?? width;
    setStart({ x: event.clientX, width: column });
  };
  return (
    <span
      className="grip"
      aria-hidden="true"
      data-dragging={start !== null || undefined}
      onPointerDown={onPointerDown}
      onPointerMove={(event) => start && onResize(Math.max(48, Math.round(start.width + event.clientX - start.x)))}
      onPointerUp={() => setStart(null)}
    />
  );
}

function BodyRow<Row>(props: ObjectTableProps<Row> & { row: Row; index: number; top: number }) {
  const { columns, row, index, top, rowId, rowHref, rowLabel, onOpen, selectedId, cursor, fresh, picking } = props;
  const id = rowId(row);
  const isSelected = id === selectedId;
  const isPicked = picking.isPicked(row);
  const open = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onOpen(row);
  };
  return (
    <div
      role="row"
      id={`row-${id}`}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-cursor={index === cursor || undefined}
      className={cx("tr body-row", fresh.has(id) && "fresh", isPicked && "picked")}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="gridcell" className="pick">
        <Box label={`Select ${rowLabel(row)}`} checked={isPicked} onPress={(event) => picking.onPick(row, event.shiftKey)} />
      </div>
      {columns.map((column, at) => (
        <div key={column.id} role="gridcell" className={cx(column.align === "right" && "r", column.className)}>
          {at === 0 && <a className="row-link" href={rowHref(row)} tabIndex={-1} aria-label={rowLabel(row)} onClick={open} />}
          {column.cell(row)}
        </div>
      ))}
    </div>
  );
}
