"""Plain OpenTelemetry exporters, which know nothing of us, and traces that cross processes."""

import pytest
from support import sdk as sdks
from support.expect import TOTAL_COST, by_id, close, without_clocks

EXPORTS = [
    pytest.param(sdks.OTEL_PYTHON, {}, id="python-protobuf"),
    pytest.param(sdks.OTEL_PYTHON, {"COMPRESSION": "gzip"}, id="python-protobuf-gzip"),
    pytest.param(sdks.OTEL_PYTHON, {"COMPRESSION": "deflate"}, id="python-protobuf-deflate"),
    pytest.param(sdks.OTEL_JS, {}, id="js-json"),
    pytest.param(sdks.OTEL_JS, {"ENCODING": "protobuf"}, id="js-protobuf"),
    pytest.param(sdks.OTEL_JS, {"OTEL_EXPORTER_OTLP_TRACES_COMPRESSION": "gzip"}, id="js-json-gzip"),
]


@pytest.mark.parametrize("sdk, settings", EXPORTS)
def test_an_exported_trace_is_understood(sdk, settings, proxy, api):
    told = sdks.run(sdk, "chat", proxy.url, api, **settings)
    trace = api.wait_for_trace(told["trace"], observations=4)
    found = by_id(trace)
    root, agent, answer, tool = (found[told[key]] for key in ("root", "agent", "answer", "lookup"))
    assert (trace["sessionId"], trace["userId"], trace["environment"]) == (told["session"], "user-3", "staging")
    assert trace["name"] == root["name"] == "GET /weather"
    parents = [item["parentObservationId"] for item in (root, agent, answer, tool)]
    assert parents == [None, told["root"], told["agent"], told["agent"]]
    assert [agent["type"], answer["type"], tool["type"]] == ["AGENT", "GENERATION", "TOOL"]
    assert (tool["name"], tool["level"], tool["statusMessage"]) == ("radar", "ERROR", "radar is down")
    assert tool["input"] == {"city": "Oslo"}
    assert "Rain in Oslo?" in str(answer["input"])
    assert "Yes, take a coat." in str(answer["output"])
    assert answer["model"] == "gpt-4o-mini"
    assert answer["usageDetails"] == {"input": 1000, "output": 200, "total": 1200}
    assert close(answer["calculatedTotalCost"], TOTAL_COST)
    assert close(trace["totalCost"], TOTAL_COST)


@pytest.mark.parametrize("sdk, settings", [EXPORTS[0], EXPORTS[3]])
def test_sending_an_export_again_changes_nothing(sdk, settings, proxy, api):
    told = sdks.run(sdk, "chat", proxy.url, api, **settings)
    before = api.wait_for_trace(told["trace"], observations=4)
    assert {status for status in proxy.send_again()} == {200}
    marker = sdks.run(sdk, "chat", proxy.url, api, **settings)
    api.wait_for_trace(marker["trace"], observations=4)
    assert without_clocks(api.find_trace(told["trace"])) == without_clocks(before)


@pytest.mark.parametrize("writer", [sdks.JS_5, sdks.OTEL_PYTHON], ids=str)
def test_agents_in_two_processes_are_one_tree(writer, proxy, api):
    told = sdks.run(sdks.PYTHON_5, "orchestrate", proxy.url, api, WRITER="\n".join(writer.command))
    trace = api.wait_for_trace(told["trace"], observations=6)
    assert len(proxy.writes) >= 2
    names = {item["id"]: item["name"] for item in trace["observations"]}
    tree = {(item["name"], item["type"]): names.get(item["parentObservationId"]) for item in trace["observations"]}
    assert tree == {
        ("orchestrator", "AGENT"): None,
        ("research agent", "AGENT"): "orchestrator",
        ("choose tool", "GENERATION"): "research agent",
        ("search web", "TOOL"): "research agent",
        ("writing agent", "AGENT"): "orchestrator",
        ("check spelling", "TOOL"): "writing agent",
    }
    assert (trace["name"], trace["userId"], trace["output"]) == ("write report", "user-9", "The moon does it.")
