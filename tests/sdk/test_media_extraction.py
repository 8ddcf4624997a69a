"""Files inside payloads, from senders that do not take them out themselves."""

import base64
import hashlib
import time
import urllib.request
import uuid

import pytest
from support.api import Api, wait_for
from support.server import running_server

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
BYTES = base64.b64decode(PICTURE)
ID = base64.urlsafe_b64encode(hashlib.sha256(BYTES).digest()).decode()[:22]
DATA_URI = f"data:image/png;base64,{PICTURE}"
REFERENCE = f"@@@langfuseMedia:type=image/png|id={ID}|source=base64_data_uri@@@"


@pytest.fixture(scope="module")
def extracting():
    with running_server(LANGFUSE_OTEL_MEDIA_UPLOAD_ENABLED="true") as server:
        yield Api(server.url, server.public_key, server.secret_key)


def check(api, observation: dict) -> None:
    assert observation["input"] == {"picture": REFERENCE, "n": 1}
    described = api.get(f"/media/{ID}")
    with urllib.request.urlopen(described["url"], timeout=30) as answer:
        assert answer.read() == BYTES


def test_spans_keep_references(extracting):
    trace = "0af7651916cd43dd8448eb211c80319c"
    text = '{"picture":"' + DATA_URI + '","n":1}'
    span = {
        "traceId": trace,
        "spanId": "00f067aa0ba902b7",
        "name": "look",
        "startTimeUnixNano": "1790000000000000000",
        "attributes": [{"key": "langfuse.observation.input", "value": {"stringValue": text}}],
    }
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
    assert extracting.send("POST", "/api/public/otel/v1/traces", body)[0] == 200
    check(extracting, extracting.wait_for_trace(trace, observations=1)["observations"][0])


def test_events_keep_references(extracting):
    body = {"id": "look", "traceId": "by-events", "input": {"picture": DATA_URI, "n": 1}}
    event = {"id": "e", "type": "generation-create", "timestamp": "2026-11-23T12:00:00Z", "body": body}
    assert extracting.send("POST", "/api/public/ingestion", {"batch": [event]})[0] == 207
    check(extracting, extracting.wait_for_trace("by-events", observations=1)["observations"][0])


def test_without_the_setting_payloads_stay(api):
    body = {"id": "look", "traceId": "as-it-came", "input": {"picture": DATA_URI}}
    event = {"id": "e", "type": "generation-create", "timestamp": "2026-11-23T12:00:00Z", "body": body}
    assert api.send("POST", "/api/public/ingestion", {"batch": [event]})[0] == 207
    trace = wait_for(lambda: api.find_trace("as-it-came"))
    assert trace["observations"][0]["input"] == {"picture": DATA_URI}


def test_a_very_large_input_is_kept_as_a_text_file(api):
    text = "the quick brown fox " * 150_000  # 3 MB
    trace_id, span_id, now = uuid.uuid4().hex, uuid.uuid4().hex[:16], str(time.time_ns())
    span = {"traceId": trace_id, "spanId": span_id, "name": "large", "startTimeUnixNano": now, "endTimeUnixNano": now}
    span["attributes"] = [
        {"key": "langfuse.observation.input", "value": {"stringValue": text}},
        {"key": "langfuse.observation.output", "value": {"stringValue": "short"}},
    ]
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
    assert api.send("POST", "/api/public/otel/v1/traces", body)[0] == 200
    (stored,) = api.wait_for_trace(trace_id, 1)["observations"]
    assert stored["output"] == "short"
    kind, media_id, source = stored["input"].strip("@").removeprefix("langfuseMedia:").split("|")
    assert (kind, source) == ("type=text/plain", "source=field_size_limit")
    url = api.get("/media/" + media_id.removeprefix("id="))["url"]
    with urllib.request.urlopen(url, timeout=30) as answer:
        assert answer.read().decode() == text
