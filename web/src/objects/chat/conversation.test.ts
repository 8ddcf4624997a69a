import { expect, it } from "vitest";
import { recognize } from "../messages/recognize";
import { argumentsLine, joinCalls } from "./conversation";

it("puts the answer of a tool into the card of its call and numbers the cards", () => {
  const messages = recognize({
    side: "input",
    metadata: null,
    value: [
      { role: "user", content: "Weather?" },
      { role: "assistant", content: null, tool_calls: [
        { id: "a", type: "function", function: { name: "get", arguments: "{}" } },
        { id: "b", type: "function", function: { name: "hold", arguments: "{}" } },
      ] },
      { role: "tool", tool_call_id: "b", content: "held" },
      { role: "assistant", content: "Done" },
    ],
  });
  const turns = joinCalls(messages ?? []);
  expect(turns.map((turn) => turn.message.role)).toEqual(["user", "assistant", "assistant"]);
  expect(turns[1]?.calls.map((card) => [card.number, card.result?.toolCallId ?? null])).toEqual([[1, null], [2, "b"]]);
});

it("keeps an answer whose call is not there", () => {
  const messages = recognize({ side: "input", metadata: null, value: [{ role: "tool", tool_call_id: "x", content: "late" }] });
  expect(joinCalls(messages ?? [])).toHaveLength(1);
});

it("writes arguments in one line", () => {
  expect(argumentsLine('{"ref":"7QKX2M","seats":2,"more":[1]}')).toBe('ref: "7QKX2M", seats: 2, more: […]');
});
