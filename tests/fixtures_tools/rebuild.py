"""Rebuilds the requests behind the recorded traces of contract/fixtures (section 4 of its README).

Records of the OTLP era become OTLP JSON exports, one per trace; records with ids that are not hexadecimal (older, or
hand-made) become a batch for /ingestion.
"""

import datetime
import json
import os
import pathlib
import re
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEX_ID = re.compile(r"[0-9a-f]{16}|[0-9a-f]{32}")
# Where a framework keeps what became the input and output of an observation (otel-mapping.md, section 15).
PLACES = {
    "openinference.": ("input.value", "output.value"),
    "pydantic-ai": ("gen_ai.input.messages", "gen_ai.output.messages"),
    "agent_framework": ("gen_ai.input.messages", "gen_ai.output.messages"),
    "langfuse-sdk": ("langfuse.observation.input", "langfuse.observation.output"),
}
OTHER_PLACES = ("input.value", "output.value")


def fixtures_folder() -> pathlib.Path:
    contract = os.environ.get("CLEW_CONTRACT_DIR") or ROOT.parent / "shared" / "contract"
    return pathlib.Path(contract) / "fixtures"


def load_records(folder: pathlib.Path | None = None) -> dict[str, dict]:
    """Every recorded trace by its name, in one form: payloads and metadata parsed."""
    folder = folder or fixtures_folder()
    records = {}
    for file in [*sorted(folder.glob("traces/*.json")), *sorted(folder.glob("chatml/*.trace.json"))]:
        name = re.sub(r"-\d{4}-\d\d-\d\d.*", "", file.name).replace("langgraph-python", "langgraph")
        record = json.loads(file.read_text(encoding="utf-8"))
        for observation in record["observations"]:
            observation["metadata"] = parsed(observation.get("metadata")) or {}
        record["trace"]["metadata"] = parsed(record["trace"].get("metadata")) or {}
        records.setdefault(name, record)
    return records


def parsed(value: object) -> object:
    """JSON text as its value; anything else as it is."""
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def seconds(iso: str) -> float:
    return datetime.datetime.fromisoformat(iso).timestamp()


def nanoseconds(iso: str, shift: float) -> str:
    return str(round((seconds(iso) + shift) * 1e6) * 1000)


def moved(iso: str | None, shift: float) -> str | None:
    if iso is None:
        return None
    moment = datetime.datetime.fromtimestamp(seconds(iso) + shift, datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_otlp(record: dict) -> bool:
    ids = [record["trace"]["id"], *(observation["id"] for observation in record["observations"])]
    return all(HEX_ID.fullmatch(id) for id in ids)


def requests_for(record: dict, shift: float = 0.0) -> list[tuple[str, dict]]:
    """(path, body) of the requests that made this trace; all times moved by `shift` seconds."""
    if is_otlp(record):
        return [("/api/public/otel/v1/traces", otlp_export(record, shift))]
    return [("/api/public/ingestion", {"batch": batch(record, shift)})]


# ---- OTLP


def otlp_value(key: str, value: object) -> dict:
    if isinstance(value, bool):
        return {"boolValue": value}
    if key.startswith(("gen_ai.usage.", "llm.token_count.")) and re.fullmatch(r"\d+", str(value)):
        return {"intValue": str(value)}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return {"arrayValue": {"values": [{"stringValue": item} for item in value]}}
    return {"stringValue": text(value)}


def otlp_attributes(values: dict) -> list[dict]:
    return [{"key": key, "value": otlp_value(key, value)} for key, value in values.items() if value is not None]


def io_places(scope: str, observation: dict) -> tuple[str, str]:
    if scope == "ai":
        if observation["type"] == "TOOL":
            return "ai.toolCall.args", "ai.toolCall.result"
        inner = observation["name"].endswith("doGenerate")
        answer = "ai.response.toolCalls" if isinstance(parsed(observation["output"]), list) else "ai.response.text"
        return ("ai.prompt.messages" if inner else "ai.prompt"), answer
    if observation["type"] == "TOOL" and scope in ("pydantic-ai", "agent_framework"):
        return "gen_ai.tool.call.arguments", "gen_ai.tool.call.result"
    return next((places for prefix, places in PLACES.items() if scope.startswith(prefix)), OTHER_PLACES)


def sdk_attributes(observation: dict) -> dict:
    """What the SDK writes on its own spans, beside input and output."""
    prefix = "langfuse.observation."
    attributes = {prefix + "type": observation["type"].lower(), prefix + "model.name": observation.get("model")}
    if observation.get("usageDetails"):
        attributes[prefix + "usage_details"] = json.dumps(observation["usageDetails"])
    if observation.get("modelParameters"):
        attributes[prefix + "model.parameters"] = text(observation["modelParameters"])
    rest = {k: v for k, v in observation["metadata"].items() if k not in ("attributes", "resourceAttributes", "scope")}
    return attributes | {f"{prefix}metadata.{key}": text(value) for key, value in rest.items()}


def trace_attributes(trace: dict, present: dict) -> dict:
    """Trace fields that no attribute of the span tells already."""
    attributes = {"langfuse.trace.name": trace.get("name"), "langfuse.version": trace.get("version")}
    if trace.get("userId") and "user.id" not in present:
        attributes["user.id"] = trace["userId"]
    if trace.get("sessionId") and "session.id" not in present:
        attributes["session.id"] = trace["sessionId"]
    if trace.get("tags"):
        attributes["langfuse.trace.tags"] = trace["tags"]
    user_keys = {k: v for k, v in trace["metadata"].items() if k not in ("attributes", "resourceAttributes", "scope")}
    return attributes | {f"langfuse.trace.metadata.{key}": text(value) for key, value in user_keys.items()}


def otlp_span(record: dict, observation: dict, shift: float) -> dict:
    metadata = observation["metadata"]
    scope = metadata.get("scope", {}).get("name", "")
    attributes = dict(metadata.get("attributes") or {})
    if scope == "langfuse-sdk":
        attributes |= sdk_attributes(observation)
    if not observation.get("parentObservationId"):
        attributes |= trace_attributes(record["trace"], attributes)
    for key, side in zip(io_places(scope, observation), ("input", "output"), strict=True):
        if observation.get(side) is not None:
            attributes.setdefault(key, text(observation[side]))
    span = {
        "traceId": record["trace"]["id"],
        "spanId": observation["id"],
        "name": observation["name"],
        "kind": 1,
        "startTimeUnixNano": nanoseconds(observation["startTime"], shift),
        "endTimeUnixNano": nanoseconds(observation.get("endTime") or observation["startTime"], shift),
        "attributes": otlp_attributes(attributes),
        "status": {"code": 2, "message": observation.get("statusMessage") or ""}
        if observation["level"] == "ERROR"
        else {},
    }
    if observation.get("parentObservationId"):
        span["parentSpanId"] = observation["parentObservationId"]
    return span


def otlp_export(record: dict, shift: float) -> dict:
    """Spans grouped by resource and scope, as an exporter sends them."""
    groups: dict[str, dict] = {}
    for observation in record["observations"]:
        metadata = observation["metadata"]
        resource, scope = metadata.get("resourceAttributes") or {}, metadata.get("scope") or {}
        by_scope = groups.setdefault(json.dumps(resource, sort_keys=True), {})
        spans = by_scope.setdefault(json.dumps(scope, sort_keys=True), [])
        spans.append(otlp_span(record, observation, shift))
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": otlp_attributes(json.loads(resource))},
                "scopeSpans": [
                    {"scope": otlp_scope(json.loads(scope)), "spans": spans} for scope, spans in scopes.items()
                ],
            }
            for resource, scopes in groups.items()
        ]
    }


def otlp_scope(scope: dict) -> dict:
    attributes = otlp_attributes(scope.get("attributes") or {})
    return {"name": scope.get("name", ""), "version": scope.get("version") or "", "attributes": attributes}


# ---- JSON batch


def event(kind: str, timestamp: str, body: dict) -> dict:
    body = {key: value for key, value in body.items() if value is not None}
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, kind + body["id"])),
        "type": kind,
        "timestamp": timestamp,
        "body": body,
    }


def batch(record: dict, shift: float) -> list[dict]:
    trace = record["trace"]
    began = moved(trace["timestamp"], shift)
    fields = {
        key: trace.get(key) for key in ("id", "name", "userId", "sessionId", "tags", "version", "release", "metadata")
    }
    payload = {side: parsed(trace.get(side)) for side in ("input", "output")}
    events = [event("trace-create", began, fields | payload | {"timestamp": began})]
    for observation in record["observations"]:
        kind = "generation-create" if observation["type"] == "GENERATION" else "span-create"
        kept = (
            "id",
            "name",
            "input",
            "output",
            "level",
            "statusMessage",
            "version",
            "model",
            "modelParameters",
            "parentObservationId",
        )
        fields = {key: observation.get(key) for key in kept}
        times = {key: moved(observation.get(key), shift) for key in ("startTime", "endTime", "completionStartTime")}
        usage = {k: v for k, v in (observation.get("usageDetails") or {}).items() if v} or None
        metadata = {
            k: v for k, v in observation["metadata"].items() if k not in ("attributes", "resourceAttributes", "scope")
        }
        events.append(
            event(
                kind,
                times["startTime"],
                fields | times | {"traceId": trace["id"], "usageDetails": usage, "metadata": metadata},
            )
        )
    return events
