// Joins calls with their answers and numbers them, so that each tool call is one card.
import { messageText, type Message, type ToolCall, type ToolDefinition } from "../messages/types";

export interface CallCard {
  call: ToolCall;
  /** Counts through the whole conversation, from 1. */
  number: number;
  result: Message | null;
}

export interface Turn {
  message: Message;
  calls: CallCard[];
}

/** Messages with the answers of tools moved into the cards of their calls. */
export function joinCalls(messages: Message[], firstNumber = 1): Turn[] {
  const answers = new Map<string, Message>();
  for (const message of messages) {
    if (message.toolCallId && message.toolCalls.length === 0 && !answers.has(message.toolCallId)) answers.set(message.toolCallId, message);
  }
  const used = new Set<Message>();
  let number = firstNumber;
  const turns = messages.map((message) => ({
    message,
    calls: message.toolCalls.map((call) => {
      const result = (call.id !== "" && answers.get(call.id)) || null;
      if (result) used.add(result);
      return { call, number: number++, result };
    }),
  }));
  return turns.filter((turn) => !used.has(turn.message));
}

export function offeredTools(messages: Message[]): ToolDefinition[] {
  return messages.find((message) => message.tools.length > 0)?.tools ?? [];
}

export function calledNames(messages: Message[]): Set<string> {
  return new Set(messages.flatMap((message) => message.toolCalls.map((call) => call.name)));
}

/** Arguments in one line: `ref: "7QKX2M", seats: 2`. */
export function argumentsLine(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return text;
    return Object.entries(value)
      .map(([key, item]) => `${key}: ${typeof item === "object" && item !== null ? (Array.isArray(item) ? "[…]" : "{…}") : JSON.stringify(item)}`)
      .join(", ");
  } catch {
    return text;
  }
}

export function roleName(role: string | undefined): string {
  if (role === undefined) return "Data";
  return role === "model" ? "Assistant" : role.charAt(0).toUpperCase() + role.slice(1);
}

export function roleClass(role: string | undefined): string {
  switch (role) {
    case "system":
    case "developer":
      return "m-system";
    case "user":
    case "human":
      return "m-user";
    case "tool":
    case "function":
      return "m-tool";
    case "assistant":
    case "model":
    case "ai":
      return "m-assistant";
    default:
      return "";
  }
}

export function previewLine(message: Message): string {
  return messageText(message).replace(/\s+/g, " ").slice(0, 240);
}
