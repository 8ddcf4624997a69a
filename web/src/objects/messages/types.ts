// One shape for the conversations of every framework. `recognize` makes it, the chat view draws it.
import type { Json, JsonObject } from "@/lib/json";

export type ContentPart =
  | { kind: "text"; text: string }
  /** A file the message refers to: one stored here is shown, anything else is never fetched and shown as text. */
  | { kind: "media"; media: string; reference: string }
  | { kind: "json"; value: Json };

export interface ToolCall {
  /** Empty when the format has no ids. */
  id: string;
  name: string;
  /** JSON text. */
  arguments: string;
  type: string;
}

export interface ToolDefinition {
  name: string;
  description?: string;
  parameters?: Json;
}

export interface Message {
  role?: string;
  name?: string;
  content: ContentPart[];
  reasoning?: string;
  toolCalls: ToolCall[];
  /** Which call this message answers. */
  toolCallId?: string;
  tools: ToolDefinition[];
  /** What the original had beyond the above. */
  extra: JsonObject;
}

export function emptyMessage(): Message {
  return { content: [], toolCalls: [], tools: [], extra: {} };
}

/** The text of a message, its parts joined by blank lines. */
export function messageText(message: Message): string {
  return message.content
    .map((part) => (part.kind === "text" ? part.text : part.kind === "json" ? JSON.stringify(part.value) : ""))
    .filter((text) => text !== "")
    .join("\n\n");
}

/** True when at least one message speaks: has a role with text, calls, an answer to a call. */
export function isConversation(messages: Message[]): boolean {
  return messages.some((message) => message.role !== undefined || message.toolCalls.length > 0 || message.reasoning !== undefined);
}
