// Finds the conversation in one side of an observation. Shapes decide, not framework names: the same shape is read the
// same way whoever sent it, and a framework that changes its name keeps working.
import { isObject, parseDeep, type Json, type JsonObject } from "@/lib/json";
import { readMessages } from "./message";
import { isPythonMessage } from "./python-repr";
import { isToolDefinition, readToolCalls, readToolDefinitions } from "./tools";
import { emptyMessage, type Message, type ToolDefinition } from "./types";

export interface Payload {
  /** The stored value: text, or already parsed. */
  value: Json;
  side: "input" | "output";
  /** Flat dotted paths as the API gives them, or nested objects. */
  metadata: Json;
  /** Observation type, which decides whether plain text is a message of a model. */
  type?: string;
}

/** The messages, or null when this is not a conversation and is shown as data. */
export function recognize(payload: Payload): Message[] | null {
  const value = parseDeep(payload.value);
  const metadata = isObject(payload.metadata) ? (parseDeep(payload.metadata) as JsonObject) : {};
  const messages = readValue(value, payload) ?? readFlattened(metadata, payload.side);
  if (messages === null || messages.length === 0) return null;
  return withTools(messages, toolsFromMetadata(metadata));
}

function readValue(value: Json, payload: Payload): Message[] | null {
  if (value === null || typeof value === "number" || typeof value === "boolean") return null;
  if (typeof value === "string") return readText(value, payload);
  if (Array.isArray(value)) return readTexts(value, payload) ?? readList(value);
  return readDocument(value, payload);
}

/** Plain text is a message where a model speaks or is spoken to, and the answer of a tool where one was called. */
function readText(text: string, payload: Payload): Message[] | null {
  const content = [{ kind: "text" as const, text }];
  if (payload.type === "GENERATION") return [{ ...emptyMessage(), role: payload.side === "input" ? "user" : "assistant", content }];
  if (payload.type === "TOOL" && payload.side === "output") return [{ ...emptyMessage(), content }];
  return null;
}

/** DSPy keeps what a model said as a list of texts, one for each choice. */
function readTexts(list: Json[], payload: Payload): Message[] | null {
  if (payload.type !== "GENERATION" || payload.side !== "output" || list.length === 0) return null;
  if (!list.every((item) => typeof item === "string" && !isPythonMessage(item))) return null;
  return list.flatMap((item) => readText(String(item), payload) ?? []);
}

function readList(list: Json[]): Message[] | null {
  const first = list[0];
  if (first === undefined) return null;
  if (Array.isArray(first)) return list.length === 1 ? readList(first) : list.every(Array.isArray) ? readList(list.flat()) : null;
  if (!list.every((item) => isObject(item) || typeof item === "string")) return null;
  if (list.every((item) => typeof item === "string" && !isPythonMessage(item))) return null;
  if (isObject(first) && first["role"] === undefined && (first["toolCallId"] !== undefined || first["toolName"] !== undefined)) {
    return [{ ...emptyMessage(), role: "assistant", toolCalls: readToolCalls(list) }];
  }
  // LangChain sends the tools it offers as messages of role "tool".
  const offered = list.filter((item) => isObject(item) && item["role"] === "tool" && isToolDefinition(item["content"]));
  const spoken = list.filter((item) => !offered.includes(item));
  const tools = offered.flatMap((item) => (isObject(item) ? readToolDefinitions(item["content"] ?? null) : []));
  return withTools(spoken.flatMap(readMessages), tools);
}

/** A request or an answer of a model API, a message, or a document in which one of them stands. */
function readDocument(value: JsonObject, payload: Payload): Message[] | null {
  return (
    readRequest(value) ??
    readAnswer(value) ??
    readSingle(value) ??
    readNested(value, payload) ??
    (payload.side === "output" ? [{ ...emptyMessage(), extra: value }] : null)
  );
}

function readRequest(value: JsonObject): Message[] | null {
  const config = isObject(value["config"]) ? value["config"] : {};
  const system = value["system"] ?? value["instructions"] ?? value["system_instruction"] ?? value["systemInstruction"]
    ?? config["system_instruction"] ?? config["systemInstruction"];
  const tools = readToolDefinitions(value["tools"] ?? config["tools"]);
  const list = value["messages"] ?? value["contents"] ?? value["all_messages"] ?? (Array.isArray(value["input"]) ? value["input"] : undefined);
  if (!Array.isArray(list)) {
    if (typeof value["input"] === "string" && (value["instructions"] !== undefined || value["model"] !== undefined)) {
      return withTools([...systemMessage(system), user(value["input"])], tools);
    }
    return null;
  }
  const messages = readList(list);
  return messages === null ? null : withTools([...systemMessage(system), ...messages], tools);
}

function systemMessage(system: Json | undefined): Message[] {
  if (system === undefined || system === null || system === "") return [];
  const content = isObject(system) || Array.isArray(system) ? readMessages({ role: "system", content: system }) : [];
  return content.length > 0 ? content.map((message) => ({ ...message, role: "system" })) : readMessages({ role: "system", content: system });
}

function user(text: string): Message {
  return { ...emptyMessage(), role: "user", content: [{ kind: "text", text }] };
}

function readAnswer(value: JsonObject): Message[] | null {
  const choices = value["choices"] ?? value["candidates"];
  if (Array.isArray(choices) && choices.length > 0) return choices.flatMap((choice) => readMessages(flattenCandidate(choice)));
  if (Array.isArray(value["output"]) && (value["object"] === "response" || value["output"].some((item) => isObject(item) && item["type"] === "message"))) {
    return value["output"].flatMap(readMessages);
  }
  if (Array.isArray(value["generations"])) return readList(value["generations"].flat(2));
  const calls = readToolCalls(value["toolCalls"]);
  if (calls.length > 0 || (typeof value["text"] === "string" && value["finishReason"] !== undefined)) {
    const text = typeof value["text"] === "string" ? value["text"] : "";
    return readMessages({ role: "assistant", content: text, toolCalls: value["toolCalls"] ?? null, reasoning: value["reasoning"] ?? null });
  }
  return null;
}

/** A Gemini candidate keeps its message below `content`. */
function flattenCandidate(choice: Json): Json {
  if (!isObject(choice) || !isObject(choice["content"]) || !Array.isArray(choice["content"]["parts"])) return choice;
  return { role: "model", ...choice["content"] };
}

function readSingle(value: JsonObject): Message[] | null {
  const inner = value["content"];
  if (isObject(inner) && Array.isArray(inner["parts"])) {
    return readMessages({ role: "model", ...value, content: null, ...inner });
  }
  const isMessage =
    (typeof value["role"] === "string" && ["content", "parts", "tool_calls", "text", "contents"].some((key) => key in value)) ||
    (typeof value["type"] === "string" && "content" in value && /^(human|ai|system|tool|function|\w+Message)$/.test(value["type"])) ||
    (value["lc"] !== undefined && isObject(value["kwargs"]));
  return isMessage ? readMessages(value) : null;
}

/** Where frameworks put a conversation one level down. */
function readNested(value: JsonObject, payload: Payload): Message[] | null {
  for (const key of ["new_message", "message", "kwargs", "input", "output", "response", "update"]) {
    const inner = value[key];
    if (!isObject(inner)) continue;
    const messages = readRequest(inner) ?? readAnswer(inner) ?? readSingle(inner);
    if (messages !== null && messages.some((message) => message.role !== undefined)) return messages;
  }
  const result = value["final_result"];
  return typeof result === "string" && payload.side === "output" ? [{ ...emptyMessage(), role: "assistant", content: [{ kind: "text", text: result }] }] : null;
}

/** OpenInference without input.value: `llm.input_messages.0.message.role` and so on in the attributes. */
function readFlattened(metadata: JsonObject, side: "input" | "output"): Message[] | null {
  const prefix = `llm.${side}_messages.`;
  const byIndex = new Map<number, JsonObject>();
  for (const [path, value] of attributeEntries(metadata)) {
    const at = path.indexOf(prefix);
    if (at < 0) continue;
    const [index, ...rest] = path.slice(at + prefix.length).split(".");
    if (index === undefined || rest.length === 0) continue;
    const entry = byIndex.get(Number(index)) ?? {};
    setPath(entry, rest[0] === "message" ? rest.slice(1) : rest, value);
    byIndex.set(Number(index), entry);
  }
  if (byIndex.size === 0) return null;
  return [...byIndex.entries()].sort(([left], [right]) => left - right).flatMap(([, entry]) => readMessages(dense(entry)));
}

function attributeEntries(metadata: JsonObject): [string, Json][] {
  const nested = isObject(metadata["attributes"]) ? Object.entries(metadata["attributes"]) : [];
  return [...Object.entries(metadata), ...nested];
}

function setPath(target: JsonObject, path: string[], value: Json): void {
  let at = target;
  for (const key of path.slice(0, -1)) {
    const next = at[key];
    if (isObject(next)) at = next;
    else {
      const fresh: JsonObject = {};
      at[key] = fresh;
      at = fresh;
    }
  }
  const last = path.at(-1);
  if (last !== undefined) at[last] = value;
}

/** Objects whose keys are 0, 1, 2 … were lists before they were flattened. */
function dense(value: Json): Json {
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, dense(item)] as const);
  if (entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key))) {
    return entries.sort(([left], [right]) => Number(left) - Number(right)).map(([, item]) => item);
  }
  return Object.fromEntries(entries);
}

/** AI SDK and Pydantic AI keep the offered tools in attributes of the span. */
function toolsFromMetadata(metadata: JsonObject): ToolDefinition[] {
  for (const [path, value] of attributeEntries(metadata)) {
    if (path.endsWith("ai.prompt.tools")) return readToolDefinitions(value);
    if (path.endsWith("model_request_parameters") && isObject(value)) return readToolDefinitions(value["function_tools"]);
    if (path.endsWith("model_request_parameters.function_tools")) return readToolDefinitions(value);
  }
  return [];
}

function withTools(messages: Message[], tools: ToolDefinition[]): Message[] {
  if (tools.length === 0) return messages;
  return messages.map((message) => (message.tools.length > 0 ? message : { ...message, tools }));
}
