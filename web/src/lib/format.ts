// The one place where numbers, money, tokens and times become text (language.md, "Numbers and time").
// Missing values become an empty string: an empty cell, never 0.

const THIN = "\u2009";
const MINUS = "\u2212";
const LOCALE = "en";

const integer = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat(LOCALE, { notation: "compact", minimumFractionDigits: 0, maximumFractionDigits: 1 });

function isMissing(value: number | null | undefined): value is null | undefined {
  return value === null || value === undefined || Number.isNaN(value);
}

/** `38 ms`, `12.41 s`, `1 m 07 s`, `2 h 03 m`. */
export function formatDuration(milliseconds: number | null | undefined): string {
  if (isMissing(milliseconds)) return "";
  if (milliseconds < 0) return `${MINUS}${formatDuration(-milliseconds)}`;
  if (milliseconds > 0 && milliseconds < 1) return `<${THIN}1${THIN}ms`;
  if (milliseconds < 999.5) return `${integer.format(milliseconds)}${THIN}ms`;
  if (milliseconds < 59_995) return `${(milliseconds / 1000).toFixed(2)}${THIN}s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${THIN}m ${pad(seconds % 60)}${THIN}s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)}${THIN}h ${pad(minutes % 60)}${THIN}m`;
  return `${integer.format(Math.floor(minutes / 1440))}${THIN}d ${Math.floor((minutes % 1440) / 60)}${THIN}h`;
}

/** A tick on a time axis: no more digits than its step needs. */
export function formatTick(milliseconds: number, step: number): string {
  if (milliseconds === 0) return step >= 1000 ? `0${THIN}s` : `0${THIN}ms`;
  if (step < 1) return `${trimZeros(milliseconds.toFixed(2))}${THIN}ms`;
  if (step < 1000 && milliseconds < 1000) return `${integer.format(milliseconds)}${THIN}ms`;
  if (step < 60_000) return `${trimZeros((milliseconds / 1000).toFixed(2))}${THIN}s`;
  return formatDuration(milliseconds).replace(`00${THIN}s`, "").replace(` 00${THIN}m`, "").trim();
}

/** A cell: four decimals below one dollar, two above, never rounded to zero. */
export function formatMoney(dollars: number | null | undefined): string {
  if (isMissing(dollars)) return "";
  if (dollars === 0) return "$0.00";
  if (dollars < 0) return `${MINUS}${formatMoney(-dollars)}`;
  if (dollars < 0.0001) return "< $0.0001";
  return dollars < 1 ? `$${dollars.toFixed(4)}` : `$${grouped(dollars, 2)}`;
}

/** In a formula, where the amount has to follow from its factors: two digits also of the smallest amounts. */
export function formatExactMoney(dollars: number | null | undefined): string {
  if (isMissing(dollars) || dollars === 0 || Math.abs(dollars) >= 0.0001) return formatMoney(dollars);
  if (dollars < 0) return `${MINUS}${formatExactMoney(-dollars)}`;
  return `$${dollars.toFixed(Math.min(12, 1 - Math.floor(Math.log10(dollars))))}`;
}

/** The price of one unit, written per million: `$3.00/M`. */
export function formatUnitPrice(dollarsPerUnit: number | null | undefined): string {
  if (isMissing(dollarsPerUnit)) return "";
  const perMillion = dollarsPerUnit * 1_000_000;
  if (perMillion >= 1000) return `$${trimZeros(dollarsPerUnit.toFixed(4))}`;
  if (perMillion > 0 && perMillion < 0.01) return `$${trimZeros(perMillion.toFixed(6))}/M`;
  return `$${perMillion.toFixed(2)}/M`;
}

/** Exact below 10,000, compact above: `9,556`, `32.0k`, `1.3M`. */
export function formatTokens(count: number | null | undefined): string {
  if (isMissing(count)) return "";
  if (count < 10_000) return integer.format(count);
  if (count < 999_950) return `${(count / 1000).toFixed(1)}k`;
  return `${trimZeros((count / 1_000_000).toFixed(2))}M`;
}

/** `9,556 in, 512 out`. */
export function formatTokenParts(input: number, output: number): string {
  if (input === 0 && output === 0) return "";
  return `${formatTokens(input)} in, ${formatTokens(output)} out`;
}

/** Exact with separators, for lists and details. */
export function formatCount(count: number | null | undefined): string {
  return isMissing(count) ? "" : integer.format(count);
}

/** `168.4K`, for axes and cards. */
export function formatCompact(count: number | null | undefined): string {
  return isMissing(count) ? "" : compact.format(count);
}

/** `3.4%`, whole percent from 10 up. */
export function formatShare(share: number | null | undefined): string {
  if (isMissing(share)) return "";
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return "< 0.1%";
  return `${percent < 10 ? trimZeros(percent.toFixed(1)) : integer.format(percent)}%`;
}

/** A number without a unit: up to four significant decimals. */
export function formatNumber(value: number | null | undefined): string {
  if (isMissing(value)) return "";
  if (Number.isInteger(value)) return value < 0 ? `${MINUS}${integer.format(-value)}` : integer.format(value);
  const digits = Math.abs(value) >= 100 ? 1 : Math.abs(value) >= 1 ? 2 : 4;
  return trimZeros(value.toFixed(digits)).replace("-", MINUS);
}

/** `184 spans/s`. */
export function formatRate(perSecond: number, unit: string): string {
  const text = perSecond >= 10 || perSecond === 0 ? integer.format(perSecond) : trimZeros(perSecond.toFixed(1));
  return `${text} ${unit}/s`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${integer.format(bytes)}${THIN}B`;
  if (bytes < 1_000_000) return `${trimZeros((bytes / 1000).toFixed(1))}${THIN}kB`;
  if (bytes < 1_000_000_000) return `${trimZeros((bytes / 1_000_000).toFixed(1))}${THIN}MB`;
  if (bytes < 1e12) return `${trimZeros((bytes / 1e9).toFixed(1))}${THIN}GB`;
  return `${trimZeros((bytes / 1e12).toFixed(1))}${THIN}TB`;
}

/** `1 trace`, `2 traces`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${integer.format(count)} ${count === 1 ? one : many}`;
}

/** First 8 … last 4, for places that are too narrow for the whole id. */
export function shortId(id: string): string {
  return id.length <= 14 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`;
}

export interface ListTime {
  text: string;
  /** Milliseconds with their point, drawn paler; empty for older times. */
  fraction: string;
}

const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "short" });
const dayMonth = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const dayMonthYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** In lists: time today, `Tue 21:04:08` this week, `8 Sep 21:04` this year. */
export function formatListTime(iso: string, now: Date = new Date()): ListTime {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return { text: iso, fraction: "" };
  const clock = formatClock(time);
  const fraction = `.${String(time.getMilliseconds()).padStart(3, "0")}`;
  if (time.toDateString() === now.toDateString()) return { text: clock, fraction };
  const age = now.getTime() - time.getTime();
  if (age >= 0 && age < 6.5 * 86_400_000) return { text: `${weekday.format(time)} ${clock}`, fraction: "" };
  if (time.getFullYear() === now.getFullYear()) return { text: `${dayMonth.format(time)} ${clock.slice(0, 5)}`, fraction: "" };
  return { text: dayMonthYear.format(time), fraction: "" };
}

/** In details: with milliseconds, the day only when it is not today. */
export function formatDetailTime(iso: string, now: Date = new Date()): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const clock = `${formatClock(time)}.${String(time.getMilliseconds()).padStart(3, "0")}`;
  if (time.toDateString() === now.toDateString()) return clock;
  return `${(time.getFullYear() === now.getFullYear() ? dayMonth : dayMonthYear).format(time)}, ${clock}`;
}

/** The tooltip of every time: local with zone, UTC, and how long ago. */
export function formatTimeHint(iso: string, now: Date = new Date()): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return `${dayMonthYear.format(time)} ${formatClock(time)} ${zone}\n${time.toISOString()} UTC\n${formatAgo(time, now)}`;
}

export function formatAgo(time: Date, now: Date = new Date()): string {
  const seconds = Math.round((now.getTime() - time.getTime()) / 1000);
  if (seconds < 0) return "in the future";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  return plural(Math.round(seconds / 86_400), "day") + " ago";
}

export function formatDate(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : dayMonthYear.format(time);
}

/** `14:32` or, for axes over more than a day, `8 Sep`. */
export function formatAxisTime(time: Date, spanMs: number): string {
  if (spanMs > 3 * 86_400_000) return dayMonth.format(time);
  const clock = formatClock(time);
  return spanMs < 10 * 60_000 ? clock : clock.slice(0, 5);
}

export function formatClock(time: Date): string {
  return `${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}`;
}

export function formatRange(from: Date, to: Date): string {
  const sameDay = from.toDateString() === to.toDateString();
  const left = `${dayMonth.format(from)} ${formatClock(from).slice(0, 5)}`;
  const right = sameDay ? formatClock(to).slice(0, 5) : `${dayMonth.format(to)} ${formatClock(to).slice(0, 5)}`;
  return `${left}–${right}`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function grouped(value: number, digits: number): string {
  return new Intl.NumberFormat(LOCALE, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}
