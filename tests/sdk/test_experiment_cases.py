"""Acceptance cases E05, S07 and B01 of contract/sdk5.md 9: experiments and batch evaluation of an unchanged SDK 5.

E01 to E04 and E06 need datasets; what they ask of spans, scores and reads is asked here of local data.
"""

import datetime

from support.api import wait_for
from support.sdk import PYTHON_5, run

START = {"fromStartTime": (datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)).isoformat()}


def test_e05_s07_an_experiment_on_local_data_is_complete(proxy, api):
    told = run(PYTHON_5, "experiment", proxy.url, api)
    assert len(told["experiment"]) == 16

    def complete() -> dict | None:
        found = api.get("/experiments", id=told["experiment"], fields="core,metadata,scores", **START)["data"]
        return found[0] if found and found[0]["itemCount"] == 5 and found[0]["scores"] else None

    experiment = wait_for(complete)
    assert experiment["name"] == told["run"]
    assert experiment["datasetId"] is None
    assert experiment["metadata"] == {"purpose": "x" * 1000}
    (score,) = experiment["scores"]
    assert (score["name"], score["value"], score["subject"]["id"]) == ("average", 0.8, told["experiment"])

    parameters = {"experimentId": told["experiment"], "fields": "core,dataset,io,scores", **START}

    def scored() -> list | None:
        found = api.get("/experiment-items", **parameters)["data"]
        return found if len(found) == 5 and all(item["scores"] for item in found) else None

    items = wait_for(scored)
    assert {item["environment"] for item in items} == {"sdk-experiment"}
    assert {item["expectedOutput"] for item in items} == {"0", "1", "4", "9", "17"}
    for item in items:
        (score,) = item["scores"]
        assert (score["name"], score["subject"]) == (
            "exact",
            {"kind": "observation", "id": item["id"], "traceId": item["traceId"]},
        )
    by_score = api.get("/v3/scores", experimentId=told["experiment"])["data"]
    assert [score["name"] for score in by_score] == ["average"]
    assert not [request for request in proxy.requests if "dataset-run-items" in request.path]


def test_b01_batch_evaluation_reads_every_observation_once(proxy, api):
    told = run(PYTHON_5, "many", proxy.url, api)
    api.wait_for_trace(told["trace"], 121)
    result = run(PYTHON_5, "evaluate", proxy.url, api, TRACE_ID=told["trace"])
    assert result["fetched"] == 120 and result["scores"] == 120 and result["failed"] == 0

    def subjects() -> list[str]:
        ids, cursor = [], None
        while True:
            page = api.get("/v3/scores", traceId=told["trace"], limit=100, fields="subject", cursor=cursor)
            ids += [score["subject"]["id"] for score in page["data"]]
            cursor = page["meta"].get("cursor")
            if cursor is None:
                return ids

    wait_for(lambda: len(subjects()) == 120)
    assert len(set(subjects())) == 120
    reads = [request for request in proxy.requests if request.method == "GET" and "/v2/observations" in request.path]
    assert len(reads) == 3
