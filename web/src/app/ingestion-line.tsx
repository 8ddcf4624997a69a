import { useQuery } from "@tanstack/react-query";
import type { ProjectStatus } from "@/lib/api-types";
import { formatBytes, formatDuration, formatRate } from "@/lib/format";
import { statusQuery } from "@/lib/status";
import { cx } from "@/ui/class-names";
import { Tooltip } from "@/ui/tooltip";

/** Slower than this is amber. */
const kSlowMs = 2000;

/** The status page nobody has to open: the whole instance's intake and how soon it is visible. */
export function IngestionLine({ projectId, isRail }: { projectId: string; isRail: boolean }) {
  const { data: status, isError } = useQuery(statusQuery(projectId));
  const { state, text, hint } = describe(status, isError);
  return (
    <Tooltip content={isRail ? `${text}\n${hint}` : hint}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- carries a tooltip */}
      <div className="nav-live" role="status" aria-label={`Ingestion: ${text}`} tabIndex={0}>
        <i className={cx("pulse-dot", state)} />
        {!isRail && <span className="truncate">{text}</span>}
      </div>
    </Tooltip>
  );
}

function describe(status: ProjectStatus | undefined, isError: boolean): { state: string; text: string; hint: string } {
  if (isError) return { state: "refusing", text: "Clew does not answer", hint: "What is shown may be old." };
  if (!status) return { state: "idle", text: "Connecting", hint: "" };
  const backlog = status.backlogBytes > 0 ? `${formatBytes(status.backlogBytes)} accepted and not yet visible.` : "Everything accepted is visible.";
  if (!status.accepting) return { state: "refusing", text: "Refusing new data", hint: `Clients are asked to come back. ${backlog}` };
  const rate = formatRate(status.spansPerSecond, "spans");
  if (status.visibleMs === null) {
    return { state: "idle", text: status.spansPerSecond > 0 ? rate : status.hasData ? "Ready, nothing arriving" : "Ready, no data yet", hint: backlog };
  }
  const isSlow = status.visibleMs > kSlowMs;
  return { state: isSlow ? "slow" : "", text: `${rate} · visible in ${formatDuration(status.visibleMs)}`, hint: `${isSlow ? "Slower than usual." : "Ingestion is healthy."} ${backlog}` };
}
