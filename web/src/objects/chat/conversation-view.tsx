import type { ObservationDetail } from "@/lib/api-types";
import { isObject, parseStored, type Json } from "@/lib/json";
import { useMemo, type ReactNode } from "react";
import { JsonViewer } from "../json/json-viewer";
import { MediaStrip, TextWithMedia } from "../media/stored-media";
import { recognize } from "../messages/recognize";
import { isConversation, type Message, type ToolDefinition } from "../messages/types";
import { calledNames, joinCalls, offeredTools } from "./conversation";
import { ToolsFold, TurnView } from "./message-view";

interface ConversationViewProps {
  input: string | null;
  output: string | null;
  metadata: Record<string, unknown>;
  type: string;
  model?: string | null;
  toolDefinitions?: ObservationDetail["toolDefinitions"];
  /** Still being written: an absent output is not yet missing. */
  isRunning?: boolean;
  /** Stands where the side would, which is then not looked at. */
  inputInstead?: ReactNode;
  outputInstead?: ReactNode;
}

/** Input and output of a step: as a conversation when it is one, as data otherwise. */
export function ConversationView({ input, output, metadata, type, model, toolDefinitions = [], isRunning = false, inputInstead, outputInstead }: ConversationViewProps) {
  const hasInput = inputInstead === undefined;
  const hasOutput = outputInstead === undefined;
  const asked = useMemo(
    () => (hasInput ? recognize({ value: parseStored(input), side: "input", metadata: metadata as Json, type }) : null),
    [input, hasInput, metadata, type],
  );
  const answered = useMemo(
    () => (hasOutput ? recognize({ value: parseStored(output), side: "output", metadata: metadata as Json, type }) : null),
    [output, hasOutput, metadata, type],
  );
  const all = [...(asked ?? []), ...(answered ?? [])];
  const tools = offeredTools(all).length > 0 ? offeredTools(all) : (toolDefinitions as ToolDefinition[]);
  const isChat = (asked !== null && isConversation(asked)) || (answered !== null && isConversation(answered));
  const askedTurns = asked && isConversation(asked) ? joinCalls(asked) : null;
  const firstSpoken = askedTurns?.findIndex((turn) => turn.message.role !== "system" && turn.message.role !== "developer") ?? 0;
  const systemTurns = askedTurns?.slice(0, firstSpoken < 0 ? undefined : firstSpoken) ?? [];
  const spokenTurns = askedTurns?.slice(systemTurns.length) ?? [];
  const callsBefore = askedTurns?.reduce((sum, turn) => sum + turn.calls.length, 0) ?? 0;
  return (
    <div className="chat">
      {!isChat && <div className="sect">Input</div>}
      {systemTurns.map((turn, index) => (
        <TurnView key={index} turn={turn} />
      ))}
      {tools.length > 0 && <ToolsFold tools={tools} called={calledNames(all)} />}
      {askedTurns ? spokenTurns.map((turn, index) => <TurnView key={index} turn={turn} />) : inputInstead ?? <Payload text={input} label="Input" missing="No input was sent." />}
      <div className="sect">Output</div>
      {answered && (isConversation(answered) || !isData(answered)) ? (
        joinCalls(answered, callsBefore + 1).map((turn, index) => <TurnView key={index} turn={turn} note={finishNote(turn.message, model)} />)
      ) : (
        outputInstead ?? <Payload text={output} label="Output" missing={isRunning ? "Not finished yet." : "No output was sent."} />
      )}
    </div>
  );
}

function isData(messages: Message[]): boolean {
  return messages.every((message) => message.role === undefined);
}

function finishNote(message: Message, model: string | null | undefined): string | undefined {
  if (message.role !== "assistant" && message.role !== "model") return undefined;
  const reason = message.extra["finish_reason"] ?? message.extra["finishReason"] ?? message.extra["stop_reason"];
  return [model ?? "", typeof reason === "string" ? reason.toLowerCase() : ""].filter((item) => item !== "").join(" · ");
}

/** One side that is no conversation: text to read, or a document. */
export function Payload({ text, label, missing }: { text: string | null; label: string; missing: string }) {
  const value = useMemo(() => parseStored(text), [text]);
  const sections = useMemo(() => [{ name: "", value }], [value]);
  if (text === null || text === "") return <p className="text-small text-ink-3">{missing}</p>;
  if (typeof value === "string") return <TextWithMedia text={value} />;
  const only = onlyText(value);
  if (only) {
    return (
      <div>
        <div className="mono mb-0.5 !text-[11px] text-ink-3">{only.key}</div>
        <TextWithMedia text={only.text} />
      </div>
    );
  }
  return (
    <>
      <JsonViewer label={label} sections={sections} maxHeight={520} />
      <MediaStrip value={value} label={`Files of the ${label.toLowerCase()}`} />
    </>
  );
}

/** A document that is nothing but one text under a name: `{"message": "…"}`. */
function onlyText(value: Json): { key: string; text: string } | null {
  if (!isObject(value)) return null;
  const [entry, second] = Object.entries(value);
  if (!entry || second || typeof entry[1] !== "string" || /^\s*[[{]/.test(entry[1])) return null;
  return { key: entry[0], text: entry[1] };
}
