"""Every generation of the Langfuse SDKs, unchanged, against Clew: what they send is what can be read."""

import concurrent.futures

import pytest
from support import sdk as sdks
from support.api import wait_for
from support.expect import PLAN, expect_scenario, without_clocks

SETTINGS = {
    "LANGFUSE_TRACING_ENVIRONMENT": PLAN["trace"]["environment"],
    "LANGFUSE_RELEASE": PLAN["trace"]["release"],
}
every_sdk = pytest.mark.parametrize("sdk", sdks.LANGFUSE_SDKS, ids=str)
python_sdks = pytest.mark.parametrize("sdk", [sdks.PYTHON_2, sdks.PYTHON_3, sdks.PYTHON_4, sdks.PYTHON_5], ids=str)


@every_sdk
def test_a_trace_arrives_as_it_was_told(sdk, proxy, api):
    told = sdks.run(sdk, "answer", proxy.url, api, **SETTINGS)
    assert any(request.path == sdk.door for request in proxy.writes)
    assert {request.status // 100 for request in proxy.writes} == {2}
    expect_scenario(api.wait_for_trace(told["trace"], observations=5, scores=3), told, sdk)


@every_sdk
def test_sending_everything_again_changes_nothing(sdk, proxy, api):
    told = sdks.run(sdk, "answer", proxy.url, api, **SETTINGS)
    before = api.wait_for_trace(told["trace"], observations=5, scores=3)
    assert {status // 100 for status in proxy.send_again()} == {2}
    marker = sdks.run(sdk, "answer", proxy.url, api, **SETTINGS)  # visible only after what was sent before it
    api.wait_for_trace(marker["trace"], observations=5, scores=3)
    assert without_clocks(api.find_trace(told["trace"])) == without_clocks(before)


@every_sdk
def test_a_lost_answer_makes_the_sdk_retry_without_duplicates(sdk, proxy, api):
    usual = {sdks.PYTHON_2: 1, sdks.JS_3: 1}.get(sdk, 2)  # spans and scores, or one batch
    proxy.busy_answers = 1
    told = sdks.run(sdk, "answer", proxy.url, api, **SETTINGS)
    assert len(proxy.writes) > usual
    expect_scenario(api.wait_for_trace(told["trace"], observations=5, scores=3), told, sdk)


@every_sdk
def test_the_trace_is_found_by_every_list(sdk, proxy, api):
    told = sdks.run(sdk, "answer", proxy.url, api, **SETTINGS)
    trace = api.wait_for_trace(told["trace"], observations=5, scores=3)
    ids = {observation["id"] for observation in trace["observations"]}
    assert [item["id"] for item in api.get("/traces", sessionId=told["session"])["data"]] == [told["trace"]]
    assert told["trace"] in [item["id"] for item in api.get("/traces", userId=PLAN["trace"]["user"], limit=100)["data"]]
    session = api.get(f"/sessions/{told['session']}")
    assert [item["id"] for item in session["traces"]] == [told["trace"]]
    assert {item["id"] for item in api.get("/observations", traceId=told["trace"])["data"]} == ids
    assert {item["id"] for item in api.get("/v2/observations", traceId=told["trace"])["data"]} == ids
    assert len(api.get("/v3/scores", traceId=told["trace"])["data"]) == 3
    listed = api.get("/traces", sessionId=told["session"])["data"][0]
    assert set(listed["observations"]) == ids
    assert len(listed["scores"]) == 3


@pytest.mark.parametrize("sdk", [sdk for sdk in sdks.LANGFUSE_SDKS if sdk.reads_trace], ids=str)
def test_the_sdk_reads_its_own_trace(sdk, proxy, api):
    told = sdks.run(sdk, "answer", proxy.url, api, **SETTINGS)
    api.wait_for_trace(told["trace"], observations=5, scores=3)
    read = sdks.run(sdk, "read", proxy.url, api, TRACE_ID=told["trace"])
    assert (read["name"], read["observations"], read["scores"]) == (PLAN["trace"]["name"], 5, 3)


def test_sdk_5_reads_observations_and_scores(proxy, api):
    told = sdks.run(sdks.PYTHON_5, "answer", proxy.url, api, **SETTINGS)
    api.wait_for_trace(told["trace"], observations=5, scores=3)
    read = sdks.run(sdks.PYTHON_5, "read", proxy.url, api, TRACE_ID=told["trace"])
    names = [PLAN[key]["name"] for key in ("root", "search", "answer", "lookup", "event")]
    assert (read["names"], read["scores"]) == (sorted(names), 3)


@python_sdks
def test_an_exception_in_a_decorated_function_is_an_error_in_the_tree(sdk, proxy, api):
    told = sdks.run(sdk, "decorated", proxy.url, api)
    trace = api.wait_for_trace(told["trace"], observations=2 if sdk.typed else 1)
    inner = next(item for item in trace["observations"] if item["name"] == "inner")
    assert inner["type"] == "GENERATION"
    assert inner["level"] == "ERROR"
    assert "7 is too much" in inner["statusMessage"]
    assert inner["usageDetails"] == {"input": 10, "output": 5, "total": 15}
    assert trace["name"] == "outer"
    if sdk.typed:
        outer = next(item for item in trace["observations"] if item["name"] == "outer")
        assert inner["parentObservationId"] == outer["id"]


@pytest.mark.parametrize("sdk", [sdks.PYTHON_2, sdks.JS_3], ids=str)
def test_an_update_in_a_later_request_completes_the_generation(sdk, proxy, api):
    told = sdks.run(sdk, "late", proxy.url, api)
    assert len(proxy.writes) >= 2

    def completed():
        trace = api.find_trace(told["trace"])
        return trace and trace["observations"] and trace["observations"][0]["endTime"] and trace

    (generation,) = wait_for(completed)["observations"]
    assert (generation["input"], generation["output"]) == ("hello", "world")
    assert generation["usageDetails"] == {"input": 3, "output": 2, "total": 5}


def test_sdk_5_metadata_keeps_its_types(proxy, api):
    told = sdks.run(sdks.PYTHON_5, "typed", proxy.url, api)
    (root,) = api.wait_for_trace(told["trace"], observations=1)["observations"]
    expected = {"text": "acme", "digits": "123", "number": 3, "fraction": 1.5, "flag": True}
    assert {key: root["metadata"][key] for key in expected} == expected
    assert root["metadata"]["nested.x"] == [1]  # objects are flattened (sdk5.md 1.3, rule 3)


@pytest.mark.parametrize("sdk", [sdks.PYTHON_3, sdks.PYTHON_4, sdks.PYTHON_5], ids=str)
def test_a_large_trace_arrives_whole(sdk, proxy, api):
    told = sdks.run(sdk, "large", proxy.url, api)
    trace = api.wait_for_trace(told["trace"], observations=401)
    root = next(item for item in trace["observations"] if item["id"] == told["root"])
    assert len(root["input"]) == 1_000_000
    assert {item["parentObservationId"] for item in trace["observations"]} == {None, told["root"]}


@python_sdks
def test_auth_check_and_trace_url(sdk, proxy, api, server):
    checked = sdks.run(sdk, "check", proxy.url, api)
    assert checked["authenticated"] is True
    if "url" in checked:
        assert checked["url"].endswith(f"/project/{server.project_id}/traces/{'0' * 32}")


@every_sdk
def test_a_wrong_secret_is_refused_and_nothing_arrives(sdk, proxy, api):
    told = sdks.run(sdk, "answer", proxy.url, api, check=False, LANGFUSE_SECRET_KEY="sk-lf-wrong", **SETTINGS)
    assert proxy.writes
    assert {request.status for request in proxy.writes} == {401}
    assert "trace" not in told or api.find_trace(told["trace"]) is None


def test_x06_all_generations_write_at_once(server, api):
    """Acceptance case X06 of contract/sdk5.md 9: one server, every generation, side by side."""
    with concurrent.futures.ThreadPoolExecutor(len(sdks.LANGFUSE_SDKS)) as pool:
        runs = [pool.submit(sdks.run, sdk, "answer", server.url, api, **SETTINGS) for sdk in sdks.LANGFUSE_SDKS]
        stories = [run.result() for run in runs]
    for sdk, told in zip(sdks.LANGFUSE_SDKS, stories, strict=True):
        expect_scenario(api.wait_for_trace(told["trace"], observations=5, scores=3), told, sdk)
