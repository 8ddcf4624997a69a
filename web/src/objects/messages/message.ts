// One message of any framework as our Message; a part list may yield several (results of tools stand on their own).
import { isObject, type Json, type JsonObject } from "@/lib/json";
import { readContent, readParts } from "./parts";
import { readPythonPairs } from "./python-repr";
import { readToolCalls, readToolDefinitions } from "./tools";
import { emptyMessage, type Message } from "./types";

const kRoleByType = new Map(Object.entries({
  human: "user", HumanMessage: "user", HumanMessageChunk: "user", ai: "assistant", AIMessage: "assistant", AIMessageChunk: "assistant",
  system: "system", SystemMessage: "system", developer: "system", tool: "tool", ToolMessage: "tool", function: "tool", chat: "user",
  assistant: "assistant", user: "user", request: "user", response: "assistant",
}));

/** Keys that found their place; all others stay in `extra`. */
const kPlaced = new Set([
  "role", "type", "content", "parts", "text", "name", "tool_calls", "toolCalls", "function_call", "tool_call_id", "toolCallId",
  "additional_kwargs", "reasoning", "reasoning_content", "thinking", "tools", "artifact", "message", "call_id", "output", "arguments",
  "kind", "contents", "blocks",
]);

const str = (value: Json | undefined): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

export function readMessages(value: Json): Message[] {
  if (typeof value === "string") {
    const pairs = readPythonPairs(value);
    return pairs ? readMessages(pairs) : [{ ...emptyMessage(), content: [{ kind: "text", text: value }] }];
  }
  if (!isObject(value)) return [{ ...emptyMessage(), content: [{ kind: "json", value }] }];
  const item = unwrap(value);
  return readResponsesItem(item) ?? readPlainMessage(item);
}

/** LangChain's serialised constructors, `{message: {...}}` of choices and OpenInference, LlamaIndex' blocks. */
function unwrap(value: JsonObject): JsonObject {
  if (value["lc"] !== undefined && isObject(value["kwargs"])) {
    const id = value["id"];
    const name = Array.isArray(id) ? id.at(-1) : undefined;
    return { ...value["kwargs"], ...(typeof name === "string" ? { type: name } : {}) };
  }
  if (isObject(value["message"]) && value["content"] === undefined) {
    const inner = value["message"];
    const finish = value["finish_reason"];
    // LangChain's generations wrap a serialised message.
    return unwrap(finish !== undefined && finish !== null ? { ...inner, finish_reason: finish } : inner);
  }
  if (Array.isArray(value["blocks"]) && value["content"] === undefined) {
    return { ...value, content: value["blocks"], blocks: null };
  }
  if (isObject(value["data"]) && kRoleByType.has(str(value["type"]) ?? "") && value["content"] === undefined) {
    return { ...value["data"], type: value["type"] ?? null };
  }
  return value;
}

/** Items of the OpenAI Responses API that are not messages. */
function readResponsesItem(item: JsonObject): Message[] | null {
  if (item["role"] !== undefined) return null;
  switch (item["type"]) {
    case "function_call":
    case "custom_tool_call":
    case "mcp_call":
      return [{ ...emptyMessage(), role: "assistant", toolCalls: readToolCalls([{ ...item, id: item["call_id"] ?? item["id"] ?? "" }]) }];
    case "function_call_output":
      return [{ ...emptyMessage(), role: "tool", toolCallId: str(item["call_id"]) ?? "", content: readContent(item["output"]) }];
    case "reasoning": {
      const reading = readParts([item]);
      return [{ ...emptyMessage(), role: "assistant", reasoning: reading.reasoning.join("\n\n") }];
    }
    default:
      return null;
  }
}

function readRole(item: JsonObject): string | undefined {
  const role = str(item["role"]);
  if (role !== undefined) return role === "human" ? "user" : role === "ai" ? "assistant" : role;
  return kRoleByType.get(str(item["type"]) ?? "") ?? kRoleByType.get(str(item["kind"]) ?? "");
}

function readPlainMessage(item: JsonObject): Message[] {
  const message = emptyMessage();
  const role = readRole(item);
  if (role !== undefined) message.role = role;
  const name = str(item["name"]);
  if (name !== undefined) message.name = name;
  const source = item["parts"] ?? item["content"] ?? item["contents"] ?? (role !== undefined ? item["text"] : undefined);
  const results: Message[] = [];
  const reasoning: string[] = [];
  if (Array.isArray(source)) {
    const reading = readParts(source);
    message.content = reading.content;
    message.toolCalls = reading.toolCalls;
    reasoning.push(...reading.reasoning);
    for (const result of reading.toolResults) {
      results.push({
        ...emptyMessage(),
        role: "tool",
        toolCallId: result.id,
        content: result.content,
        ...(result.name !== undefined ? { name: result.name } : {}),
      });
    }
  } else if (isObject(source) && (Array.isArray(source["parts"]) || typeof source["role"] === "string")) {
    return readPlainMessage({ ...item, content: null, ...source });
  } else message.content = readContent(source);

  addCalls(item, message);
  for (const key of ["reasoning_content", "reasoning", "thinking"]) {
    const value = item[key];
    if (typeof value === "string" && value !== "") reasoning.push(value);
  }
  if (reasoning.length > 0) message.reasoning = reasoning.join("\n\n");
  const kwargs = isObject(item["additional_kwargs"]) ? item["additional_kwargs"] : {};
  const callId = str(item["tool_call_id"]) ?? str(item["toolCallId"]) ?? str(kwargs["tool_call_id"]);
  if (callId !== undefined) message.toolCallId = callId;
  message.tools = readToolDefinitions(item["tools"]);
  message.extra = readExtra(item, role !== undefined);

  const isOnlyResults =
    results.length > 0 && message.content.length === 0 && message.toolCalls.length === 0 && message.reasoning === undefined;
  return isOnlyResults ? results : [message, ...results];
}

function addCalls(item: JsonObject, message: Message): void {
  const kwargs = isObject(item["additional_kwargs"]) ? item["additional_kwargs"] : {};
  for (const candidate of [item["tool_calls"], item["toolCalls"], kwargs["tool_calls"]]) {
    if (message.toolCalls.length > 0) return;
    message.toolCalls = readToolCalls(candidate);
  }
  const legacy = item["function_call"] ?? kwargs["function_call"];
  if (message.toolCalls.length === 0 && isObject(legacy)) message.toolCalls = readToolCalls([{ id: "", ...legacy }]);
}

/** With a role the known keys are left out; without one the whole object is what there is to show. */
function readExtra(item: JsonObject, hasRole: boolean): JsonObject {
  const entries = Object.entries(item).filter(([key, value]) => value !== null && !(hasRole && kPlaced.has(key)));
  return Object.fromEntries(entries);
}
