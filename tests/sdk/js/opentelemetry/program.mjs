// Plain OpenTelemetry for JavaScript, no SDK of Langfuse: OpenInference attributes over OTLP: HTTP (JSON or protobuf) or gRPC.
import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter as GrpcExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { finish, sessionId } from "../common.mjs";

const exporters = { grpc: GrpcExporter, json: JsonExporter, protobuf: ProtobufExporter };
const exporter = new exporters[process.env.ENCODING ?? "json"]();
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ "service.name": "weather-ui", "deployment.environment.name": "staging" }),
  spanProcessors: [new BatchSpanProcessor(exporter)],
});
provider.register();
const tracer = provider.getTracer("openinference.instrumentation.weather", "1.4");

const within = (span, tell) => context.with(trace.setSpan(context.active(), span), tell);

function chat() {
  const session = sessionId();
  const start = (name, attributes) => tracer.startSpan(name, { attributes }, context.active());
  const root = start("GET /weather", { "session.id": session, "user.id": "user-3", "openinference.span.kind": "CHAIN" });
  const ids = { session, trace: root.spanContext().traceId, root: root.spanContext().spanId };
  within(root, () => {
    const agent = start("forecaster", { "openinference.span.kind": "AGENT" });
    ids.agent = agent.spanContext().spanId;
    within(agent, () => {
      const call = start("chat", {
        "openinference.span.kind": "LLM",
        "llm.model_name": "gpt-4o-mini",
        "llm.token_count.prompt": 1000,
        "llm.token_count.completion": 200,
        "llm.token_count.total": 1200,
        "input.value": JSON.stringify([{ role: "user", content: "Rain in Oslo?" }]),
        "output.value": "Yes, take a coat.",
      });
      ids.answer = call.spanContext().spanId;
      call.end();
      const tool = start("radar", { "openinference.span.kind": "TOOL", "input.value": '{"city":"Oslo"}' });
      tool.setStatus({ code: SpanStatusCode.ERROR, message: "radar is down" });
      ids.lookup = tool.spanContext().spanId;
      tool.end();
    });
    agent.end();
  });
  root.end();
  return ids;
}

const told = { chat }[process.argv[2]]();
await provider.forceFlush();
await provider.shutdown();
finish(told);
