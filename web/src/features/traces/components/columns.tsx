import type { ObservationRow, ScoreChip, TraceRow } from "@/lib/api-types";
import { formatCount, formatDuration, formatMoney, formatTokenParts, formatTokens } from "@/lib/format";
import { Glyph } from "@/objects/marks/glyph";
import { HeatBar } from "@/objects/marks/heat-bar";
import { LevelChip } from "@/objects/marks/level-chip";
import { ScoreCell } from "@/objects/marks/score-tag";
import { ListTime } from "@/objects/marks/time";
import type { Column } from "@/objects/table/columns";

export interface Scale {
  /** Where heat is full: what one sees is compared with itself, without its outliers. */
  longestMs: number;
  words: string;
}

type Cells<Row> = Omit<Column<Row>, "cell"> & { cell: (row: Row, scale: Scale) => React.ReactNode };

const duration = (ms: number | null, scale: Scale) =>
  ms === null ? null : (
    <>
      <HeatBar share={scale.longestMs > 0 ? ms / scale.longestMs : 0} />
      {formatDuration(ms)}
    </>
  );

const kTraceColumns: Cells<TraceRow>[] = [
  { id: "time", label: "Time", width: 116, className: "time", sortKey: "timestamp", cell: (row) => <ListTime iso={row.timestamp} /> },
  { id: "name", label: "Name", width: 150, className: "nm", sortKey: "name", cell: (row) => <span title={row.name ?? ""}>{row.name ?? ""}</span> },
  {
    id: "duration", label: "Duration", width: 116, align: "right", className: "lat", sortKey: "latency",
    cell: (row, scale) => (row.running ? <span className="badge acc">running</span> : duration(row.durationMs, scale)),
  },
  { id: "cost", label: "Cost", width: 82, align: "right", sortKey: "totalCost", cell: (row) => formatMoney(row.cost) },
  { id: "level", label: "Level", width: 82, sortKey: "errorCount", cell: (row) => <LevelChip level={row.level} /> },
  { id: "scores", label: "Scores", width: 124, className: "scs", cell: (row) => <Scores scores={row.scores} /> },
  { id: "input", label: "Input", width: 150, grows: true, className: "pay", cell: (row, scale) => <Preview text={row.inputPreview} words={scale.words} /> },
  { id: "output", label: "Output", width: 150, grows: true, className: "pay", cell: (row, scale) => <Preview text={row.outputPreview} words={scale.words} /> },
  { id: "tokens", label: "Tokens", width: 150, align: "right", sortKey: "totalTokens", isHiddenAtFirst: true, cell: (row) => formatTokenParts(row.inputTokens, row.outputTokens) },
  { id: "steps", label: "Steps", width: 64, align: "right", isHiddenAtFirst: true, cell: (row) => formatCount(row.observationCount) },
  { id: "errors", label: "Errors", width: 64, align: "right", sortKey: "errorCount", isHiddenAtFirst: true, cell: (row) => (row.errorCount > 0 ? formatCount(row.errorCount) : "") },
  { id: "models", label: "Models", width: 160, isHiddenAtFirst: true, cell: (row) => row.models.join(", ") },
  { id: "user", label: "User", width: 120, isHiddenAtFirst: true, cell: (row) => row.userId ?? "" },
  { id: "session", label: "Session", width: 120, isHiddenAtFirst: true, cell: (row) => row.sessionId ?? "" },
  { id: "environment", label: "Environment", width: 110, isHiddenAtFirst: true, cell: (row) => row.environment },
  { id: "tags", label: "Tags", width: 150, isHiddenAtFirst: true, cell: (row) => <Tags tags={row.tags} /> },
  { id: "release", label: "Release", width: 100, isHiddenAtFirst: true, cell: (row) => row.release ?? "" },
  { id: "version", label: "Version", width: 100, isHiddenAtFirst: true, cell: (row) => row.version ?? "" },
  { id: "id", label: "Trace id", width: 260, isHiddenAtFirst: true, cell: (row) => <code>{row.id}</code> },
];

const kObservationColumns: Cells<ObservationRow>[] = [
  { id: "time", label: "Time", width: 116, className: "time", sortKey: "startTime", cell: (row) => <ListTime iso={row.startTime} /> },
  {
    id: "name", label: "Name", width: 150, className: "nm", sortKey: "name",
    cell: (row) => (
      <>
        <Glyph type={row.type} />
        <span title={row.name ?? ""}>{row.name ?? row.type.toLowerCase()}</span>
      </>
    ),
  },
  { id: "trace", label: "Trace", width: 110, cell: (row) => row.traceName ?? "" },
  {
    id: "duration", label: "Duration", width: 116, align: "right", className: "lat", sortKey: "latency",
    cell: (row, scale) => (row.endTime === null && row.type !== "EVENT" ? <span className="badge acc">running</span> : duration(row.durationMs, scale)),
  },
  { id: "cost", label: "Cost", width: 82, align: "right", sortKey: "totalCost", cell: (row) => formatMoney(row.cost) },
  { id: "level", label: "Level", width: 82, cell: (row) => <LevelChip level={row.level} /> },
  { id: "model", label: "Model", width: 116, sortKey: "model", cell: (row) => row.model ?? "" },
  { id: "input", label: "Input", width: 110, grows: true, className: "pay", cell: (row, scale) => <Preview text={row.inputPreview} words={scale.words} /> },
  { id: "output", label: "Output", width: 110, grows: true, className: "pay", cell: (row, scale) => <Preview text={row.outputPreview} words={scale.words} /> },
  { id: "tokens", label: "Tokens", width: 90, align: "right", sortKey: "totalTokens", isHiddenAtFirst: true, cell: (row) => formatTokens(row.totalTokens === 0 ? null : row.totalTokens) },
  { id: "ttft", label: "First token", width: 90, align: "right", sortKey: "timeToFirstToken", isHiddenAtFirst: true, cell: (row) => formatDuration(row.timeToFirstTokenMs) },
  { id: "status", label: "Status message", width: 220, isHiddenAtFirst: true, cell: (row) => row.statusMessage ?? "" },
  { id: "prompt", label: "Prompt", width: 160, isHiddenAtFirst: true, cell: (row) => (row.promptName ? `${row.promptName} v${row.promptVersion ?? "?"}` : "") },
  { id: "tools", label: "Tools called", width: 160, isHiddenAtFirst: true, cell: (row) => row.toolCallNames.join(", ") },
  { id: "user", label: "User", width: 120, isHiddenAtFirst: true, cell: (row) => row.userId ?? "" },
  { id: "session", label: "Session", width: 120, isHiddenAtFirst: true, cell: (row) => row.sessionId ?? "" },
  { id: "environment", label: "Environment", width: 110, isHiddenAtFirst: true, cell: (row) => row.environment },
  { id: "tags", label: "Tags", width: 150, isHiddenAtFirst: true, cell: (row) => <Tags tags={row.tags} /> },
  { id: "release", label: "Release", width: 100, isHiddenAtFirst: true, cell: (row) => row.release ?? "" },
  { id: "version", label: "Version", width: 100, isHiddenAtFirst: true, cell: (row) => row.version ?? "" },
  { id: "id", label: "Observation id", width: 160, isHiddenAtFirst: true, cell: (row) => <code>{row.id}</code> },
  { id: "traceId", label: "Trace id", width: 260, isHiddenAtFirst: true, cell: (row) => <code>{row.traceId}</code> },
];

export type AnyRow = TraceRow | ObservationRow;

const bind = <Row,>(columns: Cells<Row>[], scale: Scale) => columns.map((column) => ({ ...column, cell: (row: Row) => column.cell(row, scale) }));

/** The columns of a view; the rows of a view are all of one kind. */
export function columnsOf(view: "traces" | "observations", scale: Scale): Column<AnyRow>[] {
  return (view === "traces" ? bind(kTraceColumns, scale) : bind(kObservationColumns, scale)) as Column<AnyRow>[];
}

function Scores({ scores }: { scores: ScoreChip[] }) {
  const [first, second] = scores;
  return (
    <>
      {first && <ScoreCell score={first} />}
      {second && <ScoreCell score={second} />}
      {scores.length > 2 && <span className="text-micro text-ink-3">+{scores.length - 2}</span>}
    </>
  );
}

function Tags({ tags }: { tags: string[] }) {
  return (
    <span className="flex gap-1">
      {tags.slice(0, 2).map((tag) => (
        <span key={tag} className="badge line">
          {tag}
        </span>
      ))}
      {tags.length > 2 && <span className="text-micro text-ink-3">+{tags.length - 2}</span>}
    </span>
  );
}

/** The beginning of a payload with the searched words marked. */
function Preview({ text, words }: { text: string | null; words: string }) {
  if (text === null) return null;
  const line = readable(text);
  const at = words === "" ? -1 : line.toLowerCase().indexOf(words.toLowerCase());
  if (at < 0) return <>{line}</>;
  const start = Math.max(0, at - 24);
  return (
    <>
      {start > 0 ? "…" : ""}
      {line.slice(start, at)}
      <mark>{line.slice(at, at + words.length)}</mark>
      {line.slice(at + words.length)}
    </>
  );
}

const kString = String.raw`"((?:[^"\\]|\\.)*)`;
const kUserText = new RegExp(String.raw`"role"\s*:\s*"user"[^{}]*?"(?:content|text)"\s*:\s*` + kString);
const kNamedText = new RegExp(String.raw`"(?:message|question|query|prompt|content|text|answer|output|input|summary|greeting)"\s*:\s*` + kString);
const kCalledTool = new RegExp(String.raw`"(?:tool_calls|tool_call|toolName|function)"[\s\S]*?"name"\s*:\s*` + kString);

/** Out of the beginning of a document, the text people look for; anything else as one line. */
export function readable(text: string): string {
  if (!/^\s*[[{]/.test(text)) return oneLine(text);
  const said = kUserText.exec(text)?.[1] ?? kNamedText.exec(text)?.[1];
  if (said !== undefined && said !== "") return oneLine(said.replaceAll("\\n", " ").replaceAll("\\t", " ").replaceAll('\\"', '"'));
  const called = kCalledTool.exec(text)?.[1];
  return called ? `calls ${called}` : oneLine(text);
}

/** Without the marks of Markdown, which only distract in a cell. */
function oneLine(text: string): string {
  return text.replace(/\*\*|`/g, "").replace(/\s+/g, " ").trim();
}
