import { useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { Facet } from "@/lib/api-types";
import { formatDuration, formatMoney, formatTokens } from "@/lib/format";
import { cx } from "@/ui/class-names";
import { boundsOf, setBounds, type Bounds } from "../query/edit";
import type { Field } from "../query/fields";
import { formatAmount, parseAmount, type Token } from "../query/language";

interface RangeFacetProps {
  facet: Facet;
  field: Field;
  tokens: Token[];
  onChange: (tokens: Token[]) => void;
}

/** A histogram with two handles and two inputs; the query changes when a handle is let go. */
export function RangeFacet({ facet, field, tokens, onChange }: RangeFacetProps) {
  const histogram = facet.histogram ?? [];
  const low = facet.min ?? 0;
  const high = Math.max(facet.max ?? 0, low);
  const committed = boundsOf(tokens, field);
  const [dragged, setDragged] = useState<Bounds | null>(null);
  const bounds = dragged ?? committed;
  const span = high - low;
  if (histogram.length === 0 || span <= 0) {
    return (
      <div className="range">
        <RangeEnds key={JSON.stringify(committed)} field={field} bounds={committed} onCommit={(next) => onChange(setBounds(tokens, field, next))} />
      </div>
    );
  }
  const tallest = Math.max(1, ...histogram.map((bucket) => bucket.count));
  const isIn = (from: number, to: number) => (bounds.min === null || to > bounds.min) && (bounds.max === null || from < bounds.max);
  const isRestricted = bounds.min !== null || bounds.max !== null;
  const commit = (next: Bounds) => {
    setDragged(null);
    onChange(setBounds(tokens, field, next));
  };
  const share = (value: number) => Math.min(1, Math.max(0, (value - low) / span));
  return (
    <div className="range">
      <div className="hist" aria-hidden="true">
        {histogram.map((bucket) => (
          <i
            key={bucket.from}
            className={cx(isRestricted && isIn(bucket.from, bucket.to) && "in")}
            style={{ height: `${Math.max(bucket.count > 0 ? 6 : 2, (bucket.count / tallest) * 100)}%` }}
            title={`${describe(bucket.from, field)} to ${describe(bucket.to, field)}: ${bucket.count}`}
          />
        ))}
      </div>
      <div className="track">
        <b style={{ left: `${share(bounds.min ?? low) * 100}%`, right: `${100 - share(bounds.max ?? high) * 100}%` }} />
        <Handle label={`${field.label}, at least`} value={bounds.min ?? low} {...{ low, high, field }} onMove={(min) => setDragged({ ...bounds, min: min <= low ? null : min })} onDone={() => dragged && commit(dragged)} />
        <Handle label={`${field.label}, at most`} value={bounds.max ?? high} {...{ low, high, field }} onMove={(max) => setDragged({ ...bounds, max: max >= high ? null : max })} onDone={() => dragged && commit(dragged)} />
      </div>
      <RangeEnds key={JSON.stringify(bounds)} field={field} bounds={bounds} onCommit={commit} />
    </div>
  );
}

interface HandleProps {
  label: string;
  value: number;
  low: number;
  high: number;
  field: Field;
  onMove: (value: number) => void;
  onDone: () => void;
}

function Handle({ label, value, low, high, field, onMove, onDone }: HandleProps) {
  const isDragging = useRef(false);
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const track = event.currentTarget.parentElement?.getBoundingClientRect();
    if (!isDragging.current || !track) return;
    const share = Math.min(1, Math.max(0, (event.clientX - track.left) / track.width));
    onMove(Number((low + share * (high - low)).toPrecision(3)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    onMove(Number((value + (step * (high - low)) / 50).toPrecision(3)));
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={low}
      aria-valuemax={high}
      aria-valuenow={value}
      aria-valuetext={describe(value, field)}
      style={{ left: `${Math.min(1, Math.max(0, (value - low) / (high - low))) * 100}%` }}
      onPointerDown={(event) => {
        isDragging.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        isDragging.current = false;
        onDone();
      }}
      onKeyDown={onKeyDown}
      onKeyUp={(event) => event.key.startsWith("Arrow") && onDone()}
    />
  );
}

function RangeEnds({ field, bounds, onCommit }: { field: Field; bounds: Bounds; onCommit: (bounds: Bounds) => void }) {
  return (
    <div className="ends">
      <EndInput label={`${field.label}, at least`} placeholder="min" field={field} value={bounds.min} onCommit={(min) => onCommit({ ...bounds, min })} />
      <EndInput label={`${field.label}, at most`} placeholder="max" field={field} value={bounds.max} onCommit={(max) => onCommit({ ...bounds, max })} />
    </div>
  );
}

interface EndInputProps {
  label: string;
  placeholder: string;
  field: Field;
  value: number | null;
  onCommit: (value: number | null) => void;
}

function EndInput({ label, placeholder, field, value, onCommit }: EndInputProps) {
  const [text, setText] = useState(value === null ? "" : formatAmount(String(value), field));
  const parsed = text.trim() === "" ? null : parseAmount(text, field);
  const isWrong = text.trim() !== "" && parsed === null;
  const commit = () => {
    if (!isWrong && parsed !== value) onCommit(parsed);
  };
  return (
    <div className="input" data-invalid={isWrong || undefined}>
      <input
        aria-label={label}
        aria-invalid={isWrong || undefined}
        placeholder={placeholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => event.key === "Enter" && commit()}
      />
    </div>
  );
}

function describe(value: number, field: Field): string {
  if (field.unit === "s") return formatDuration(value * 1000);
  if (field.unit === "usd") return formatMoney(value);
  return formatTokens(value);
}
