"""Acceptance cases S01 to S08 of contract/sdk5.md 9, as the SDK's score queue sees them (S07 needs experiments)."""

import datetime
import uuid

import pytest
from support.api import wait_for

DOOR = "/api/public/scores"
ACCEPTED = (202, {"message": "Accepted"})


def item(**more) -> dict:
    return {"id": uuid.uuid4().hex[:16], "traceId": f"t-{uuid.uuid4()}", "name": "quality", "value": 1} | more


def stored(api, score_id: str) -> dict | None:
    """One score, or None as long as it is not there."""
    found = api.get("/v2/scores", scoreIds=score_id)["data"]
    assert len(found) <= 1
    return found[0] if found else None


def wait_stored(api, score_id: str) -> dict:
    return wait_for(lambda: stored(api, score_id))


def test_s01_a_list_sent_twice_is_stored_once(api):
    scores = [item() for _ in range(3)]
    assert api.send("POST", DOOR, scores) == ACCEPTED
    first = [wait_stored(api, score["id"]) for score in scores]
    marker = item()
    assert api.send("POST", DOOR, scores) == ACCEPTED
    assert api.send("POST", DOOR, [marker]) == ACCEPTED
    wait_stored(api, marker["id"])  # what was sent before is stored, too
    again = [stored(api, score["id"]) for score in scores]
    assert [score["createdAt"] for score in again] == [score["createdAt"] for score in first]


def test_s02_bad_items_are_counted_and_the_rest_is_stored(api):
    good, bad = [item(), item()], item(value="text", dataType="NUMERIC")
    status, answer = api.send("POST", DOOR, [good[0], bad, good[1]])
    assert (status, answer["accepted"], answer["rejected"], len(answer["errors"])) == (207, 2, 1, 1)
    assert answer["errors"][0]["message"]
    for score in good:
        wait_stored(api, score["id"])
    assert stored(api, bad["id"]) is None
    status, answer = api.send("POST", DOOR, [bad])
    assert (status, answer["accepted"], answer["rejected"]) == (207, 0, 1)


@pytest.mark.parametrize(("body", "status"), [([], 202), ("x", 400), ({}, 400)])
def test_s03_what_is_no_list_of_scores(api, body, status):
    assert api.send("POST", DOOR, body)[0] == status


def test_s03_a_wrong_key_stores_nothing(api):
    score = item()
    assert api.send("POST", DOOR, [score], {"Authorization": "Basic cGstbGYteDpzay1sZi14"})[0] == 401
    marker = item()
    assert api.send("POST", DOOR, [marker]) == ACCEPTED
    wait_stored(api, marker["id"])
    assert stored(api, score["id"]) is None


def test_s04_a_single_object_answers_its_id(api):
    score = item()
    assert api.send("POST", DOOR, score) == (200, {"id": score["id"]})
    wait_stored(api, score["id"])


def test_s05_timestamps_are_kept_to_the_millisecond(api):
    timed, untimed = item(timestamp="2026-01-02T03:04:05.678901Z"), item()
    local = item(timestamp="2026-01-02T03:04:05")
    before = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    status, answer = api.send("POST", DOOR, [timed, untimed, local])
    assert (status, answer["accepted"], answer["rejected"]) == (207, 2, 1)
    assert wait_stored(api, timed["id"])["timestamp"] == "2026-01-02T03:04:05.678Z"
    receipt = datetime.datetime.fromisoformat(wait_stored(api, untimed["id"])["timestamp"])
    assert before <= receipt <= datetime.datetime.now(datetime.UTC)
    assert stored(api, local["id"]) is None


def test_s06_another_day_moves_the_score(api):
    score = item(timestamp="2026-01-02T03:04:05Z")
    assert api.send("POST", DOOR, [score]) == ACCEPTED
    wait_stored(api, score["id"])
    assert api.send("POST", DOOR, [score | {"timestamp": "2026-02-03T04:05:06Z", "value": 0.5}]) == ACCEPTED

    def moved() -> dict | None:
        found = stored(api, score["id"])
        return found if found and found["value"] == 0.5 else None

    assert wait_for(moved)["timestamp"] == "2026-02-03T04:05:06.000Z"


def test_s08_booleans_and_large_lists(api):
    boolean = item(value=1.0, dataType="BOOLEAN")
    many = [item(comment="x" * 250) for _ in range(19_999)]
    assert api.send("POST", DOOR, [*many, boolean]) == ACCEPTED
    wait_stored(api, boolean["id"])
    (found,) = api.get("/v3/scores", id=boolean["id"])["data"]
    assert found["value"] is True
