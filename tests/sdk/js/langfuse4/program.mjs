// JS SDK 4: see ../tracing.mjs.
import { LangfuseClient } from "@langfuse/client";
import { LangfuseMedia } from "@langfuse/core";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { propagateAttributes, startActiveObservation, startObservation } from "@langfuse/tracing";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { tell } from "../tracing.mjs";

await tell({
  LangfuseClient,
  LangfuseMedia,
  LangfuseSpanProcessor,
  NodeTracerProvider,
  propagateAttributes,
  startActiveObservation,
  startObservation,
});
