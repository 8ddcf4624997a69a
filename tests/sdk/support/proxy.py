"""A proxy between an SDK and the server that remembers every request, can send them again, and can misbehave."""

import contextlib
import http.client
import http.server
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "host", "content-length"}
WRITES = ("/api/public/otel/v1/traces", "/api/public/ingestion", "/api/public/scores")


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    status: int = 0
    answer: bytes = b""
    answer_headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_write(self) -> bool:
        return self.method == "POST" and self.path.split("?")[0] in WRITES


@dataclass
class Proxy:
    upstream_port: int
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    busy_answers: int = 0  # answer so many writes with 503 *after* the server has stored them: an answer that got lost

    @property
    def writes(self) -> list[Request]:
        return [request for request in self.requests if request.is_write]

    def forward(self, request: Request) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream_port, timeout=30)
        try:
            connection.request(request.method, request.path, request.body or None, request.headers)
            answer = connection.getresponse()
            request.status, request.answer = answer.status, answer.read()
            request.answer_headers = {
                name: value for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP
            }
        finally:
            connection.close()

    def send_again(self) -> list[int]:
        """Every write once more, byte for byte, in order; the statuses."""
        statuses = []
        for request in list(self.writes):
            copy = Request(request.method, request.path, request.headers, request.body)
            self.forward(copy)
            statuses.append(copy.status)
        return statuses


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def handle_any(self) -> None:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        request = Request(self.command, self.path, headers, self.read_body())
        self.proxy.requests.append(request)
        self.proxy.forward(request)
        if request.is_write and self.proxy.busy_answers > 0:
            self.proxy.busy_answers -= 1
            self.answer(503, {"Retry-After": "1", "Content-Type": "application/json"}, b'{"message":"busy"}')
            return
        self.answer(request.status, request.answer_headers, request.answer)

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = handle_any

    def log_message(self, *_) -> None:
        pass


class ThreadingServer(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


@contextlib.contextmanager
def running_proxy(upstream_url: str) -> Iterator[Proxy]:
    proxy = Proxy(int(upstream_url.rsplit(":", 1)[1]))
    handler = type("BoundHandler", (Handler,), {"proxy": proxy})
    listener = ThreadingServer(("127.0.0.1", 0), handler)
    proxy.url = f"http://127.0.0.1:{listener.server_address[1]}"
    thread = threading.Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()
