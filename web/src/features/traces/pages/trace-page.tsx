import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ChevronDown, ChevronUp } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { ApiError } from "@/lib/http";
import { useHotkeys } from "@/lib/use-hotkeys";
import { isNumber, useRemembered } from "@/lib/use-remembered";
import { useSize } from "@/lib/use-size";
import { Glyph } from "@/objects/marks/glyph";
import { ScoreTag } from "@/objects/marks/score-tag";
import { CopyIconButton } from "@/ui/copy-button";
import { Kbd } from "@/ui/kbd";
import { Splitter } from "@/ui/splitter";
import { EmptyState, ErrorPanel, SkeletonLines, useSlow } from "@/ui/states";
import { observationQuery } from "../api/queries";
import { DeleteTraceButton } from "../components/delete-traces";
import { StepPanel } from "../components/step-panel";
import { StepProperties } from "../components/step-properties";
import { StepsPane, type StepsPaneHandle } from "../components/steps-pane";
import { TraceFacts } from "../components/trace-facts";
import { useTraceView } from "../components/use-trace-view";
import { readList } from "../list-context";
import { tracePath } from "../view-state";
import { withBase } from "@/lib/base-path";

/** Below this, properties become a tab. */
const kWide = 1100;

/** One trace: steps, the selected step, its properties. */
export function TracePage({ projectId, traceId, navToggle }: { projectId: string; traceId: string; navToggle?: ReactNode }) {
  const pane = useRef<StepsPaneHandle>(null);
  const view = useTraceView(projectId, traceId, pane);
  const { data: detail, isPending, error, refetch } = view.query;
  const isSlow = useSlow(isPending);
  const panes = useRef<HTMLDivElement>(null);
  const { width } = useSize(panes);
  const [stepsWidth, setStepsWidth] = useRemembered("trace.steps-width", 588, isNumber);
  const isWide = width === 0 || width >= kWide;
  const most = Math.max(320, width - (isWide ? 248 + 380 : 320));
  const selected = view.state.selectedRow;
  const name = detail?.trace.name ?? "Trace";
  const [list] = useState(() => readList(projectId));
  const listHref = list?.href ?? `/project/${encodeURIComponent(projectId)}/traces`;
  const at = list?.traceIds.indexOf(traceId) ?? -1;
  const neighbour = (index: number) => {
    const id = at >= 0 ? list?.traceIds[index] : undefined;
    return id === undefined ? undefined : tracePath(projectId, id);
  };
  const previous = neighbour(at - 1);
  const next = neighbour(at + 1);
  const navigate = useNavigate();
  const go = (href: string | undefined) => href !== undefined && void navigate({ href });
  useHotkeys({ j: () => go(next), k: () => go(previous), Escape: () => go(listHref) });
  useEffect(() => {
    document.title = `${name} · Clew`;
  }, [name]);
  return (
    <>
      <header className="topbar">
        {navToggle}
        <nav className="crumb" aria-label="Breadcrumb">
          <a href={withBase(listHref)}>Tracing</a>
          <span>/</span>
          <Glyph type="TRACE" />
          <h1 className="!text-ink">{name}</h1>
          <span className="mono truncate !text-[11px]">{traceId}</span>
          <CopyIconButton text={traceId} label="Copy trace id" />
        </nav>
        <span className="flex-1" />
        {(previous ?? next) && (
          <>
            <StepLink href={previous} label="Previous" shortcut="K" icon={<ChevronUp aria-hidden="true" />} />
            <StepLink href={next} label="Next" shortcut="J" icon={<ChevronDown aria-hidden="true" />} />
          </>
        )}
        {detail && <DeleteTraceButton projectId={projectId} traceId={traceId} name={name} onDeleted={() => go(listHref)} />}
      </header>
      {detail ? (
        <>
          <div className="hdr">
            <TraceFacts projectId={projectId} trace={detail.trace} firstTokenMs={view.firstTokenMs} isPage />
            <span className="flex-1" />
            <div className="flex min-w-0 flex-wrap justify-end gap-1.5 overflow-hidden">
              {detail.scores.slice(0, 8).map((score) => (
                <ScoreTag key={score.id} score={score} />
              ))}
            </div>
          </div>
          <div className="panes" ref={panes}>
            {detail.observations.length > 0 && (
              <>
                <section className="pane flex-none" style={{ width: Math.min(stepsWidth, most) }} aria-label="Steps">
                  <StepsPane ref={pane} projectId={projectId} detail={detail} state={view.state} mode={view.mode} onMode={view.setMode} rowHeight={28} barShare={0.45} />
                </section>
                <Splitter label="Width of the steps" value={Math.min(stepsWidth, most)} min={320} max={most} pane="left" onChange={setStepsWidth} />
              </>
            )}
            <section className="pane flex-1" aria-label="Selected step">
              <StepPanel projectId={projectId} detail={detail} row={selected} tab={view.tab} onTab={view.setTab} hasPropertiesTab={!isWide} />
            </section>
            {isWide && selected && <Properties projectId={projectId} traceId={traceId} observationId={selected.id} trace={detail.trace} />}
          </div>
        </>
      ) : error instanceof ApiError && error.status === 404 ? (
        <EmptyState title="This trace is not here" actions={<a className="btn" href={withBase(`/trace/${encodeURIComponent(traceId)}`)}>Look in my other projects</a>}>
          No trace with the id <code>{traceId}</code> exists in this project. It may belong to another one, or was removed by retention.
        </EmptyState>
      ) : error ? (
        <ErrorPanel title="The trace did not load" error={error} onRetry={() => void refetch()} />
      ) : (
        isSlow && <SkeletonLines count={14} />
      )}
    </>
  );
}

interface StepLinkProps {
  href: string | undefined;
  label: string;
  shortcut: string;
  icon: ReactNode;
}

/** To the neighbour in the list the trace was opened from. */
function StepLink({ href, label, shortcut, icon }: StepLinkProps) {
  if (href === undefined) {
    return (
      <button type="button" className="btn ghost s" disabled>
        {icon}
        {label} <Kbd>{shortcut}</Kbd>
      </button>
    );
  }
  return (
    <a className="btn ghost s" href={withBase(href)}>
      {icon}
      {label} <Kbd>{shortcut}</Kbd>
    </a>
  );
}

interface PropertiesProps {
  projectId: string;
  traceId: string;
  observationId: string;
  trace: Parameters<typeof StepProperties>[0]["trace"];
}

function Properties({ projectId, traceId, observationId, trace }: PropertiesProps) {
  const { data } = useQuery(observationQuery(projectId, traceId, observationId));
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region has to be reachable by keyboard
    <aside className="props" aria-label="Properties" tabIndex={0}>
      {data && <StepProperties projectId={projectId} step={data} trace={trace} />}
    </aside>
  );
}
