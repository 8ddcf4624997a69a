import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";
import type { ObservationDetail, TraceDetail } from "@/lib/api-types";
import { formatDuration } from "@/lib/format";
import { parseStored, type Json } from "@/lib/json";
import { cx } from "@/ui/class-names";
import { joinCalls } from "@/objects/chat/conversation";
import { Payload } from "@/objects/chat/conversation-view";
import { TurnView } from "@/objects/chat/message-view";
import { Glyph } from "@/objects/marks/glyph";
import { recognize } from "@/objects/messages/recognize";
import { isConversation, type Message } from "@/objects/messages/types";
import type { TraceTreeState } from "@/objects/waterfall/use-trace-tree";
import type { TreeNode } from "@/objects/waterfall/tree";
import { observationQuery } from "../api/queries";

/** Steps that speak or act; containers and plumbing stay in the tree. */
const kSpoken = new Set(["GENERATION", "TOOL", "RETRIEVER", "GUARDRAIL", "EVALUATOR"]);

interface TranscriptProps {
  projectId: string;
  detail: TraceDetail;
  state: TraceTreeState;
}

/** The run as a readable conversation: what was asked, what each model said, tools as one line. Payloads load as they come into view. */
export function Transcript({ projectId, detail, state }: TranscriptProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const steps = useMemo(() => state.tree.nodes.filter((node) => kSpoken.has(node.row.type) && node.tries.length === 0), [state.tree]);
  const asked = useMemo(() => lastUserTurn(detail.trace.input), [detail.trace.input]);
  const virtual = useVirtualizer({
    count: steps.length + 2,
    getScrollElement: () => scroller.current,
    estimateSize: () => 76,
    overscan: 4,
    getItemKey: (index) => steps[index - 1]?.row.id ?? (index === 0 ? "asked" : "answered"),
  });
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region has to be reachable by keyboard
    <div ref={scroller} className="scroll" role="region" aria-label="Transcript" tabIndex={0}>
      <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {virtual.getVirtualItems().map((item) => {
          const node = steps[item.index - 1];
          return (
            <div key={item.key} ref={virtual.measureElement} data-index={item.index} className="absolute inset-x-0 top-0 px-3.5 py-1.5" style={{ transform: `translateY(${item.start}px)` }}>
              {item.index === 0 ? (
                <Edge label="Input" text={detail.trace.input} messages={asked} />
              ) : node ? (
                <Step projectId={projectId} node={node} isSelected={state.selected === node} onSelect={() => state.select(node.row.id)} />
              ) : (
                <Edge label="Output" text={detail.trace.output} messages={null} />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** What the person asked last; the rest of a history is in the messages of the steps. */
function lastUserTurn(input: string | null): Message[] | null {
  const messages = recognize({ value: parseStored(input), side: "input", metadata: null });
  const last = messages?.findLast((message) => message.role === "user");
  return last ? [last] : null;
}

function Edge({ label, text, messages }: { label: string; text: string | null; messages: Message[] | null }) {
  const read = useMemo(() => messages ?? recognize({ value: parseStored(text), side: label === "Input" ? "input" : "output", metadata: null }), [messages, text, label]);
  if (text === null) return null;
  return (
    <div className="flex flex-col gap-2">
      <div className="sect">{label}</div>
      {read && isConversation(read) ? joinCalls(read).map((turn, index) => <TurnView key={index} turn={turn} />) : <Payload text={text} label={label} missing="" />}
    </div>
  );
}

interface StepProps {
  projectId: string;
  node: TreeNode;
  isSelected: boolean;
  onSelect: () => void;
}

function Step({ projectId, node, isSelected, onSelect }: StepProps) {
  const { row } = node;
  const isModel = row.type === "GENERATION";
  const { data } = useQuery({ ...observationQuery(projectId, row.traceId, row.id), enabled: isModel });
  return (
    <div className={cx("rounded-2", isSelected && "bg-selected")}>
      <button type="button" className="flex h-7 w-full items-center gap-2 px-1 text-small" onClick={onSelect}>
        <Glyph type={row.type} />
        <span className={cx("truncate font-medium", row.level === "ERROR" && "text-danger-ink")}>{row.name ?? row.type.toLowerCase()}</span>
        {!isModel && <span className="mono truncate text-ink-3">{oneLine(row.inputPreview)}</span>}
        <span className="num ml-auto flex-none text-micro text-ink-3">{formatDuration(row.durationMs)}</span>
      </button>
      {row.level === "ERROR" && row.statusMessage && <div className="note err mb-1">{row.statusMessage}</div>}
      {isModel && <Said data={data} preview={row.outputPreview} />}
    </div>
  );
}

function Said({ data, preview }: { data: ObservationDetail | undefined; preview: string | null }) {
  const messages = useMemo(
    () => (data ? recognize({ value: parseStored(data.output), side: "output", metadata: data.metadata as Json, type: data.type }) : null),
    [data],
  );
  if (!data) return <p className="truncate pl-7 text-small text-ink-3">{oneLine(preview)}</p>;
  if (messages && isConversation(messages)) return joinCalls(messages).map((turn, index) => <TurnView key={index} turn={turn} note={data.model ?? undefined} />);
  return <Payload text={data.output} label="Output" missing="No output was sent." />;
}

function oneLine(text: string | null): string {
  return (text ?? "").replace(/\s+/g, " ").slice(0, 160);
}
