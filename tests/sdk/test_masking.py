"""The masking callback: nothing it hides is written anywhere, through every door."""

import contextlib
import http.server
import json
import pathlib
import threading

import pytest
from support.api import Api
from support.server import running_server

WORD = "tell-nobody-4711"


class Service:
    """A callback that hides WORD, or fails."""

    def __init__(self):
        self.calls: list[dict] = []
        self.status = 200
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                service.calls.append({"headers": headers, "body": json.loads(body)})
                answer = body.replace(WORD.encode(), b"***")
                self.send_response(service.status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/mask"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def masked():
    service = Service()
    settings = {
        "LANGFUSE_INGESTION_MASKING_CALLBACK_URL": service.url,
        "LANGFUSE_INGESTION_MASKING_CALLBACK_TIMEOUT_MS": "20000",
        "LANGFUSE_INGESTION_MASKING_CALLBACK_FAIL_CLOSED": "true",
        "LANGFUSE_INGESTION_MASKING_PROPAGATED_HEADERS": "x-tenant",
    }
    with running_server(**settings) as server:
        yield service, server, Api(server.url, server.public_key, server.secret_key)
    service.server.shutdown()


def otlp(trace: str) -> dict:
    span = {"traceId": trace, "spanId": "00f067aa0ba902b7", "name": WORD, "startTimeUnixNano": "1790000000000000000"}
    return {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}


def event(kind: str, **body) -> dict:
    return {"batch": [{"id": f"e-{body['id']}", "type": kind, "timestamp": "2026-11-23T12:00:00Z", "body": body}]}


DOORS = [
    ("/api/public/otel/v1/traces", otlp("0af7651916cd43dd8448eb211c80319c")),
    ("/api/public/ingestion", event("trace-create", id="masked-trace", name=WORD, input={"text": WORD})),
    ("/api/public/scores", {"id": "masked-score", "traceId": "masked-trace", "name": "n", "value": 1, "comment": WORD}),
]


def files_with(folder: pathlib.Path, word: str) -> list[str]:
    found = []
    for file in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if file.is_file() and word.encode() in file.read_bytes():
                found.append(str(file.relative_to(folder)))
    return found


def test_what_the_callback_hides_is_nowhere(masked):
    service, server, api = masked
    service.status = 200
    service.calls.clear()
    for path, body in DOORS:
        status, _ = api.send("POST", path, body, {"X-Tenant": "blue"})
        assert status in (200, 207), path
    assert [call["headers"]["x-clew-door"] for call in service.calls] == ["otlp", "events", "scores"]
    for call in service.calls:
        assert call["headers"]["x-langfuse-project-id"] == server.project_id
        assert call["headers"]["x-tenant"] == "blue"
        assert isinstance(call["body"], list)
    assert api.wait_for_trace("masked-trace", observations=0, scores=1)["name"] == "***"
    span = api.wait_for_trace("0af7651916cd43dd8448eb211c80319c", observations=1)["observations"][0]
    assert span["name"] == "***"
    assert files_with(server.data_dir, WORD) == []
    assert WORD not in server.log.read_text(errors="replace")


@pytest.mark.parametrize(("path", "body"), DOORS, ids=[path for path, _ in DOORS])
def test_when_masking_fails_clients_are_asked_to_come_back(masked, path, body):
    service, server, api = masked
    service.status = 500
    service.calls.clear()
    status, _ = api.send("POST", path, body)
    assert status == 503
    assert len(service.calls) == 2
    assert files_with(server.data_dir, WORD) == []
