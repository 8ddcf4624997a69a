// Vercel AI SDK 7 with its own OpenTelemetry package over plain OTLP: an agent that asks an agent with two tools.
import { trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { detectResources, envDetector } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { ToolLoopAgent, embed, registerTelemetry, tool } from "ai7";
import { createOpenAI } from "ai7-openai";
import { OpenTelemetry } from "ai7-otel";
import { z } from "zod";
import { EMBEDDING_MODEL, MODEL, QUESTION, SESSION, SYSTEM, USER, getWeather, searchHandbook } from "./common.mjs";

const provider = new NodeTracerProvider({
  resource: detectResources({ detectors: [envDetector] }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
provider.register();
registerTelemetry(new OpenTelemetry());
const openai = createOpenAI({ baseURL: process.env.OPENAI_BASE_URL, apiKey: process.env.OPENAI_API_KEY });

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
const weatherAgent = new ToolLoopAgent({
  id: "weather_agent",
  model: openai.chat(MODEL),
  instructions: SYSTEM,
  tools,
  telemetry: { functionId: "weather_agent" },
});
const desk = new ToolLoopAgent({
  id: "front_desk",
  model: openai.chat(MODEL),
  instructions: SYSTEM,
  telemetry: { functionId: "front_desk" },
  tools: {
    ask_weather_agent: tool({
      description: "Asks the colleague who knows the weather.",
      inputSchema: z.object({ question: z.string() }),
      execute: async () => {
        const result = await weatherAgent.stream({ prompt: QUESTION });
        return await result.text;
      },
    }),
  },
});

const attributes = { "user.id": USER, "session.id": SESSION };
await trace.getTracer("front-desk").startActiveSpan("front-desk", { attributes }, async (span) => {
  await embed({ model: openai.embedding(EMBEDDING_MODEL), value: QUESTION });
  const result = await desk.generate({ prompt: QUESTION });
  console.log(result.text);
  span.end();
});
await provider.forceFlush();
