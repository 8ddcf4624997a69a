"""Plain OpenTelemetry without any SDK of Langfuse: GenAI conventions over OTLP, HTTP protobuf or gRPC."""

import json
import os
import sys

from common import finish, session_id
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

resource = Resource.create(
    {"service.name": "weather-service", "service.version": "1.4", "deployment.environment.name": "staging"}
)
provider = TracerProvider(resource=resource)
if os.environ.get("ENCODING") == "grpc":
    exporter = GrpcExporter()
else:
    exporter = HttpExporter(compression=Compression(os.environ.get("COMPRESSION", "none")))
provider.add_span_processor(BatchSpanProcessor(exporter))
tracer = provider.get_tracer("weather", "1.4")


def hexadecimal(span: trace.Span) -> tuple[str, str]:
    context = span.get_span_context()
    return f"{context.trace_id:032x}", f"{context.span_id:016x}"


def chat() -> dict:
    session = session_id()
    question = [{"role": "user", "parts": [{"type": "text", "content": "Rain in Oslo?"}]}]
    answer = [
        {"role": "assistant", "parts": [{"type": "text", "content": "Yes, take a coat."}], "finish_reason": "stop"}
    ]
    with tracer.start_as_current_span("GET /weather", attributes={"session.id": session, "user.id": "user-3"}) as root:
        with tracer.start_as_current_span(
            "invoke_agent forecaster", attributes={"gen_ai.operation.name": "invoke_agent"}
        ) as agent:
            with tracer.start_as_current_span(
                "chat gpt-4o-mini",
                attributes={
                    "gen_ai.operation.name": "chat",
                    "gen_ai.request.model": "gpt-4o-mini",
                    "gen_ai.request.temperature": 0.5,
                    "gen_ai.usage.input_tokens": 1000,
                    "gen_ai.usage.output_tokens": 200,
                    "gen_ai.input.messages": json.dumps(question),
                    "gen_ai.output.messages": json.dumps(answer),
                },
            ) as call:
                pass
            with tracer.start_as_current_span(
                "execute_tool radar",
                attributes={
                    "gen_ai.operation.name": "execute_tool",
                    "gen_ai.tool.name": "radar",
                    "gen_ai.tool.call.arguments": '{"city":"Oslo"}',
                },
            ) as tool:
                tool.set_status(trace.StatusCode.ERROR, "radar is down")
    provider.shutdown()
    trace_id, root_id = hexadecimal(root)
    return {
        "trace": trace_id,
        "session": session,
        "root": root_id,
        "agent": hexadecimal(agent)[1],
        "answer": hexadecimal(call)[1],
        "lookup": hexadecimal(tool)[1],
    }


def continue_trace() -> dict:
    """The writing agent of somebody else's trace, whose place comes in TRACEPARENT."""
    parent = TraceContextTextMapPropagator().extract({"traceparent": os.environ["TRACEPARENT"]})
    agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "writing agent"}
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "check spelling"}
    with tracer.start_as_current_span("writing agent", context=parent, attributes=agent) as span:
        with tracer.start_as_current_span("execute_tool check spelling", attributes=tool):
            pass
    provider.shutdown()
    return {"trace": hexadecimal(span)[0]}


if __name__ == "__main__":
    finish({"chat": chat, "continue": continue_trace}[sys.argv[1]]())
