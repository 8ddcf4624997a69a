// Tool calls and tool definitions in the shapes of the vendors.
import { isObject, type Json, type JsonObject } from "@/lib/json";
import type { ToolCall, ToolDefinition } from "./types";

export function jsonText(value: Json | undefined): string {
  if (value === undefined || value === null) return "{}";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function text(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/**
 * OpenAI `{id, function: {name, arguments}}`, LangChain `{name, args, id}`, Anthropic `{type: tool_use, name, input}`,
 * AI SDK `{toolCallId, toolName, input}`, Gemini `{name, args}`, Responses `{type: function_call, call_id, name, arguments}`,
 * OpenInference `{tool_call: {function: {name, arguments}}}`, LlamaIndex `{tool_call_id, tool_name, tool_kwargs}`. Null when it is none of them.
 */
export function readToolCall(value: Json): ToolCall | null {
  if (!isObject(value)) return null;
  const inner = isObject(value["tool_call"]) ? value["tool_call"] : value;
  const fn = isObject(inner["function"]) ? inner["function"] : null;
  const name = text(fn?.["name"]) ?? text(inner["toolName"]) ?? text(inner["name"]) ?? text(inner["tool_name"]);
  if (name === undefined) return null;
  const args = fn
    ? fn["arguments"]
    : (inner["args"] ?? inner["input"] ?? inner["arguments"] ?? inner["parameters"] ?? inner["tool_kwargs"]);
  const id = text(inner["id"]) ?? text(inner["toolCallId"]) ?? text(inner["call_id"]) ?? text(inner["tool_call_id"]) ?? "";
  const type = fn ? (text(inner["type"]) ?? "function") : inner["type"] === "tool_call" && inner["args"] !== undefined ? "tool_call" : "function";
  return { id, name, arguments: jsonText(args), type };
}

export function readToolCalls(value: Json | undefined): ToolCall[] {
  return Array.isArray(value) ? value.map(readToolCall).filter((call) => call !== null) : [];
}

/** One definition, or the several that Gemini's `function_declarations` bundle. */
function readToolDefinition(value: Json): ToolDefinition[] {
  if (typeof value === "string") {
    return []; // A name alone says nothing that the calls do not say.
  }
  if (!isObject(value)) return [];
  const declarations = value["function_declarations"] ?? value["functionDeclarations"];
  if (Array.isArray(declarations)) return declarations.flatMap(readToolDefinition);
  const source: JsonObject = isObject(value["function"]) ? value["function"] : isObject(value["tool"]) ? value["tool"] : value;
  const name = text(source["name"]);
  if (name === undefined) return [];
  const parameters =
    source["parameters"] ?? source["parameters_json_schema"] ?? source["input_schema"] ?? source["inputSchema"] ?? source["json_schema"];
  const description = text(source["description"]);
  return [
    {
      name,
      ...(description !== undefined ? { description } : {}),
      ...(parameters !== undefined && parameters !== null ? { parameters } : {}),
    },
  ];
}

export function readToolDefinitions(value: Json | undefined): ToolDefinition[] {
  if (Array.isArray(value)) return value.flatMap(readToolDefinition);
  return value === undefined ? [] : readToolDefinition(value);
}

/** `{type: "function", function: {name, parameters}}`: a definition sent as if it were a message (LangChain). */
export function isToolDefinition(value: Json | undefined): boolean {
  return isObject(value) && value["type"] === "function" && isObject(value["function"]) && value["function"]["arguments"] === undefined;
}
