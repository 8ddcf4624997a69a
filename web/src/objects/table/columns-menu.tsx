import { Check, ChevronDown, ChevronUp, Columns3, GripVertical } from "lucide-react";
import { useState } from "react";
import { cx } from "@/ui/class-names";
import { Button, IconButton } from "@/ui/button";
import { Popover } from "@/ui/popover";
import { initialLayout, orderedColumns, type Column, type TableLayout } from "./columns";

interface ColumnsMenuProps<Row> {
  columns: Column<Row>[];
  layout: TableLayout;
  onChange: (layout: TableLayout) => void;
}

/** Shows, hides and reorders columns, by dragging or with the arrows. */
export function ColumnsMenu<Row>({ columns, layout, onChange }: ColumnsMenuProps<Row>) {
  const [isOpen, setIsOpen] = useState(false);
  const [dragged, setDragged] = useState<string | null>(null);
  const ordered = orderedColumns(columns, layout);
  const toggle = (id: string) =>
    onChange({ ...layout, hidden: layout.hidden.includes(id) ? layout.hidden.filter((item) => item !== id) : [...layout.hidden, id] });
  const moveTo = (id: string, index: number) => {
    const order = ordered.map((column) => column.id).filter((item) => item !== id);
    order.splice(Math.max(0, index), 0, id);
    onChange({ ...layout, order });
  };
  return (
    <Popover
      label="Columns"
      open={isOpen}
      onOpenChange={setIsOpen}
      align="end"
      trigger={
        <Button variant="ghost" size="s" icon={<Columns3 aria-hidden="true" />}>
          Columns
        </Button>
      }
    >
      <div className="menu w-64">
        <ul aria-label="Columns">
          {ordered.map((column, index) => {
            const isShown = !layout.hidden.includes(column.id);
            return (
              <li
                key={column.id}
                className={cx("group flex h-7 items-center gap-1 rounded-2 pr-1 hover:bg-active", dragged === column.id && "opacity-50")}
                draggable
                onDragStart={() => setDragged(column.id)}
                onDragOver={(event) => {
                  event.preventDefault();
                  if (dragged && dragged !== column.id) moveTo(dragged, index);
                }}
                onDragEnd={() => setDragged(null)}
              >
                <GripVertical className="size-3.5 cursor-grab text-ink-3" aria-hidden="true" />
                <button type="button" role="checkbox" aria-checked={isShown} className="flex h-7 min-w-0 flex-1 items-center gap-2" onClick={() => toggle(column.id)}>
                  <i className={cx("check", isShown && "on")}>
                    <Check aria-hidden="true" />
                  </i>
                  <span className="truncate">{column.label}</span>
                </button>
                <span className="flex opacity-0 group-focus-within:opacity-100 group-hover:opacity-100">
                  <IconButton label={`Move ${column.label} up`} disabled={index === 0} onClick={() => moveTo(column.id, index - 1)}>
                    <ChevronUp aria-hidden="true" />
                  </IconButton>
                  <IconButton label={`Move ${column.label} down`} disabled={index === ordered.length - 1} onClick={() => moveTo(column.id, index + 1)}>
                    <ChevronDown aria-hidden="true" />
                  </IconButton>
                </span>
              </li>
            );
          })}
        </ul>
        <div className="menu-sep" />
        <Button variant="ghost" size="s" onClick={() => onChange(initialLayout(columns))}>
          Reset
        </Button>
      </div>
    </Popover>
  );
}
