// The shapes of vendors and frameworks that the recorded fixtures do not cover.
import { describe, expect, it } from "vitest";
import type { Json } from "@/lib/json";
import { recognize } from "./recognize";
import { messageText, type Message } from "./types";

const read = (value: Json, side: "input" | "output" = "input", more: { metadata?: Json; type?: string } = {}): Message[] =>
  recognize({ value, side, metadata: more.metadata ?? null, ...(more.type ? { type: more.type } : {}) }) ?? [];

/** Role, text, called functions, answered call: what a reader sees of each message. */
const seen = (messages: Message[]) =>
  messages.map((message) => [message.role, messageText(message), message.toolCalls.map((call) => `${call.id} ${call.name} ${call.arguments}`), message.toolCallId]);

describe("OpenAI Responses", () => {
  it("reads instructions, items and tools of a request", () => {
    const messages = read({
      model: "gpt-5",
      instructions: "Be short",
      tools: [{ type: "function", name: "get_weather", parameters: { type: "object" } }],
      input: [
        { role: "user", content: [{ type: "input_text", text: "Weather?" }, { type: "input_image", image_url: "https://example.com/a.png" }] },
        { type: "reasoning", summary: [{ type: "summary_text", text: "I need the tool" }] },
        { type: "function_call", call_id: "c1", name: "get_weather", arguments: '{"city":"Oslo"}' },
        { type: "function_call_output", call_id: "c1", output: "rain" },
      ],
    });
    expect(messages.map((message) => message.role)).toEqual(["system", "user", "assistant", "assistant", "tool"]);
    expect(messages[1]?.content).toEqual([{ kind: "text", text: "Weather?" }, { kind: "media", media: "image", reference: "https://example.com/a.png" }]);
    expect(messages[2]?.reasoning).toBe("I need the tool");
    expect(messages[3]?.toolCalls[0]).toMatchObject({ id: "c1", name: "get_weather", arguments: '{"city":"Oslo"}' });
    expect(messages[4]?.toolCallId).toBe("c1");
    expect(messages[1]?.tools[0]?.name).toBe("get_weather");
  });

  it("reads the items of an answer", () => {
    const messages = read({ object: "response", output: [{ type: "message", role: "assistant", content: [{ type: "output_text", text: "Rain." }] }] }, "output");
    expect(seen(messages)).toEqual([["assistant", "Rain.", [], undefined]]);
  });
});

describe("Anthropic", () => {
  it("reads system, thinking, tool use and tool results", () => {
    const messages = read({
      system: [{ type: "text", text: "Be kind" }],
      messages: [
        { role: "user", content: "Weather?" },
        { role: "assistant", content: [{ type: "thinking", thinking: "Hm", signature: "x" }, { type: "text", text: "Looking" }, { type: "tool_use", id: "t1", name: "weather", input: { city: "Oslo" } }] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: [{ type: "text", text: "rain" }] }] },
      ],
      tools: [{ name: "weather", description: "d", input_schema: { type: "object" } }],
    });
    expect(seen(messages)).toEqual([
      ["system", "Be kind", [], undefined],
      ["user", "Weather?", [], undefined],
      ["assistant", "Looking", ['t1 weather {"city":"Oslo"}'], undefined],
      ["tool", "rain", [], "t1"],
    ]);
    expect(messages[2]?.reasoning).toBe("Hm");
    expect(messages[0]?.tools[0]).toEqual({ name: "weather", description: "d", parameters: { type: "object" } });
  });

  it("reads an answer with its blocks", () => {
    const messages = read({ id: "msg_1", type: "message", role: "assistant", content: [{ type: "text", text: "Hello" }], stop_reason: "end_turn" }, "output");
    expect(seen(messages)).toEqual([["assistant", "Hello", [], undefined]]);
    expect(messages[0]?.extra["stop_reason"]).toBe("end_turn");
  });
});

describe("Gemini", () => {
  it("reads contents with camel case, thoughts and inline data", () => {
    const messages = read({
      systemInstruction: { parts: [{ text: "Be exact" }] },
      contents: [
        { role: "user", parts: [{ text: "What is this?" }, { inlineData: { mimeType: "image/png", data: "aGVsbG8=" } }] },
        { role: "model", parts: [{ thought: true, text: "A picture" }, { functionCall: { name: "look", args: { zoom: 2 } } }] },
      ],
    });
    expect(messages.map((message) => message.role)).toEqual(["system", "user", "model"]);
    expect(messages[1]?.content[1]).toMatchObject({ kind: "media", media: "image/png" });
    expect(messages[2]).toMatchObject({ reasoning: "A picture", toolCalls: [{ name: "look", arguments: '{"zoom":2}' }] });
  });

  it("reads candidates", () => {
    expect(seen(read({ candidates: [{ content: { parts: [{ text: "Hi" }] }, finishReason: "STOP" }] }, "output"))).toEqual([["model", "Hi", [], undefined]]);
  });
});

describe("LangChain", () => {
  it("reads serialised constructors and nested lists", () => {
    const human = { lc: 1, type: "constructor", id: ["langchain", "schema", "messages", "HumanMessage"], kwargs: { content: "Hi" } };
    const ai = { lc: 1, type: "constructor", id: ["langchain", "schema", "messages", "AIMessage"], kwargs: { content: "", tool_calls: [{ name: "go", args: { to: "LIS" }, id: "1" }] } };
    expect(seen(read([[human, ai]]))).toEqual([["user", "Hi", [], undefined], ["assistant", "", ['1 go {"to":"LIS"}'], undefined]]);
  });
});

describe("AI SDK", () => {
  it("reads tool calls, results and reasoning as parts", () => {
    const messages = read([
      { role: "assistant", content: [{ type: "reasoning", text: "Think" }, { type: "tool-call", toolCallId: "a", toolName: "search", input: { q: "x" } }] },
      { role: "tool", content: [{ type: "tool-result", toolCallId: "a", toolName: "search", output: { type: "json", value: { hits: 1 } } }] },
    ]);
    expect(seen(messages)).toEqual([["assistant", "", ['a search {"q":"x"}'], undefined], ["tool", '{"hits":1}', [], "a"]]);
    expect(messages[0]?.reasoning).toBe("Think");
  });
});

describe("semantic conventions", () => {
  it("reads parts with reasoning and media by address", () => {
    const messages = read([
      { role: "user", parts: [{ type: "text", content: "See" }, { type: "uri", modality: "image", uri: "gs://bucket/a.png" }] },
      { role: "assistant", parts: [{ type: "reasoning", content: "Because" }, { type: "text", content: "So" }], finish_reason: "stop" },
    ]);
    expect(messages[0]?.content[1]).toMatchObject({ kind: "media", reference: "gs://bucket/a.png" });
    expect(messages[1]).toMatchObject({ reasoning: "Because", role: "assistant" });
  });
});

describe("OpenInference without a value", () => {
  it("puts flattened attributes together, in the order of their numbers", () => {
    const metadata = {
      "attributes.llm.input_messages.10.message.role": "user",
      "attributes.llm.input_messages.10.message.content": "Later",
      "attributes.llm.input_messages.2.message.role": "assistant",
      "attributes.llm.input_messages.2.message.tool_calls.0.tool_call.id": "c",
      "attributes.llm.input_messages.2.message.tool_calls.0.tool_call.function.name": "go",
      "attributes.llm.input_messages.2.message.tool_calls.0.tool_call.function.arguments": '{"to":"LIS"}',
    };
    expect(seen(read(null, "input", { metadata }))).toEqual([
      ["assistant", "", ['c go {"to":"LIS"}'], undefined],
      ["user", "Later", [], undefined],
    ]);
  });
});

describe("what is no conversation", () => {
  it.each([[{ query: "x" }], [["a", "b"]], [42], ["just text"], [[1, 2, 3]], [{}]])("%j stays data", (value) => {
    expect(recognize({ value: value as Json, side: "input", metadata: null, type: "SPAN" })).toBeNull();
  });

  it("takes the text of a model as a message", () => {
    expect(seen(read("Hello", "output", { type: "GENERATION" }))).toEqual([["assistant", "Hello", [], undefined]]);
  });
});

it("never fails on odd documents", () => {
  const odd: Json[] = [[null], [[]], { messages: null }, { messages: [null, 1, "x"] }, { choices: [null] }, [{ role: 1 }], { content: { parts: null } }, { role: "user" }, [{ parts: [null, 1] }]];
  for (const value of odd) for (const side of ["input", "output"] as const) expect(() => recognize({ value, side, metadata: null })).not.toThrow();
});

describe("Python messages as text", () => {
  it("reads smolagents' messages", () => {
    const messages = read({
      messages: [
        "ChatMessage(role=<MessageRole.SYSTEM: 'system'>, content=[{'type': 'text', 'text': 'Use \\'tools\\' only.'}], tool_calls=None, raw=None, token_usage=None)",
        'ChatMessage(role=<MessageRole.USER: \'user\'>, content=[{\'type\': \'text\', \'text\': "You\'re asked:\\nrain?"}], tool_calls=None, raw=None, token_usage=TokenUsage(input_tokens=1, output_tokens=2))',
      ],
    });
    expect(seen(messages)).toEqual([
      ["system", "Use 'tools' only.", [], undefined],
      ["user", "You're asked:\nrain?", [], undefined],
    ]);
  });

  it("reads LlamaIndex' messages with blocks, calls and results", () => {
    const call = "ChoiceDeltaToolCall(index=0, id='c1', function=ChoiceDeltaToolCallFunction(arguments='{\"city\": \"Oslo\"}', name='weather'), type='function')";
    const block = "ToolCallBlock(block_type='tool_call', tool_call_id='c1', tool_name='weather', tool_kwargs='{\"city\": \"Oslo\"}')";
    const messages = read({
      messages: [
        "ChatMessage(role=<MessageRole.USER: 'user'>, additional_kwargs={}, blocks=[TextBlock(block_type='text', text='Rain?')])",
        `ChatMessage(role=<MessageRole.ASSISTANT: 'assistant'>, additional_kwargs={'tool_calls': [${call}]}, blocks=[${block}])`,
        "ChatMessage(role=<MessageRole.TOOL: 'tool'>, additional_kwargs={'tool_call_id': 'c1'}, blocks=[TextBlock(block_type='text', text='yes')])",
      ],
    });
    expect(seen(messages)).toEqual([
      ["user", "Rain?", [], undefined],
      ["assistant", "", ['c1 weather {"city": "Oslo"}'], undefined],
      ["tool", "yes", [], "c1"],
    ]);
  });

  it("leaves other constructors alone", () => expect(recognize({ value: ["Message(role=?)"], side: "input", metadata: null })?.[0]?.role).toBeUndefined());
});

describe("what OpenInference sends of LangChain", () => {
  it("reads a generation around a serialised message", () => {
    const kwargs = { content: "", type: "ai", tool_calls: [{ name: "weather", args: { city: "Oslo" }, id: "c1", type: "tool_call" }] };
    const message = { lc: 1, type: "constructor", id: ["langchain", "schema", "messages", "AIMessage"], kwargs };
    const messages = read({ generations: [[{ text: "", type: "ChatGeneration", message }]] }, "output", { type: "GENERATION" });
    expect(seen(messages)).toEqual([["assistant", "", ['c1 weather {"city":"Oslo"}'], undefined]]);
  });
});

describe("DSPy", () => {
  it("reads the list of texts a model said", () => {
    const messages = read(["[[ ## answer ## ]]\nyes"], "output", { type: "GENERATION" });
    expect(seen(messages)).toEqual([["assistant", "[[ ## answer ## ]]\nyes", [], undefined]]);
  });
});
