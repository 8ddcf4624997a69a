import type { TraceDetail } from "@/lib/api-types";
import { formatDuration, formatMoney, formatTokenParts, formatTokens, plural } from "@/lib/format";
import { DetailTime } from "@/objects/marks/time";
import { withBase } from "@/lib/base-path";

interface TraceFactsProps {
  projectId: string;
  trace: TraceDetail["trace"];
  firstTokenMs: number | null;
  /** The page has room for when it started and when the first token came. */
  isPage?: boolean;
}

/** The headline figures; a figure that is not known is not shown. */
export function TraceFacts({ projectId, trace, firstTokenMs, isPage = false }: TraceFactsProps) {
  const tokens = trace.totalTokens > 0 ? formatTokens(trace.totalTokens) : "";
  return (
    <dl className="facts">
      <Fact label="Duration" hint={trace.running ? "Steps without an end: so far" : undefined}>
        {trace.running ? (
          <>
            {formatDuration(trace.durationMs)} <span className="badge acc">running</span>
          </>
        ) : (
          formatDuration(trace.durationMs)
        )}
      </Fact>
      {isPage && <Fact label="To first token">{formatDuration(firstTokenMs)}</Fact>}
      <Fact label="Cost">{formatMoney(trace.cost)}</Fact>
      <Fact label="Tokens" hint={formatTokenParts(trace.inputTokens, trace.outputTokens)}>
        {tokens}
      </Fact>
      <Fact label="Steps">
        {trace.observationCount > 0 && (
          <>
            {trace.observationCount.toLocaleString("en")}
            {trace.errorCount > 0 && <span className="font-medium text-danger-ink">, {plural(trace.errorCount, "error")}</span>}
          </>
        )}
      </Fact>
      {isPage && (
        <Fact label="Started">
          <DetailTime iso={trace.timestamp} />
        </Fact>
      )}
      <Fact label="User">{trace.userId && <FilterLink projectId={projectId} field="user" value={trace.userId} />}</Fact>
      <Fact label="Session">{trace.sessionId && <FilterLink projectId={projectId} field="session" value={trace.sessionId} />}</Fact>
    </dl>
  );
}

function Fact({ label, hint, children }: { label: string; hint?: string | undefined; children: React.ReactNode }) {
  if (children === "" || children === null || children === undefined || children === false) return null;
  return (
    <div title={hint}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** All traces with the same value, over a range long enough to find them. */
export function FilterLink({ projectId, field, value }: { projectId: string; field: string; value: string }) {
  const quoted = /[\s()"]/.test(value) ? `"${value}"` : value;
  const query = new URLSearchParams({ q: `${field}:${quoted}`, range: "30d" });
  return (
    <a className="link" href={withBase(`/project/${encodeURIComponent(projectId)}/traces?${query.toString()}`)} title={`Traces with ${field} ${value}`}>
      {value}
    </a>
  );
}
