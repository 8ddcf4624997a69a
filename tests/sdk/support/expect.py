"""What scenario.json must look like when it is read back, whichever SDK sent it."""

import json
import pathlib

from .sdk import Sdk

PLAN = json.loads((pathlib.Path(__file__).resolve().parents[1] / "scenario.json").read_text(encoding="utf-8"))
# gpt-4o-mini, contract/model-prices.json: 0.15 and 0.60 dollars per million.
INPUT_COST, OUTPUT_COST = 1000 * 0.15e-6, 200 * 0.60e-6
TOTAL_COST = INPUT_COST + OUTPUT_COST
# Python 2 sends fractions as text; what counts is that it comes back as it was sent.
PARAMETERS = {key: str(value) for key, value in PLAN["answer"]["parameters"].items()}


def close(value: float | None, expected: float) -> bool:
    return value is not None and abs(value - expected) < 1e-12


def by_id(trace: dict) -> dict[str, dict]:
    return {observation["id"]: observation for observation in trace["observations"]}


def expect_trace(trace: dict, told: dict) -> None:
    plan = PLAN["trace"]
    assert trace["id"] == told["trace"]
    assert trace["name"] == plan["name"]
    assert trace["userId"] == plan["user"]
    assert trace["sessionId"] == told["session"]
    assert sorted(trace["tags"]) == plan["tags"]
    assert trace["metadata"]["tenant"] == plan["metadata"]["tenant"]
    assert trace["version"] == plan["version"]
    assert trace["release"] == plan["release"]
    assert trace["environment"] == plan["environment"]
    assert trace["input"] == PLAN["root"]["input"]
    assert trace["output"] == PLAN["root"]["output"]
    assert close(trace["totalCost"], TOTAL_COST), trace["totalCost"]
    assert trace["latency"] >= 0


def expect_observations(trace: dict, told: dict, sdk: Sdk) -> None:
    found = by_id(trace)
    assert set(found) == {told[key] for key in ("root", "search", "answer", "lookup", "event")}
    tree = {key: found[told[key]]["parentObservationId"] for key in ("root", "search", "answer", "lookup", "event")}
    root, answer = told["root"], told["answer"]
    assert tree == {"root": None, "search": root, "answer": root, "lookup": root, "event": answer}

    search, lookup, event = found[told["search"]], found[told["lookup"]], found[told["event"]]
    assert found[root]["type"] == "SPAN"
    assert search["type"] == ("RETRIEVER" if sdk.typed else "SPAN")
    assert lookup["type"] == ("TOOL" if sdk.typed else "SPAN")
    assert event["type"] == "EVENT"
    for key in ("root", "search", "answer", "lookup", "event"):
        assert found[told[key]]["name"] == PLAN[key]["name"]
        assert found[told[key]]["input"] == PLAN[key]["input"]
        assert found[told[key]]["environment"] == PLAN["trace"]["environment"]
    assert found[root]["output"] == PLAN["root"]["output"]
    assert search["output"] == PLAN["search"]["output"]
    assert search["metadata"]["index"] == PLAN["search"]["metadata"]["index"]
    assert (lookup["level"], lookup["statusMessage"]) == ("ERROR", PLAN["lookup"]["status"])
    assert search["level"] == "DEFAULT"
    for observation in found.values():
        assert observation["traceId"] == told["trace"]
        assert observation["endTime"] is None or observation["startTime"] <= observation["endTime"]
    assert event["startTime"] >= found[root]["startTime"]


def expect_generation(trace: dict, told: dict) -> None:
    plan, answer = PLAN["answer"], by_id(trace)[told["answer"]]
    assert answer["type"] == "GENERATION"
    assert answer["output"] == plan["output"]
    assert answer["model"] == plan["model"]
    assert {key: str(value) for key, value in answer["modelParameters"].items()} == PARAMETERS
    assert answer["usageDetails"] == {"input": 1000, "output": 200, "total": 1200}
    assert {key: answer["usage"][key] for key in ("input", "output", "total")} == answer["usageDetails"]
    assert close(answer["costDetails"]["input"], INPUT_COST)
    assert close(answer["costDetails"]["output"], OUTPUT_COST)
    assert close(answer["calculatedTotalCost"], TOTAL_COST)
    assert answer["completionStartTime"] is not None


def expect_scores(trace: dict, told: dict) -> None:
    scores = {score["name"]: score for score in trace["scores"]}
    assert set(scores) == set(PLAN["scores"])
    assert len(trace["scores"]) == len(PLAN["scores"])
    quality, tone, helpful = scores["quality"], scores["tone"], scores["helpful"]
    assert (quality["dataType"], quality["value"], quality["comment"]) == ("NUMERIC", 0.9, "good enough")
    assert (tone["dataType"], tone["stringValue"], tone["observationId"]) == ("CATEGORICAL", "friendly", told["answer"])
    assert (helpful["dataType"], helpful["value"], helpful["stringValue"]) == ("BOOLEAN", 1, "True")
    assert quality["observationId"] is None
    assert {score["source"] for score in trace["scores"]} == {"API"}


def expect_scenario(trace: dict, told: dict, sdk: Sdk) -> None:
    expect_trace(trace, told)
    expect_observations(trace, told, sdk)
    expect_generation(trace, told)
    expect_scores(trace, told)


def without_clocks(trace: dict) -> dict:
    """The trace without what may differ after it was sent again: the order, and when its rows were written."""

    def plain(item: dict) -> dict:
        return {key: value for key, value in item.items() if key not in ("createdAt", "updatedAt")}

    ordered = {
        key: sorted((plain(item) for item in trace[key]), key=lambda item: item["id"])
        for key in ("observations", "scores")
    }
    return plain(trace) | ordered
