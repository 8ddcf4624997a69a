"""A story as the wire sees it: OTLP JSON spans, or events of the JSON batch API."""

import datetime
import json
import uuid

from recorder import Observation, Story


def text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def otlp_value(value: object) -> dict:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [otlp_value(item) for item in value]}}
    return {"stringValue": text(value)}


def otlp_attributes(values: dict) -> list[dict]:
    return [{"key": key, "value": otlp_value(value)} for key, value in values.items() if value is not None]


def nanoseconds(seconds: float) -> str:
    return str(int(seconds * 1e6) * 1000)


def iso(seconds: float) -> str:
    return (
        datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def trace_context(story: Story) -> dict:
    """What an SDK repeats on every span of a trace."""
    context = {
        "langfuse.trace.name": story.name,
        "user.id": story.user,
        "session.id": story.session,
        "langfuse.environment": story.environment,
        "langfuse.release": story.release,
    }
    if story.tags:
        context["langfuse.trace.tags"] = story.tags
    return context | {f"langfuse.trace.metadata.{key}": value for key, value in story.metadata.items()}


def span_attributes(observation: Observation) -> dict:
    prefix = "langfuse.observation."
    attributes = {
        prefix + "type": observation.kind,
        prefix + "model.name": observation.model,
        prefix + "level": observation.level,
        prefix + "status_message": observation.status_message,
    }
    for key, value in (
        ("input", observation.input),
        ("output", observation.output),
        ("usage_details", observation.usage),
        ("model.parameters", observation.model_parameters),
    ):
        if value is not None:
            attributes[prefix + key] = text(value)
    if observation.first_token:
        attributes[prefix + "completion_start_time"] = json.dumps(iso(observation.first_token))
    if observation.prompt:
        attributes[prefix + "prompt.name"], attributes[prefix + "prompt.version"] = observation.prompt
    return attributes | {f"{prefix}metadata.{key}": value for key, value in observation.metadata.items()}


def otlp_span(story: Story, observation: Observation) -> dict:
    if observation.kind:
        attributes = trace_context(story) | span_attributes(observation)
        if observation.parent_id is None:
            attributes["langfuse.internal.is_app_root"] = True
    else:
        attributes = observation.attributes
    span = {
        "traceId": story.trace_id,
        "spanId": observation.id,
        "name": observation.name,
        "kind": 1,
        "startTimeUnixNano": nanoseconds(observation.start),
        "endTimeUnixNano": nanoseconds(observation.end),
        "attributes": otlp_attributes(attributes),
        "status": {},
    }
    if observation.parent_id:
        span["parentSpanId"] = observation.parent_id
    if observation.level == "ERROR":
        span["status"] = {"code": 2, "message": observation.status_message}
    return span


def otlp_request(stories: list[Story]) -> dict:
    """One export: a resource for the assistant, one for the service with plain OpenTelemetry."""
    groups: dict[str, list[dict]] = {}
    for story in stories:
        service = "travel-assistant" if story.observations[0].kind else "fare-service"
        groups.setdefault(service, []).extend(otlp_span(story, observation) for observation in story.observations)
    scopes = {
        "travel-assistant": {"name": "travel_assistant", "version": "2026.11"},
        "fare-service": {"name": "opentelemetry.instrumentation.openai_v2", "version": "2.3"},
    }
    return {
        "resourceSpans": [
            {
                "resource": {
                    "attributes": otlp_attributes(
                        {
                            "service.name": service,
                            "service.version": "2026.11.2",
                            "deployment.environment.name": "production",
                            "telemetry.sdk.language": "python",
                        }
                    )
                },
                "scopeSpans": [{"scope": scopes[service], "spans": spans}],
            }
            for service, spans in groups.items()
        ]
    }


def event(kind: str, timestamp: float, body: dict) -> dict:
    body = {key: value for key, value in body.items() if value is not None}
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, kind + body["id"])),
        "type": kind,
        "timestamp": iso(timestamp),
        "body": body,
    }


def batch_events(story: Story) -> list[dict]:
    """What an SDK of the first two generations sends: the trace, each observation begun and then completed."""
    root = story.observations[0]
    events = [
        event(
            "trace-create",
            story.start,
            {
                "id": story.trace_id,
                "timestamp": iso(story.start),
                "name": story.name,
                "userId": story.user,
                "sessionId": story.session,
                "tags": story.tags,
                "metadata": story.metadata,
                "environment": story.environment,
                "release": story.release,
                "input": root.input,
                "output": root.output,
            },
        )
    ]
    for observation in story.observations:
        kind = "generation" if observation.kind == "generation" else "span"
        shared = {"id": observation.id, "traceId": story.trace_id, "environment": story.environment}
        events.append(
            event(
                f"{kind}-create",
                observation.start,
                shared
                | {
                    "name": observation.name,
                    "startTime": iso(observation.start),
                    "parentObservationId": observation.parent_id,
                    "input": observation.input,
                    "model": observation.model,
                    "modelParameters": observation.model_parameters,
                },
            )
        )
        events.append(
            event(
                f"{kind}-update",
                observation.end,
                shared
                | {
                    "endTime": iso(observation.end),
                    "output": observation.output,
                    "usageDetails": observation.usage,
                    "level": observation.level,
                    "statusMessage": observation.status_message,
                    "completionStartTime": iso(observation.first_token) if observation.first_token else None,
                },
            )
        )
    return events


def score_events(story: Story) -> list[dict]:
    return [
        event(
            "score-create",
            story.now + 1,
            {
                "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{story.trace_id}{score.name}")),
                "traceId": story.trace_id,
                "name": score.name,
                "value": score.value,
                "dataType": score.kind,
                "observationId": score.observation_id,
                "comment": score.comment,
                "environment": story.environment,
            },
        )
        for score in story.scores
    ]
