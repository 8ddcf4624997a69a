import { useMemo, useRef, useState, type PointerEvent } from "react";
import { formatAxisTime, formatCount, formatDuration, formatRange, plural } from "@/lib/format";
import { useSize } from "@/lib/use-size";

export interface PulseBucket {
  time: string;
  count: number;
  errors: number;
}

interface PulseStripProps {
  noun: string;
  buckets: PulseBucket[];
  bucketMs: number;
  onZoom: (from: Date, to: Date) => void;
}

const kPlot = 45;
const kHeight = 62;

/** Count over time with errors at the foot. Dragging zooms into a range; the browser's Back undoes it. */
export function PulseStrip({ noun, buckets, bucketMs, onZoom }: PulseStripProps) {
  const plot = useRef<HTMLDivElement>(null);
  const { width } = useSize(plot);
  const [hovered, setHovered] = useState<number | null>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const tallest = Math.max(1, ...buckets.map((bucket) => bucket.count));
  const slot = buckets.length > 0 ? width / buckets.length : 0;
  const total = useMemo(() => buckets.reduce((sum, bucket) => sum + bucket.count, 0), [buckets]);
  const at = (event: PointerEvent) => {
    const left = plot.current?.getBoundingClientRect().left ?? 0;
    return Math.min(buckets.length - 1, Math.max(0, Math.floor((event.clientX - left) / Math.max(1, slot))));
  };
  const finish = () => {
    if (!drag) return;
    const first = buckets[Math.min(drag.from, drag.to)];
    const last = buckets[Math.max(drag.from, drag.to)];
    setDrag(null);
    if (first && last) onZoom(new Date(first.time), new Date(Date.parse(last.time) + bucketMs));
  };
  return (
    <div className="pstrip">
      <div className="lbls">
        <span className="text-small font-medium text-ink-2" title={`Each bar is ${formatDuration(bucketMs)}`}>
          Count
        </span>
        <span className="flex items-center gap-1.5 text-micro text-ink-3">
          <i className="dot sq" style={{ "--c": "var(--danger)" } as React.CSSProperties} />
          with errors
        </span>
      </div>
      <div className="plot" ref={plot}>
        <svg
          className="chart"
          role="img"
          aria-label={`${plural(total, noun)} over time, each bar ${formatDuration(bucketMs)}`}
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            setDrag({ from: at(event), to: at(event) });
          }}
          onPointerMove={(event) => {
            setHovered(at(event));
            if (drag) setDrag({ ...drag, to: at(event) });
          }}
          onPointerUp={finish}
          onPointerLeave={() => setHovered(null)}
        >
          {drag && (
            <rect x={Math.min(drag.from, drag.to) * slot} y={0} width={(Math.abs(drag.to - drag.from) + 1) * slot} height={kPlot} fill="var(--accent-bg-strong)" />
          )}
          {width > 0 && buckets.map((bucket, index) => <Bar key={bucket.time} bucket={bucket} x={index * slot} width={slot} tallest={tallest} isHovered={hovered === index} />)}
          {width > 0 && <Axis buckets={buckets} slot={slot} width={width} />}
        </svg>
        {hovered !== null && buckets[hovered] && <Tip bucket={buckets[hovered]} bucketMs={bucketMs} left={hovered * slot} width={width} noun={noun} />}
      </div>
    </div>
  );
}

function Bar({ bucket, x, width, tallest, isHovered }: { bucket: PulseBucket; x: number; width: number; tallest: number; isHovered: boolean }) {
  if (bucket.count === 0) return null;
  const gap = width > 5 ? 1.6 : 0.6;
  const height = Math.max(2, (bucket.count / tallest) * (kPlot - 4));
  const errors = bucket.errors > 0 ? Math.max(1.5, (bucket.errors / tallest) * (kPlot - 4)) : 0;
  return (
    <>
      <rect x={x + gap / 2} y={kPlot - height} width={Math.max(1, width - gap)} height={height} rx={1} fill="var(--chart-1)" opacity={isHovered ? 0.85 : 0.55} />
      {errors > 0 && <rect x={x + gap / 2} y={kPlot - errors} width={Math.max(1, width - gap)} height={errors} rx={1} fill="var(--danger)" />}
    </>
  );
}

function Axis({ buckets, slot, width }: { buckets: PulseBucket[]; slot: number; width: number }) {
  const first = buckets[0];
  const last = buckets.at(-1);
  if (!first || !last) return null;
  const span = Date.parse(last.time) - Date.parse(first.time);
  const every = Math.max(1, Math.ceil(buckets.length / Math.max(2, Math.floor(width / 84))));
  const marks = buckets.map((bucket, index) => ({ bucket, index })).filter(({ index }) => index % every === Math.floor(every / 2));
  return (
    <g className="axis" aria-hidden="true">
      {marks.map(({ bucket, index }) => (
        <text key={bucket.time} x={Math.min(width - 16, Math.max(16, (index + 0.5) * slot))} y={kHeight - 3} textAnchor="middle">
          {formatAxisTime(new Date(bucket.time), span)}
        </text>
      ))}
    </g>
  );
}

function Tip({ bucket, bucketMs, left, width, noun }: { bucket: PulseBucket; bucketMs: number; left: number; width: number; noun: string }) {
  const from = new Date(bucket.time);
  const place = left > width / 2 ? { right: width - left + 8 } : { left: left + 16 };
  return (
    <div className="tip" style={{ ...place, top: 0 }}>
      <div className="text-ink-3">{formatRange(from, new Date(from.getTime() + bucketMs))}</div>
      <div>
        {plural(bucket.count, noun)}
        {bucket.errors > 0 && <span className="text-danger-ink">, {formatCount(bucket.errors)} with errors</span>}
      </div>
    </div>
  );
}
