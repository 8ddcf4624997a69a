// A time range as it stands in the URL: a preset ("24h"), or two instants ("2026-09-09T08:00Z/2026-09-09T10:00Z").
// A preset is resolved against the clock at every request, so that a live list moves on.

import { formatRange } from "./format";

export type TimeRange = { kind: "preset"; amount: number; unit: Unit } | { kind: "fixed"; from: Date; to: Date };
export type Unit = "m" | "h" | "d";

export const kDefaultRange = "24h";
export const kPresets = ["15m", "1h", "6h", "24h", "7d", "30d", "90d"] as const;

const kUnitMs: Record<Unit, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const kUnitWords: Record<Unit, [string, string]> = { m: ["minute", "minutes"], h: ["hour", "hours"], d: ["day", "days"] };

/** Reads what stands in the URL or what a person typed; null when it is neither. */
export function parseTimeRange(text: string): TimeRange | null {
  const trimmed = text.trim();
  const preset = /^(?:last\s+)?(\d{1,4})\s*(m|min|minutes?|h|hours?|d|days?|w|weeks?)$/i.exec(trimmed);
  if (preset) {
    const letter = (preset[2] ?? "h").charAt(0).toLowerCase();
    const amount = Number(preset[1]) * (letter === "w" ? 7 : 1);
    const unit: Unit = letter === "w" ? "d" : (letter as Unit);
    return amount > 0 ? { kind: "preset", amount, unit } : null;
  }
  const [left, right] = trimmed.split("/");
  if (left === undefined || right === undefined) return null;
  const from = new Date(left);
  const to = new Date(right);
  if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime()) || from >= to) return null;
  return { kind: "fixed", from, to };
}

export function timeRangeText(range: TimeRange): string {
  return range.kind === "preset" ? `${range.amount}${range.unit}` : `${range.from.toISOString()}/${range.to.toISOString()}`;
}

export function timeRangeLabel(range: TimeRange): string {
  if (range.kind === "fixed") return formatRange(range.from, range.to);
  const [one, many] = kUnitWords[range.unit];
  return range.amount === 1 ? `Last ${one}` : `Last ${range.amount} ${many}`;
}

/** The instants of a range; a preset ends at `now`. */
export function resolveTimeRange(range: TimeRange, now: Date = new Date()): { from: Date; to: Date } {
  if (range.kind === "fixed") return { from: range.from, to: range.to };
  return { from: new Date(now.getTime() - range.amount * kUnitMs[range.unit]), to: now };
}
