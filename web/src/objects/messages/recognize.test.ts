// Every entry of the contract's fixtures that is a conversation must give the same roles, texts, calls and tools.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isObject, parseDeep, type Json, type JsonObject } from "@/lib/json";
import { recognize } from "./recognize";
import { messageText, type Message } from "./types";

const contract = process.env["CLEW_CONTRACT_DIR"] ?? join(__dirname, "../../../../../shared/contract");
const folder = join(contract, "fixtures/chatml");

interface Expected {
  role?: string;
  content?: Json;
  tool_calls?: { id: string; name: string; arguments: string }[];
  tool_call_id?: string;
  tools?: JsonObject[];
  json?: Json;
}
type Side = { success: true; data: Expected[] } | { success: false };

const read = (file: string) => JSON.parse(readFileSync(join(folder, file), "utf8")) as JsonObject;

/** Text as compared: parts joined, JSON in one form whatever its spacing. */
function canonical(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  const parsed = parseDeep(value);
  if (Array.isArray(parsed) && parsed.every((part) => isObject(part) && typeof part["text"] === "string")) {
    return parsed.map((part) => (isObject(part) ? part["text"] : "")).join("\n\n");
  }
  return typeof parsed === "string" ? parsed : JSON.stringify(parsed);
}

function ours(message: Message): string {
  const [only] = message.content;
  if (message.content.length === 1 && only?.kind === "json") return canonical(only.value);
  if (message.content.length > 0 && message.content.every((part) => part.kind === "json")) {
    return canonical(message.content.map((part) => (part.kind === "json" ? part.value : null)));
  }
  return canonical(messageText(message));
}

function check(actual: Message, expected: Expected): void {
  if (expected.role !== undefined) expect(actual.role).toBe(expected.role);
  if (expected.content !== undefined && canonical(expected.content) !== "") expect(ours(actual)).toBe(canonical(expected.content));
  const calls = actual.toolCalls.map((call) => ({ id: call.id, name: call.name, arguments: parseDeep(call.arguments) }));
  const wanted = (expected.tool_calls ?? []).map((call) => ({ id: call.id, name: call.name, arguments: parseDeep(call.arguments) }));
  // Where the reference saw neither role nor text, finding more is better.
  if (expected.role !== undefined || wanted.length > 0) expect(calls).toEqual(wanted);
  if (expected.tool_call_id !== undefined) expect(actual.toolCallId).toBe(expected.tool_call_id);
  const tools = expected.tools ?? [];
  expect(actual.tools.map((tool) => tool.name)).toEqual(tools.map((tool) => tool["name"]));
  expect(actual.tools.map((tool) => tool.description ?? "")).toEqual(tools.map((tool) => tool["description"] ?? ""));
  expect(actual.tools.map((tool) => tool.parameters ?? null)).toEqual(tools.map((tool) => tool["parameters"] ?? null));
}

const files = readdirSync(folder).filter((file) => file.endsWith(".chatml.json"));

it("has fixtures to check against", () => expect(files.length).toBeGreaterThanOrEqual(9));

const hasConversations = (file: string) => JSON.stringify(read(file)).includes('"success":true');

describe.each(files.filter(hasConversations))("%s", (file) => {
  const expected = read(file);
  const trace = read(file.replace(".chatml.json", ".trace.json"));
  const observations = (trace["observations"] as JsonObject[]).map((item) => [String(item["id"]), item] as const);
  const byId = new Map(observations);
  const cases = Object.entries(expected).flatMap(([id, sides]) =>
    Object.entries(sides as Record<"input" | "output", Side>).map(([side, entry]) => ({ id, side: side as "input" | "output", entry })),
  );
  it.each(cases.filter(({ entry }) => entry.success))("$id $side", ({ id, side, entry }) => {
    const observation = byId.get(id);
    if (!observation || !entry.success) throw new Error(`no observation ${id}`);
    const messages = recognize({
      value: observation[side] ?? null,
      side,
      metadata: parseDeep(observation["metadata"] ?? null),
      type: String(observation["type"]),
    });
    expect(messages, "is a conversation").not.toBeNull();
    expect(messages).toHaveLength(entry.data.length);
    entry.data.forEach((want, index) => {
      const message = messages?.[index];
      if (message) check(message, want);
    });
  });
});
