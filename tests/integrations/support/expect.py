"""What every framework's trace must say, whatever words the framework uses for it."""

import json

from brain import ANSWER
from fake_openai import CACHED, INPUT, MODEL, OUTPUT, REASONING
from support.api import Api

QUESTION = "Do I need an umbrella in Atlantis? Look it up in the handbook."
SYSTEM = "You answer briefly and only from what your tools say."
FOUND = "Umbrellas are lent at the front desk, also to visitors."
FAILURE = "there is no weather station in Atlantis"
BOTH_TOOLS = ["get_weather", "search_handbook"]
# gpt-5-mini in contract/model-prices.json: 0.25, 0.025 (cached) and 2 dollars per million; reasoning is output.
COST = (INPUT - CACHED) * 0.25e-6 + CACHED * 0.025e-6 + OUTPUT * 2e-6
COST_WITHOUT_CACHE = INPUT * 0.25e-6 + OUTPUT * 2e-6
EMBEDDING_PRICE = 0.02e-6  # text-embedding-3-small
EMBEDDING_COST = 8 * EMBEDDING_PRICE
CACHED_KEYS = ("input_cached_tokens", "input_cache_read", "cache_read_input_tokens")
REASONING_KEYS = ("output_reasoning_tokens", "output_reasoning", "reasoning_tokens")


def close(value: float | None, expected: float) -> bool:
    return value is not None and abs(value - expected) < 1e-12


def named(trace: dict, name: str) -> list[dict]:
    """By time; the order of the model's calls is the order of the conversation."""
    found = [item for item in trace["observations"] if item["name"] == name]
    return sorted(found, key=lambda item: (item["startTime"], json.dumps(item["input"])))


def only(trace: dict, name: str) -> dict:
    found = named(trace, name)
    assert len(found) == 1, [item["name"] for item in trace["observations"]]
    return found[0]


def of_type(trace: dict, kind: str) -> list[dict]:
    return sorted((item for item in trace["observations"] if item["type"] == kind), key=lambda item: item["startTime"])


def text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def expect_context(trace: dict, *, name: str = "front-desk", tags: bool = True, tenant: bool = False) -> None:
    assert trace["name"] == name
    assert (trace["userId"], trace["sessionId"]) == ("ada", "rainy-day")
    assert sorted(trace["tags"]) == (["handbook", "weather"] if tags else [])
    if tenant:
        assert trace["metadata"]["tenant"] == "acme"


def expect_call(call: dict, *, cached: bool = True, reasoning: bool = True, cost: float = COST) -> None:
    """A successful call of the model: what it was, what it used, what it cost."""
    usage = call["usageDetails"]
    assert call["type"] == "GENERATION"
    assert call["model"] == MODEL
    assert usage["input"] == (INPUT - CACHED if cached else INPUT)
    assert sum(usage.get(key, 0) for key in CACHED_KEYS) == (CACHED if cached else 0)
    assert sum(usage.get(key, 0) for key in REASONING_KEYS) == (REASONING if reasoning else 0)
    assert usage["output"] == (OUTPUT - REASONING if reasoning else OUTPUT)
    assert usage["total"] == INPUT + OUTPUT
    assert close(call["calculatedTotalCost"], cost), call["calculatedTotalCost"]
    assert call["level"] == "DEFAULT"


def expect_embedding(call: dict, *, kind: str = "EMBEDDING") -> None:
    assert call["type"] == kind
    assert call["model"] == "text-embedding-3-small"
    assert call["usageDetails"]["total"] == 8
    assert close(call["calculatedTotalCost"], EMBEDDING_COST), call["calculatedTotalCost"]


def expect_streamed(call: dict, *, ends_before: bool = False) -> None:
    """The first token came after the start, and before the end unless the framework ends the span first."""
    assert call["completionStartTime"] is not None
    assert call["startTime"] <= call["completionStartTime"]
    assert ends_before or call["completionStartTime"] <= call["endTime"]


def expect_conversation(plan: dict, answer: dict) -> None:
    """The messages are all there, in the words of the framework: tool calls first, then results and the answer."""
    assert QUESTION in text(plan["input"])
    assert "search_handbook" in text(plan["output"])
    assert "umbrellas" in text(plan["output"])
    assert "Umbrellas are lent" in text(answer["input"])
    assert ANSWER in text(answer["output"])


def expect_failed_tool(tool: dict, message: str = FAILURE) -> None:
    assert (tool["type"], tool["level"]) == ("TOOL", "ERROR")
    assert message in tool["statusMessage"]
    assert "Atlantis" in text(tool["input"])


def expect_tool(tool: dict) -> None:
    assert (tool["type"], tool["level"]) == ("TOOL", "DEFAULT")
    assert "umbrellas" in text(tool["input"])
    assert FOUND in text(tool["output"])


def with_tools(api: Api, environment: str, column: str, names: list[str]) -> set[str]:
    """The ids of observations that offered (toolNames) or called (calledToolNames) all these tools."""
    conditions = [
        {"type": "arrayOptions", "column": column, "operator": "all of", "value": names},
        {"type": "stringOptions", "column": "environment", "operator": "any of", "value": [environment]},
    ]
    body = api.get("/v2/observations", filter=json.dumps(conditions), fields="core", limit=100)
    return {item["id"] for item in body["data"]}


def expect_called(api: Api, trace: dict, plan: dict, names: list[str] = BOTH_TOOLS) -> None:
    assert plan["id"] in with_tools(api, trace["environment"], "calledToolNames", names)


def expect_tools(api: Api, trace: dict, plan: dict, names: list[str] = BOTH_TOOLS) -> None:
    """The model was offered these tools and called them all; lists, filters and charts go by both."""
    assert plan["id"] in with_tools(api, trace["environment"], "toolNames", names)
    expect_called(api, trace, plan, names)
