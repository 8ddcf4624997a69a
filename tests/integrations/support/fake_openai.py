"""A server that speaks OpenAI's protocol: chat completions, responses, embeddings; answered at once or as a stream.

What it says comes from brain.py; what it charges is constant. The model name BROKEN_MODEL is refused with the
provider's own error body. It listens on loopback only.
"""

import base64
import contextlib
import hashlib
import http.server
import json
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import responses_api
from brain import Step, Tool, next_step

MODEL = "gpt-5-mini"
BROKEN_MODEL = "gpt-5-mini-gone"
INPUT, CACHED, OUTPUT, REASONING = 1200, 1000, 80, 30
EMBEDDING_TOKENS = 8
# smolagents tells the model about earlier calls in words.
RETOLD_CALLS = ("'name': '{}'", "executing tool '{}'")
DIMENSIONS = 8
CREATED = 1_790_000_000


@dataclass
class FakeOpenAi:
    url: str = ""
    requests: list[tuple[str, dict]] = field(default_factory=list)  # (path, body) in the order of arrival

    @property
    def base_url(self) -> str:
        return self.url + "/v1"


def text_of(content: object) -> str:
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return str(content or "")


def chat_step(body: dict) -> Step:
    messages = body["messages"]
    offered = [entry["function"] for entry in body.get("tools") or [] if entry.get("type") == "function"]
    tools = [Tool(entry["name"], entry.get("parameters") or {}) for entry in offered]
    called = [call["function"]["name"] for message in messages for call in message.get("tool_calls") or []]
    wanted = (body.get("response_format") or {}).get("json_schema") or {}
    prompt = "\n".join(text_of(message.get("content")) for message in messages)
    called += [tool.name for tool in tools if any(told.format(tool.name) in prompt for told in RETOLD_CALLS)]
    if body.get("tool_choice") == "none":
        tools = []
    return next_step(prompt, tools, called, wanted.get("schema"), body.get("parallel_tool_calls", True) is not False)


def chat_usage() -> dict:
    return {
        "prompt_tokens": INPUT,
        "completion_tokens": OUTPUT,
        "total_tokens": INPUT + OUTPUT,
        "prompt_tokens_details": {"cached_tokens": CACHED, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": REASONING, "audio_tokens": 0},
    }


def tool_calls_of(step: Step) -> list[dict]:
    return [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in step.calls
    ]


def chat_answer(body: dict, number: int) -> dict:
    step = chat_step(body)
    message = {"role": "assistant", "content": None if step.calls else step.text, "refusal": None}
    if step.calls:
        message["tool_calls"] = tool_calls_of(step)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason(step)}
    return envelope(body, number, "chat.completion") | {"choices": [choice], "usage": chat_usage()}


def envelope(body: dict, number: int, kind: str) -> dict:
    return {
        "id": f"chatcmpl-{number}",
        "object": kind,
        "created": CREATED,
        "model": body["model"],
        "service_tier": "default",
        "system_fingerprint": "fp_clew",
    }


def finish_reason(step: Step) -> str:
    return "tool_calls" if step.calls else "stop"


def chat_chunks(body: dict, number: int) -> Iterator[dict]:
    step, base = chat_step(body), envelope(body, number, "chat.completion.chunk")
    counted = (body.get("stream_options") or {}).get("include_usage")

    def chunk(delta: dict, reason: str | None = None) -> dict:
        choices = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]
        return base | {"choices": choices} | ({"usage": None} if counted else {})

    yield chunk({"role": "assistant", "content": None if step.calls else ""})
    for index, call in enumerate(tool_calls_of(step)):
        function = call["function"]
        yield chunk(
            {"tool_calls": [{"index": index} | call | {"function": {"name": function["name"], "arguments": ""}}]}
        )
        half = len(function["arguments"]) // 2
        for piece in (function["arguments"][:half], function["arguments"][half:]):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    for word in step.text.split(" ") if step.text else []:
        yield chunk({"content": word if step.text.startswith(word) else " " + word})
    yield chunk({}, finish_reason(step))
    if counted:
        yield base | {"choices": [], "usage": chat_usage()}


def vector_of(text: str) -> list[float]:
    digest = hashlib.sha256(text.encode()).digest()
    return [round(byte / 255, 4) for byte in digest[:DIMENSIONS]]


def embeddings_answer(body: dict) -> dict:
    inputs = body["input"]
    inputs = inputs if isinstance(inputs, list) and not all(isinstance(item, int) for item in inputs) else [inputs]
    data = []
    for index, text in enumerate(inputs):
        vector: object = vector_of(str(text))
        if body.get("encoding_format") == "base64":
            vector = base64.b64encode(struct.pack(f"<{DIMENSIONS}f", *vector)).decode()
        data.append({"object": "embedding", "index": index, "embedding": vector})
    tokens = EMBEDDING_TOKENS * len(inputs)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": body["model"], "usage": usage}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    fake: FakeOpenAi
    lock: threading.Lock

    def do_GET(self) -> None:
        if self.path.split("?")[0].endswith("/models"):
            models = [{"id": MODEL, "object": "model", "created": CREATED, "owned_by": "clew"}]
            self.send_json(200, {"object": "list", "data": models})
        else:
            self.send_json(404, {"error": {"message": f"no such path: {self.path}", "type": "invalid_request_error"}})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        path = self.path.split("?")[0]
        with self.lock:
            self.fake.requests.append((path, body))
            number = len(self.fake.requests)
        if body.get("model") == BROKEN_MODEL:
            message = f"The model `{BROKEN_MODEL}` does not exist or you do not have access to it."
            error = {"message": message, "type": "invalid_request_error", "param": None, "code": "model_not_found"}
            self.send_json(404, {"error": error})
        elif path.endswith("/chat/completions"):
            if body.get("stream"):
                self.send_stream([(None, chunk) for chunk in chat_chunks(body, number)], done=True)
            else:
                self.send_json(200, chat_answer(body, number))
        elif path.endswith("/responses"):
            if body.get("stream"):
                self.send_stream([(event["type"], event) for event in responses_api.events(body, number)], done=False)
            else:
                self.send_json(200, responses_api.answer(body, number))
        elif path.endswith("/embeddings"):
            self.send_json(200, embeddings_answer(body))
        else:
            self.send_json(404, {"error": {"message": f"no such path: {path}", "type": "invalid_request_error"}})

    def send_json(self, status: int, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def send_stream(self, events: list[tuple[str | None, dict]], done: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for name, event in events:
            self.send_chunk((f"event: {name}\n" if name else "") + f"data: {json.dumps(event)}\n\n")
        if done:
            self.send_chunk("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def send_chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def log_message(self, *_) -> None:
        pass


@contextlib.contextmanager
def running_fake(port: int = 0) -> Iterator[FakeOpenAi]:
    fake = FakeOpenAi()
    handler = type("BoundHandler", (Handler,), {"fake": fake, "lock": threading.Lock()})
    listener = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    listener.daemon_threads = True
    fake.url = f"http://127.0.0.1:{listener.server_address[1]}"
    thread = threading.Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()
