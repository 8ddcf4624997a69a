// @langfuse/openai: observeOpenAI around OpenAI's client: tool calls, a stream, responses, an error.
import { observeOpenAI } from "@langfuse/openai";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { propagateAttributes, startActiveObservation } from "@langfuse/tracing";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import OpenAI from "openai";
import { BROKEN_MODEL, EMBEDDING_MODEL, MODEL, QUESTION, SESSION, SYSTEM, TAGS, USER } from "./common.mjs";

const provider = new NodeTracerProvider({ spanProcessors: [new LangfuseSpanProcessor()] });
provider.register();
const client = new OpenAI();
const named = (generationName) => observeOpenAI(client, { generationName });
const definition = (name, parameter) => ({
  name,
  description: `Takes a ${parameter}.`,
  parameters: { type: "object", properties: { [parameter]: { type: "string" } }, required: [parameter] },
});
const definitions = [definition("search_handbook", "query"), definition("get_weather", "city")];

async function converse() {
  const messages = [
    { role: "system", content: SYSTEM },
    { role: "user", content: QUESTION },
  ];
  const tools = definitions.map((entry) => ({ type: "function", function: entry }));
  const plan = await named("plan").chat.completions.create({ model: MODEL, messages, tools });
  messages.push(plan.choices[0].message);
  for (const call of plan.choices[0].message.tool_calls) {
    messages.push({ role: "tool", tool_call_id: call.id, content: "nothing found" });
  }
  const options = { stream: true, stream_options: { include_usage: true } };
  const stream = await named("answer").chat.completions.create({ model: MODEL, messages, tools, ...options });
  let text = "";
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  return text;
}

await propagateAttributes({ userId: USER, sessionId: SESSION, tags: TAGS }, () =>
  startActiveObservation("front-desk", async (desk) => {
    desk.update({ input: QUESTION });
    await named("embed-question").embeddings.create({ model: EMBEDDING_MODEL, input: QUESTION });
    await named("respond").responses.create({ model: MODEL, instructions: SYSTEM, input: QUESTION });
    try {
      const messages = [{ role: "user", content: QUESTION }];
      await named("gone").chat.completions.create({ model: BROKEN_MODEL, messages });
    } catch (error) {
      console.error(error.message);
    }
    const text = await converse();
    desk.update({ output: text });
    console.log(text);
  }),
);
await provider.forceFlush();
