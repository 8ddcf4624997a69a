"""Every recorded trace of the contract can be loaded and opened, with the tree it was recorded with."""

import load
import pytest
import rebuild
from support.browser import Browser

RECORDS = rebuild.load_records()
# Where today's contract withholds or changes model and usage (contract/fixtures/README.md, section 2).
WITHHELD = {("microsoft-agent", "AGENT"), ("vercel-aisdk", "ai.generateText")}


@pytest.fixture(scope="module")
def loaded(server):
    return load.load(server.url, server.public_key, server.secret_key)


@pytest.fixture(scope="module")
def browser(server):
    signed_in = Browser(server)
    signed_in.sign_in()
    return signed_in


def expected_name(observation: dict) -> str:
    """The rules of otel-mapping.md, section 5."""
    attributes = observation["metadata"].get("attributes") or {}
    for key in ("gen_ai.tool.name", "genkit:name", "logfire.msg", "ai.toolCall.name"):
        if attributes.get(key):
            return attributes[key]
    return attributes.get("ai.operationId") or observation["name"]


def conversation_of(record: dict) -> str | None:
    """`gen_ai.conversation.id` is a session today; older servers ignored it."""
    attributes = [item["metadata"].get("attributes") or {} for item in record["observations"]]
    return next((found["gen_ai.conversation.id"] for found in attributes if "gen_ai.conversation.id" in found), None)


def usage_was_sent(recorded: dict) -> bool:
    """Whether the framework reported usage; otherwise the older server had counted tokens itself."""
    metadata = recorded["metadata"]
    is_sdk = metadata.get("scope", {}).get("name") in ("langfuse-sdk", None)
    return is_sdk or any("usage" in key or "token_count" in key for key in metadata.get("attributes") or {})


@pytest.mark.parametrize("name", RECORDS)
def test_a_recorded_trace_opens(name, loaded, api):
    record = RECORDS[name]
    trace = api.wait_for_trace(loaded[name], observations=len(record["observations"]))
    found = {item["id"]: item for item in trace["observations"]}
    assert set(found) == {item["id"] for item in record["observations"]}
    assert (trace["name"], trace["userId"]) == (record["trace"]["name"], record["trace"]["userId"])
    assert trace["sessionId"] == (record["trace"]["sessionId"] or conversation_of(record))
    assert sorted(trace["tags"]) == sorted(record["trace"]["tags"])
    for observation in record["observations"]:
        expect_same(name, observation, found[observation["id"]])


def expect_same(name: str, recorded: dict, found: dict) -> None:
    assert found["parentObservationId"] == recorded["parentObservationId"]
    assert (found["name"] or "") == expected_name(recorded)
    assert found["startTime"] == recorded["startTime"]
    assert found["level"] == recorded["level"]
    for side in ("input", "output"):
        if recorded.get(side) is not None:
            assert found[side] is not None, f"{recorded['name']} lost its {side}"
    if (name, recorded["type"]) in WITHHELD or (name, recorded["name"]) in WITHHELD:
        return
    attributes = recorded["metadata"].get("attributes") or {}
    assert found["model"] == attributes.get("gen_ai.response.model", recorded["model"])
    if not usage_was_sent(recorded):
        return
    usage = {key: value for key, value in (recorded.get("usageDetails") or {}).items() if value}
    for key in ("input", "total"):
        if recorded["type"] == "GENERATION" and key in usage:
            assert found["usageDetails"][key] == usage[key], f"{recorded['name']}: {key}"


@pytest.mark.parametrize("name", RECORDS)
def test_the_interface_opens_a_recorded_trace(name, loaded, api, browser):
    record = RECORDS[name]
    api.wait_for_trace(loaded[name], observations=len(record["observations"]))
    detail = browser.get(f"/traces/{loaded[name]}")
    shown = {item["id"] for item in detail["observations"]}
    assert shown == {item["id"] for item in record["observations"]}
    for recorded in record["observations"]:
        whole = browser.get(f"/traces/{loaded[name]}/observations/{recorded['id']}")
        for side in ("input", "output"):
            assert recorded.get(side) is None or whole[side], f"{recorded['name']} shows no {side}"
