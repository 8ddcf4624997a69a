// Content parts: OpenAI, Anthropic, Gemini, AI SDK, Pydantic AI and the semantic conventions in one reader.
import { isObject, type Json, type JsonObject } from "@/lib/json";
import { jsonText, readToolCall } from "./tools";
import type { ContentPart, ToolCall } from "./types";

/** What a list of parts says, sorted by kind. */
export interface PartsReading {
  content: ContentPart[];
  reasoning: string[];
  toolCalls: ToolCall[];
  /** Answers to calls: they become messages of their own. */
  toolResults: { id: string; name: string | undefined; content: ContentPart[] }[];
}

const kTextTypes = new Set(["text", "input_text", "output_text", "refusal", "summary_text", "system-prompt", "user-prompt"]);
const kReasoningTypes = new Set(["reasoning", "thinking", "redacted_thinking", "redacted-reasoning"]);
const kCallTypes = new Set(["tool_call", "tool-call", "tool_use", "server_tool_use", "function_call"]);
const kResultTypes = new Set([
  "tool_call_response", "tool_call_result", "tool-result", "tool_result", "tool-return", "function_result", "function_call_output",
  "web_search_tool_result",
]);
const kMediaTypes = new Set([
  "image", "image_url", "input_image", "audio", "input_audio", "file", "input_file", "document", "video", "blob", "uri", "media", "image-url",
]);

const str = (value: Json | undefined): string | undefined => (typeof value === "string" ? value : undefined);

export function readContent(value: Json | undefined): ContentPart[] {
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return value === "" ? [] : [{ kind: "text", text: value }];
  if (Array.isArray(value)) {
    const reading = readParts(value);
    return reading.content;
  }
  return [{ kind: "json", value }];
}

export function readParts(parts: Json[]): PartsReading {
  const reading: PartsReading = { content: [], reasoning: [], toolCalls: [], toolResults: [] };
  for (const part of parts) readPart(part, reading);
  // A tool that answered with a list of documents: data as a whole, not parts.
  const areUntouched = reading.content.length === parts.length && reading.content.every((part, index) => part.kind === "json" && part.value === parts[index]);
  if (parts.length > 0 && areUntouched) {
    reading.content = [{ kind: "json", value: parts }];
  }
  return reading;
}

function readPart(part: Json, reading: PartsReading): void {
  if (typeof part === "string") {
    reading.content.push({ kind: "text", text: part });
    return;
  }
  if (!isObject(part)) {
    reading.content.push({ kind: "json", value: part });
    return;
  }
  const type = str(part["type"]) ?? str(part["part_kind"]) ?? str(part["block_type"]) ?? "";
  if (readGeminiPart(part, reading)) return;
  if (kReasoningTypes.has(type)) reading.reasoning.push(reasoningText(part));
  else if (kCallTypes.has(type)) pushCall(part, reading);
  else if (kResultTypes.has(type)) pushResult(part, reading);
  else if (kMediaTypes.has(type)) reading.content.push(readMedia(type, part));
  else if (kTextTypes.has(type) || (type === "" && str(part["text"]) !== undefined)) {
    const value = part["text"] ?? part["content"] ?? part["refusal"];
    reading.content.push(typeof value === "string" ? { kind: "text", text: value } : { kind: "json", value: value ?? part });
  } else reading.content.push({ kind: "json", value: part });
}

/** Gemini parts have no type; their only key says what they are. */
function readGeminiPart(part: JsonObject, reading: PartsReading): boolean {
  const call = part["function_call"] ?? part["functionCall"];
  if (isObject(call)) {
    const read = readToolCall({ id: "", ...call });
    if (read) reading.toolCalls.push(read);
    return true;
  }
  const response = part["function_response"] ?? part["functionResponse"];
  if (isObject(response)) {
    reading.content.push({ kind: "json", value: response["response"] ?? null });
    return true;
  }
  const data = part["inline_data"] ?? part["inlineData"] ?? part["file_data"] ?? part["fileData"];
  if (isObject(data)) {
    const mime = str(data["mime_type"]) ?? str(data["mimeType"]) ?? "file";
    reading.content.push({ kind: "media", media: mime, reference: mediaReference(data["file_uri"] ?? data["fileUri"] ?? data["data"]) });
    return true;
  }
  if (part["thought"] === true && typeof part["text"] === "string") {
    reading.reasoning.push(part["text"]);
    return true;
  }
  return false;
}

function pushCall(part: JsonObject, reading: PartsReading): void {
  const call = readToolCall(part);
  if (call) reading.toolCalls.push({ ...call, type: "function" });
}

function pushResult(part: JsonObject, reading: PartsReading): void {
  const id = str(part["id"]) ?? str(part["toolCallId"]) ?? str(part["tool_use_id"]) ?? str(part["tool_call_id"]) ?? str(part["call_id"]) ?? "";
  const result = part["response"] ?? part["result"] ?? part["output"] ?? part["content"];
  // The AI SDK wraps results once more: {type: "json" | "text", value}.
  const value = isObject(result) && result["value"] !== undefined && typeof result["type"] === "string" ? result["value"] : result;
  reading.toolResults.push({ id, name: str(part["name"]) ?? str(part["toolName"]), content: readContent(value) });
}

function reasoningText(part: JsonObject): string {
  const direct = str(part["thinking"]) ?? str(part["reasoning"]) ?? str(part["content"]) ?? str(part["text"]);
  if (direct !== undefined) return direct;
  const summary = part["summary"] ?? part["content"];
  if (Array.isArray(summary)) return readParts(summary).content.map((item) => (item.kind === "text" ? item.text : "")).join("\n\n");
  return "Redacted by the provider";
}

function readMedia(type: string, part: JsonObject): ContentPart {
  const source = part["image_url"] ?? part["source"] ?? part["input_audio"] ?? part["file"] ?? part["image"] ?? part;
  const inner = isObject(source) ? source : {};
  const mime = str(inner["media_type"]) ?? str(inner["mimeType"]) ?? str(part["mime_type"]) ?? str(part["mediaType"]) ?? str(inner["format"]);
  const reference =
    typeof source === "string"
      ? source
      : (inner["url"] ?? inner["uri"] ?? inner["file_id"] ?? inner["filename"] ?? inner["data"] ?? inner["content"]);
  return { kind: "media", media: mime ?? type.replace(/^input_|_url$/g, ""), reference: mediaReference(reference) };
}

/** Ids of stored media and addresses as they are; inlined bytes only by their size. */
function mediaReference(value: Json | undefined): string {
  if (typeof value !== "string") return value === undefined || value === null ? "" : jsonText(value);
  if (value.startsWith("data:") || (value.length > 300 && !value.includes(" "))) {
    const comma = value.indexOf(",");
    return `inline, ${Math.round(((value.length - comma - 1) * 3) / 4 / 1000)} kB`;
  }
  return value;
}
