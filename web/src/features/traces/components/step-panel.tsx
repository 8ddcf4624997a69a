import { useQuery } from "@tanstack/react-query";
import { CircleAlert, TriangleAlert } from "lucide-react";
import { useMemo } from "react";
import type { ObservationDetail, ObservationRow, Score, TraceDetail } from "@/lib/api-types";
import { formatDuration, formatTimeHint } from "@/lib/format";
import { parseStored, type Json } from "@/lib/json";
import { useRemembered } from "@/lib/use-remembered";
import { ConversationView } from "@/objects/chat/conversation-view";
import { JsonViewer } from "@/objects/json/json-viewer";
import { MediaProject, MediaStrip } from "@/objects/media/stored-media";
import { Glyph } from "@/objects/marks/glyph";
import { LevelChip } from "@/objects/marks/level-chip";
import { CopyIconButton } from "@/ui/copy-button";
import { ErrorPanel, SkeletonLines, useSlow } from "@/ui/states";
import { Segmented, Tabs } from "@/ui/tabs";
import { LargeData, largeFields, largeSides } from "./large-fields";
import { observationQuery } from "../api/queries";
import { MetadataTable, ScoresTable } from "./step-tables";
import { StepProperties } from "./step-properties";

export type StepTab = "messages" | "scores" | "metadata" | "events" | "properties" | "trace";
export type Rendering = "chat" | "json";
export const isRendering = (value: unknown): value is Rendering => value === "chat" || value === "json";

interface StepPanelProps {
  projectId: string;
  detail: TraceDetail;
  row: ObservationRow | null;
  tab: string | undefined;
  onTab: (tab: StepTab) => void;
  /** Without room for the column, properties become a tab. */
  hasPropertiesTab: boolean;
}

/** The selected step: messages or data, scores, metadata, events; and what belongs to the trace as a whole. */
export function StepPanel({ projectId, detail, row, tab, onTab, hasPropertiesTab }: StepPanelProps) {
  const [rendering, setRendering] = useRemembered<Rendering>("step.rendering", "chat", isRendering);
  const query = useQuery({ ...observationQuery(projectId, detail.trace.id, row?.id ?? ""), enabled: row !== null });
  const isSlow = useSlow(query.isPending && row !== null);
  const step = query.data;
  const scores = step?.scores ?? detail.scores.filter((score) => score.observationId === row?.id);
  const tabs: { value: StepTab; label: string; count?: number }[] = [
    ...(row ? [{ value: "messages" as const, label: "Messages" }] : []),
    ...(row && hasPropertiesTab ? [{ value: "properties" as const, label: "Properties" }] : []),
    ...(row && scores.length > 0 ? [{ value: "scores" as const, label: "Scores", count: scores.length }] : []),
    ...(row ? [{ value: "metadata" as const, label: "Metadata" }] : []),
    ...(step && step.events.length > 0 ? [{ value: "events" as const, label: "Events", count: step.events.length }] : []),
    { value: "trace", label: "Trace", count: detail.scores.length },
  ];
  const current: StepTab = tabs.find((item) => item.value === tab)?.value ?? tabs[0]?.value ?? "trace";
  return (
    <MediaProject value={projectId}>
      {row && <StepHead row={row} />}
      <Tabs label="Step" panelId="step-panel" items={tabs} value={current} onChange={onTab}>
        <span className="flex-1" />
        {(current === "messages" || current === "trace") && (
          <div className="self-center pl-2">
            <Segmented
              label="Rendering"
              items={[{ value: "chat", label: "Chat" }, { value: "json", label: "JSON" }]}
              value={rendering}
              onChange={setRendering}
            />
          </div>
        )}
      </Tabs>
      <div id="step-panel" role="tabpanel" aria-label={current} className="flex min-h-0 flex-1 flex-col">
        {current === "trace" ? (
          <TraceContent projectId={projectId} detail={detail} rendering={rendering} />
        ) : query.error ? (
          <ErrorPanel title="This step did not load" error={query.error} onRetry={() => void query.refetch()} />
        ) : step ? (
          <StepContent projectId={projectId} detail={detail} step={step} tab={current} rendering={rendering} scores={scores} />
        ) : (
          isSlow && <SkeletonLines count={9} />
        )}
      </div>
    </MediaProject>
  );
}

function StepHead({ row }: { row: ObservationRow }) {
  return (
    <div className="phead !h-11 !border-b-0 !px-3.5">
      <Glyph type={row.type} large />
      <h2 className="truncate text-[14px] font-strong" title={row.name ?? ""}>
        {row.name ?? row.type.toLowerCase()}
      </h2>
      <LevelChip level={row.level} />
      <span className="num truncate text-small text-ink-3" title={formatTimeHint(row.startTime)}>
        {formatDuration(row.durationMs)}
      </span>
      <span className="flex-1" />
      <CopyIconButton text={row.id} label="Copy step id" shortcut="Y" />
    </div>
  );
}

interface StepContentProps {
  projectId: string;
  detail: TraceDetail;
  step: ObservationDetail;
  tab: StepTab;
  rendering: Rendering;
  scores: Score[];
}

function StepContent({ projectId, detail, step, tab, rendering, scores }: StepContentProps) {
  const sections = useMemo(
    () => [
      { name: "Input", value: parseStored(step.input) },
      { name: "Output", value: parseStored(step.output) },
      { name: "Metadata", value: step.metadata as Json },
      ...(step.modelParameters ? [{ name: "Model parameters", value: step.modelParameters as Json }] : []),
      ...(step.events.length > 0 ? [{ name: "Events", value: step.events as Json }] : []),
    ],
    [step],
  );
  const large = largeFields(projectId, detail.trace.id, step.id, step);
  switch (tab) {
    case "messages":
      return (
        <>
          <StatusNote step={step} />
          {rendering === "json" && large.length > 0 ? (
            <LargeData key={step.id} label="the step" fields={large} sections={sections} />
          ) : rendering === "json" ? (
            <>
              <FilesAbove value={sections.map((section) => section.value)} />
              <JsonViewer key={step.id} label="the step" fill sections={sections} />
            </>
          ) : (
            // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region has to be reachable by keyboard
            <div className="scroll" key={step.id} tabIndex={0} role="region" aria-label="Messages">
              <ConversationView
                input={step.input}
                output={step.output}
                metadata={step.metadata}
                type={step.type}
                model={step.model}
                toolDefinitions={step.toolDefinitions}
                isRunning={step.endTime === null && step.type !== "EVENT"}
                {...largeSides(large)}
              />
            </div>
          )}
        </>
      );
    case "properties":
      return (
        <div className="scroll text-small">
          <StepProperties projectId={projectId} step={step} trace={detail.trace} />
        </div>
      );
    case "scores":
      return <ScoresTable scores={scores} />;
    case "events":
      return <JsonViewer label="events" fill sections={[{ name: "", value: step.events as Json }]} />;
    default:
      return (
        <>
          <FilesAbove value={step.metadata as Json} />
          <MetadataTable metadata={step.metadata} />
        </>
      );
  }
}

/** Pictures and other files beside a rendering that shows only their references. */
function FilesAbove({ value }: { value: Json }) {
  return (
    <div className="max-h-[40%] flex-none overflow-auto px-3.5 empty:hidden">
      <MediaStrip value={value} label="Files of the step" />
    </div>
  );
}

function StatusNote({ step }: { step: ObservationDetail }) {
  if (!step.statusMessage || (step.level !== "ERROR" && step.level !== "WARNING")) return null;
  const isError = step.level === "ERROR";
  const Icon = isError ? CircleAlert : TriangleAlert;
  return (
    <div className={`note mx-3.5 mt-2.5 flex-none ${isError ? "err" : "warn"}`}>
      <Icon aria-hidden="true" />
      <span className="max-h-32 overflow-auto whitespace-pre-wrap [overflow-wrap:anywhere]">{step.statusMessage}</span>
    </div>
  );
}

/** Input, output, scores and metadata of the trace itself. */
function TraceContent({ projectId, detail, rendering }: { projectId: string; detail: TraceDetail; rendering: Rendering }) {
  const { trace, scores } = detail;
  const large = largeFields(projectId, trace.id, null, trace);
  if (rendering === "json") {
    const sections = [
      { name: "Input", value: parseStored(trace.input) },
      { name: "Output", value: parseStored(trace.output) },
      { name: "Metadata", value: trace.metadata as Json },
    ];
    return large.length > 0 ? <LargeData label="the trace" fields={large} sections={sections} /> : <JsonViewer label="the trace" fill sections={sections} />;
  }
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region has to be reachable by keyboard
    <div className="scroll" tabIndex={0} role="region" aria-label="Trace">
      <ConversationView input={trace.input} output={trace.output} metadata={trace.metadata} type="TRACE" isRunning={trace.running} {...largeSides(large)} />
      {scores.length > 0 && (
        <div className="px-3.5 pb-4">
          <div className="sect mb-1">Scores</div>
          <ScoresTable scores={scores} />
        </div>
      )}
      {Object.keys(trace.metadata).length > 0 && (
        <div className="px-3.5 pb-6">
          <div className="sect mb-1">Metadata</div>
          <MediaStrip value={trace.metadata as Json} label="Files of the metadata" />
          <MetadataTable metadata={trace.metadata} />
        </div>
      )}
    </div>
  );
}
