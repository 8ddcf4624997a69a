"""What is sent: requests whose ids follow from (seed, writer, sequence) and whose contents follow from the ids.

So the oracle needs to remember only which fields of which objects were sent and acknowledged; what must be in them is
computed again.
"""

import hashlib
import json
import random
from dataclasses import dataclass
from datetime import datetime, timezone


@dataclass(frozen=True)
class Fact:
    """One request sets these fields of one object. kind: observation, score or trace."""
    kind: str
    id: str
    fields: tuple


@dataclass(frozen=True)
class Request:
    path: str
    body: bytes
    facts: tuple
    trace_id: str
    # Sent again when the outcome is unknown (the connection broke); the others are given up.
    retried: bool


def _digest(*parts):
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()


def content(object_id, field):
    """The text of a field: escapes, more than one byte a character, between 40 and 4,000 characters."""
    size = 20 + int(_digest(object_id, field, "size")[:4], 16) % 2_000
    return f'{field} of "{object_id}"\n\tGrößenmaß 漢字 \\ ' + hashlib.shake_128(f"{object_id}/{field}".encode()).hexdigest(size)


def score_value(object_id):
    return int(_digest(object_id, "value")[:6], 16) / 256


def name_of(object_id):
    return "step-" + _digest(object_id, "name")[:12]


def _iso(ns):
    return datetime.fromtimestamp(ns // 1_000_000 / 1_000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Workload:
    """The requests of one writer, in order. `now_ns` is asked once per request."""

    def __init__(self, seed, writer, now_ns):
        self._key = (seed, writer)
        self._random = random.Random(_digest(seed, writer))
        self._now_ns = now_ns
        self._sequence = 0
        self._pending = []  # second halves: updates of observations made earlier

    def next(self):
        self._sequence += 1
        choice = self._random.random()
        if self._pending and choice < 0.2:
            return self._generation_update(self._pending.pop(0))
        if choice < 0.6:
            return self._spans()
        if choice < 0.85:
            return self._generation_create()
        return self._score()

    def _id(self, what, index=0):
        return _digest(*self._key, self._sequence, what, index)

    def _retried(self):
        return self._random.random() < 0.6

    def _request(self, path, body, facts, trace_id):
        return Request(path, json.dumps(body, ensure_ascii=False).encode(), tuple(facts), trace_id, self._retried())

    def _spans(self):
        trace_id = self._id("trace")[:32]
        now = self._now_ns()
        spans, facts = [], []
        for index in range(self._random.randint(1, 20)):
            span_id = self._id("span", index)[:16]
            spans.append({
                "traceId": trace_id, "spanId": span_id, "name": name_of(span_id), "kind": 1,
                "startTimeUnixNano": str(now + index * 1_000), "endTimeUnixNano": str(now + 5_000_000),
                "attributes": [
                    {"key": "langfuse.observation.type", "value": {"stringValue": "span"}},
                    {"key": "langfuse.observation.input", "value": {"stringValue": content(span_id, "input")}},
                    {"key": "langfuse.observation.output", "value": {"stringValue": content(span_id, "output")}},
                ]})
            facts.append(Fact("observation", span_id, ("input", "output")))
        body = {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [
            {"scope": {"name": "langfuse-sdk", "version": "4.5.0"}, "spans": spans}]}]}
        return self._request("/api/public/otel/v1/traces", body, facts, trace_id)

    def _event(self, kind, index, now, body):
        return {"id": self._id("event", index), "type": kind, "timestamp": _iso(now), "body": body}

    def _generation_create(self):
        now = self._now_ns()
        trace_id, generation_id, score_id = self._id("trace")[:32], self._id("generation")[:32], self._id("score")[:32]
        self._pending.append((trace_id, generation_id))
        body = {"batch": [
            self._event("trace-create", 0, now, {"id": trace_id, "name": name_of(trace_id), "timestamp": _iso(now)}),
            self._event("generation-create", 1, now, {
                "id": generation_id, "traceId": trace_id, "name": name_of(generation_id), "startTime": _iso(now),
                "input": content(generation_id, "input"), "model": "gpt-4o"}),
            self._event("score-create", 2, now, self._score_body(score_id, trace_id))]}
        facts = [Fact("observation", generation_id, ("input",)), Fact("score", score_id, ("value",)),
                 Fact("trace", trace_id, ("name",))]
        return self._request("/api/public/ingestion", body, facts, trace_id)

    def _generation_update(self, pending):
        trace_id, generation_id = pending
        now = self._now_ns()
        body = {"batch": [self._event("generation-update", 0, now, {
            "id": generation_id, "traceId": trace_id, "endTime": _iso(now),
            "output": content(generation_id, "output")})]}
        return self._request("/api/public/ingestion", body, [Fact("observation", generation_id, ("output",))], trace_id)

    def _score_body(self, score_id, trace_id):
        return {"id": score_id, "traceId": trace_id, "name": name_of(score_id), "value": score_value(score_id),
                "dataType": "NUMERIC", "comment": content(score_id, "comment")[:400]}

    def _score(self):
        trace_id, score_id = self._id("trace")[:32], self._id("score")[:32]
        return self._request("/api/public/scores", self._score_body(score_id, trace_id),
                             [Fact("score", score_id, ("value",))], trace_id)
