// Vercel AI SDK 6 with experimental_telemetry and Langfuse's span processor: a streaming agent, an embedding.
import { createOpenAI } from "@ai-sdk/openai";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { propagateAttributes, startActiveObservation } from "@langfuse/tracing";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { embed, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";
import { EMBEDDING_MODEL, MODEL, QUESTION, SESSION, SYSTEM, TAGS, USER } from "./common.mjs";
import { getWeather, searchHandbook } from "./common.mjs";

const provider = new NodeTracerProvider({ spanProcessors: [new LangfuseSpanProcessor()] });
provider.register();
const openai = createOpenAI({ baseURL: process.env.OPENAI_BASE_URL, apiKey: process.env.OPENAI_API_KEY });
const telemetry = (functionId) => ({ isEnabled: true, functionId, metadata: { tenant: "acme" } });

const tools = {
  search_handbook: tool({
    description: "Searches the staff handbook.",
    inputSchema: z.object({ query: z.string() }),
    execute: searchHandbook,
  }),
  get_weather: tool({
    description: "Says what the weather is like.",
    inputSchema: z.object({ city: z.string() }),
    execute: getWeather,
  }),
};

await propagateAttributes({ userId: USER, sessionId: SESSION, tags: TAGS, traceName: "front-desk" }, () =>
  startActiveObservation("front-desk", async (desk) => {
    desk.update({ input: QUESTION });
    await embed({
      model: openai.embedding(EMBEDDING_MODEL),
      value: QUESTION,
      experimental_telemetry: telemetry("embed-question"),
    });
    const result = streamText({
      model: openai.chat(MODEL),
      system: SYSTEM,
      prompt: QUESTION,
      tools,
      stopWhen: stepCountIs(4),
      experimental_telemetry: telemetry("weather-agent"),
    });
    const text = await result.text;
    console.log(text);
    desk.update({ output: text });
  }),
);
await provider.forceFlush();
