"""The public API as a test sees it: requests with the project's key, and waiting until something is visible."""

import base64
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

VISIBLE_SECONDS = 15


@dataclass
class Api:
    url: str
    public_key: str
    secret_key: str

    @property
    def authorization(self) -> str:
        return "Basic " + base64.b64encode(f"{self.public_key}:{self.secret_key}".encode()).decode()

    def send(self, method: str, path: str, body: object = None, headers: dict | None = None) -> tuple[int, object]:
        """(status, parsed JSON or None)"""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {"Authorization": self.authorization, "Content-Type": "application/json"} | (headers or {})
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            text = error.read()
            return error.code, json.loads(text) if text[:1] in (b"{", b"[") else None

    def get(self, path: str, **parameters) -> object:
        """The body of a 200; anything else is an assertion error with the body in it."""
        query = urllib.parse.urlencode({key: value for key, value in parameters.items() if value is not None})
        status, body = self.send("GET", f"/api/public{path}" + (f"?{query}" if query else ""))
        assert status == 200, f"GET {path}: {status} {body}"
        return body

    def find_trace(self, trace_id: str) -> dict | None:
        status, body = self.send("GET", f"/api/public/traces/{trace_id}")
        assert status in (200, 404), f"GET /traces/{trace_id}: {status} {body}"
        return body if status == 200 else None

    def wait_for_trace(self, trace_id: str, observations: int, scores: int = 0) -> dict:
        """The trace as soon as it has that many observations and scores."""

        def complete() -> dict | None:
            trace = self.find_trace(trace_id)
            if trace and len(trace["observations"]) >= observations and len(trace["scores"]) >= scores:
                return trace
            return None

        return wait_for(complete, lambda: f"trace {trace_id}: {summary_of(self.find_trace(trace_id))}")


def summary_of(trace: dict | None) -> str:
    if trace is None:
        return "not found"
    names = [f"{item['type']} {item['name']}" for item in trace["observations"]]
    return f"observations {names}, scores {[score['name'] for score in trace['scores']]}"


def wait_for(probe: Callable[[], object], explain: Callable[[], str] = lambda: "") -> object:
    """The first result of `probe` that counts; fails after VISIBLE_SECONDS."""
    deadline = time.monotonic() + VISIBLE_SECONDS
    while True:
        result = probe()
        if result:
            return result
        assert time.monotonic() < deadline, f"not visible after {VISIBLE_SECONDS} s; {explain()}"
        time.sleep(0.05)
