import { ChevronDown, ChevronUp, Maximize2, X } from "lucide-react";
import { useRef } from "react";
import { shortId } from "@/lib/format";
import { isNumber, useRemembered } from "@/lib/use-remembered";
import { Glyph } from "@/objects/marks/glyph";
import { ScoreTag } from "@/objects/marks/score-tag";
import type { Token } from "@/objects/query/language";
import { IconButton } from "@/ui/button";
import { CopyIconButton } from "@/ui/copy-button";
import { Kbd } from "@/ui/kbd";
import { Splitter } from "@/ui/splitter";
import { ErrorPanel, SkeletonLines, useSlow } from "@/ui/states";
import { tracePath, useTracesSearch } from "../view-state";
import type { AnyRow } from "./columns";
import { StepPanel } from "./step-panel";
import { StepsPane, type StepsPaneHandle } from "./steps-pane";
import { TraceFacts } from "./trace-facts";
import { useTraceView } from "./use-trace-view";
import { WhyListed } from "./why-listed";
import { withBase } from "@/lib/base-path";

const kMin = 480;
const kMax = 1100;
/** The table keeps at least this when the peek opens at its default width. */
const kTable = 580;

interface TracePeekProps {
  projectId: string;
  traceId: string;
  tokens: Token[];
  row: AnyRow | undefined;
  onPrevious: (() => void) | undefined;
  onNext: (() => void) | undefined;
  onClose: () => void;
}

/** Docks right and pushes the table. Steps over the selected step; never scrolls sideways. */
export function TracePeek({ projectId, traceId, tokens, row, onPrevious, onNext, onClose }: TracePeekProps) {
  const fallback = Math.min(window.innerWidth / 2, window.innerWidth - 48 - 216 - kTable);
  const [width, setWidth] = useRemembered("peek.width", Math.round(Math.min(kMax, Math.max(kMin, fallback))), isNumber);
  const most = Math.min(kMax, window.innerWidth - 320);
  const [search] = useTracesSearch();
  const pane = useRef<StepsPaneHandle>(null);
  const view = useTraceView(projectId, traceId, pane);
  const { data: detail, isPending, error, refetch } = view.query;
  const isSlow = useSlow(isPending);
  const name = detail?.trace.name ?? row?.name ?? "Trace";
  const stepShare = detail && detail.observations.length > 8 ? 0.54 : 0.38;
  return (
    <>
      <Splitter label="Width of the trace" value={Math.min(width, most)} min={kMin} max={most} pane="right" onChange={setWidth} />
      <aside className="peek" aria-label={`Trace ${name}`} style={{ width: Math.min(width, most) }}>
        <div className="ph">
          <Glyph type="TRACE" large />
          <h2 className="truncate font-strong">{name}</h2>
          <span className="id">{shortId(traceId)}</span>
          <CopyIconButton text={traceId} label="Copy trace id" />
          <span className="flex-1" />
          <button type="button" className="btn ghost s" aria-label="Previous trace" disabled={!onPrevious} onClick={onPrevious}>
            <ChevronUp aria-hidden="true" />
            <Kbd>K</Kbd>
          </button>
          <button type="button" className="btn ghost s" aria-label="Next trace" disabled={!onNext} onClick={onNext}>
            <ChevronDown aria-hidden="true" />
            <Kbd>J</Kbd>
          </button>
          <span className="vsep" />
          <a className="icb s" href={withBase(tracePath(projectId, traceId, search.observation))} aria-label="Open as page" title="Open as page">
            <Maximize2 aria-hidden="true" />
          </a>
          <IconButton label="Close" shortcut="Esc" onClick={onClose}>
            <X aria-hidden="true" />
          </IconButton>
        </div>
        {error ? (
          <ErrorPanel title="This trace did not load" error={error} onRetry={() => void refetch()} />
        ) : detail ? (
          <>
            <TraceFacts projectId={projectId} trace={detail.trace} firstTokenMs={view.firstTokenMs} />
            {detail.scores.length > 0 && (
              <div className="flex flex-none flex-wrap gap-1.5 px-3.5 pb-2.5">
                {detail.scores.slice(0, 6).map((score) => (
                  <ScoreTag key={score.id} score={score} />
                ))}
              </div>
            )}
            <WhyListed tokens={tokens} row={row} />
            {detail.observations.length > 0 && (
              <section className="flex min-h-0 flex-col border-t border-line-subtle" style={{ flex: `1 1 ${stepShare * 100}%` }} aria-label="Steps">
                <StepsPane ref={pane} projectId={projectId} detail={detail} state={view.state} mode={view.mode} onMode={view.setMode} rowHeight={26} barShare={0.42} isPeek />
              </section>
            )}
            <section className="flex min-h-0 flex-col border-t border-line" style={{ flex: `1 1 ${(1 - stepShare) * 100}%` }} aria-label="Selected step">
              <StepPanel projectId={projectId} detail={detail} row={view.state.selectedRow} tab={view.tab} onTab={view.setTab} hasPropertiesTab />
            </section>
          </>
        ) : (
          isSlow && <SkeletonLines count={12} />
        )}
      </aside>
    </>
  );
}
