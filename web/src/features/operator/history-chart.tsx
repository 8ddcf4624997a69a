import type { HistoryPoint } from "@/lib/api-types";
import { formatAxisTime } from "@/lib/format";
import { cx } from "@/ui/class-names";

export interface Series {
  label: string;
  tone: "accepted" | "visible" | "refused" | "backlog" | "lag";
  of: (point: HistoryPoint) => number;
}

interface HistoryChartProps {
  title: string;
  points: HistoryPoint[];
  series: Series[];
  format: (value: number) => string;
}

const kWidth = 600;
const kHeight = 96;

/** Lines over the last hours. The scale begins at zero, and a spike that was thinned away does not exist: the server keeps the worst. */
export function HistoryChart({ title, points, series, format }: HistoryChartProps) {
  const times = points.map((point) => Date.parse(point.time));
  const first = times[0] ?? 0;
  const last = times.at(-1) ?? 0;
  const peak = Math.max(0, ...series.flatMap((one) => points.map(one.of)));
  const line = (one: Series) =>
    points
      .map((point, at) => {
        const x = last === first ? kWidth : (((times[at] ?? first) - first) / (last - first)) * kWidth;
        const y = kHeight - (peak === 0 ? 0 : (one.of(point) / peak) * kHeight);
        return `${at === 0 ? "M" : "L"}${Math.round(x)} ${Math.round(y)}`;
      })
      .join("");
  const latest = points.at(-1);
  const summary = latest ? series.map((one) => `${one.label} ${format(one.of(latest))}`).join(", ") : "no points yet";
  return (
    <figure className="card op-chart">
      <h3>
        {title}
        {series.map((one) => (
          <span key={one.label} className={cx("key", `c-${one.tone}`)}>
            {one.label} {latest && <span className="num">{format(one.of(latest))}</span>}
          </span>
        ))}
      </h3>
      <svg viewBox={`0 0 ${kWidth} ${kHeight}`} preserveAspectRatio="none" role="img" aria-label={`${title}: ${summary}; highest ${format(peak)}`}>
        <path className="grid" d={`M0 0H${kWidth}M0 ${kHeight / 2}H${kWidth}M0 ${kHeight}H${kWidth}`} />
        {points.length > 1 && series.map((one) => <path key={one.label} className={cx("line", `c-${one.tone}`)} d={line(one)} />)}
      </svg>
      <div className="ends">
        <span>{points.length > 0 ? formatAxisTime(new Date(first), last - first) : ""}</span>
        <span>highest {format(peak)}</span>
        <span>{points.length > 0 ? formatAxisTime(new Date(last), last - first) : ""}</span>
      </div>
    </figure>
  );
}
