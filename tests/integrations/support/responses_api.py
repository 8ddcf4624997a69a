"""OpenAI's Responses API: items in, items out, and the events of a streamed answer."""

from collections.abc import Iterator

from brain import Step, Tool, next_step

# The same figures as in chat completions (fake_openai.py), in this API's words.
USAGE = {
    "input_tokens": 1200,
    "input_tokens_details": {"cached_tokens": 1000},
    "output_tokens": 80,
    "output_tokens_details": {"reasoning_tokens": 30},
    "total_tokens": 1280,
}


def step_of(body: dict) -> Step:
    items = body["input"] if isinstance(body["input"], list) else [{"role": "user", "content": body["input"]}]
    offered = [tool for tool in body.get("tools") or [] if tool.get("type") == "function"]
    tools = [Tool(tool["name"], tool.get("parameters") or {}) for tool in offered]
    called = [item["name"] for item in items if item.get("type") == "function_call"]
    wanted = (body.get("text") or {}).get("format") or {}
    schema = wanted.get("schema") if wanted.get("type") == "json_schema" else None
    return next_step(str(items), tools, called, schema, body.get("parallel_tool_calls", True) is not False)


def items_of(step: Step, number: int) -> list[dict]:
    if not step.calls:
        content = [{"type": "output_text", "text": step.text, "annotations": [], "logprobs": []}]
        message = {"id": f"msg_{number}", "type": "message", "role": "assistant", "status": "completed"}
        return [message | {"content": content}]
    return [
        {
            "id": f"fc_{number}_{index}",
            "type": "function_call",
            "status": "completed",
            "call_id": call.id,
            "name": call.name,
            "arguments": call.arguments,
        }
        for index, call in enumerate(step.calls)
    ]


def shell(body: dict, number: int, status: str, output: list[dict], usage: dict | None) -> dict:
    return {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": 1_790_000_000,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "max_output_tokens": None,
        "model": body["model"],
        "output": output,
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "store": False,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": body.get("tools") or [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": usage,
        "user": None,
        "metadata": {},
    }


def answer(body: dict, number: int) -> dict:
    return shell(body, number, "completed", items_of(step_of(body), number), USAGE)


def events(body: dict, number: int) -> Iterator[dict]:
    """The streamed form; every event has its type and a running number."""
    for sequence, event in enumerate(plain_events(body, number)):
        yield event | {"sequence_number": sequence}


def plain_events(body: dict, number: int) -> Iterator[dict]:
    yield {"type": "response.created", "response": shell(body, number, "in_progress", [], None)}
    items = items_of(step_of(body), number)
    for index, item in enumerate(items):
        place = {"output_index": index, "item_id": item["id"]}
        started = item | {"status": "in_progress"} | ({"arguments": ""} if "arguments" in item else {"content": []})
        yield {"type": "response.output_item.added", "output_index": index, "item": started}
        if item["type"] == "function_call":
            yield {"type": "response.function_call_arguments.delta", **place, "delta": item["arguments"]}
            yield {"type": "response.function_call_arguments.done", **place, "arguments": item["arguments"]}
        else:
            yield from text_events(place, item["content"][0])
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    yield {"type": "response.completed", "response": shell(body, number, "completed", items, USAGE)}


def text_events(place: dict, part: dict) -> Iterator[dict]:
    place = place | {"content_index": 0}
    yield {"type": "response.content_part.added", **place, "part": part | {"text": ""}}
    for position, word in enumerate(part["text"].split(" ")):
        delta = word if position == 0 else " " + word
        yield {"type": "response.output_text.delta", **place, "delta": delta, "logprobs": []}
    yield {"type": "response.output_text.done", **place, "text": part["text"], "logprobs": []}
    yield {"type": "response.content_part.done", **place, "part": part}
