// LangChain.js: a LangGraph agent with two tools, traced by Langfuse's callback handler.
import { tool } from "@langchain/core/tools";
import { MessagesAnnotation, StateGraph } from "@langchain/langgraph";
import { ToolNode, toolsCondition } from "@langchain/langgraph/prebuilt";
import { ChatOpenAI } from "@langchain/openai";
import { CallbackHandler } from "@langfuse/langchain";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { z } from "zod";
import { MODEL, QUESTION, SESSION, SYSTEM, TAGS, USER, getWeather, searchHandbook } from "./common.mjs";

const provider = new NodeTracerProvider({ spanProcessors: [new LangfuseSpanProcessor()] });
provider.register();
const tools = [
  tool(searchHandbook, {
    name: "search_handbook",
    description: "Searches the staff handbook.",
    schema: z.object({ query: z.string() }),
  }),
  tool(getWeather, {
    name: "get_weather",
    description: "Says what the weather is like.",
    schema: z.object({ city: z.string() }),
  }),
];
const model = new ChatOpenAI({
  model: MODEL,


  configuration: { baseURL: process.env.OPENAI_BASE_URL },
}).bindTools(tools);
const graph = new StateGraph(MessagesAnnotation)
  .addNode("agent", async ({ messages }) => ({
    messages: [await model.invoke([{ role: "system", content: SYSTEM }, ...messages])],
  }))
  .addNode("tools", new ToolNode(tools))
  .addEdge("__start__", "agent")
  .addConditionalEdges("agent", toolsCondition)
  .addEdge("tools", "agent")
  .compile();

const handler = new CallbackHandler({ userId: USER, sessionId: SESSION, tags: TAGS });
const result = await graph.invoke(
  { messages: [{ role: "user", content: QUESTION }] },
  { callbacks: [handler], runName: "front-desk" },
);
console.log(result.messages.at(-1).content);
await provider.forceFlush();
