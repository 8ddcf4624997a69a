"""The JSON batch API, rule by rule, as a client sees it (contract/ingestion.md 2 to 6)."""

import gzip
import http.client
import json
import urllib.parse
import uuid

import pytest
from support.api import wait_for

DOOR = "/api/public/ingestion"
NOW = "2026-11-23T12:00:00.000Z"


def event(kind: str, body: dict, **envelope) -> dict:
    return {"id": str(uuid.uuid4()), "type": kind, "timestamp": NOW, "body": body} | envelope


def send(api, *events: dict, headers: dict | None = None) -> dict:
    status, answer = api.send("POST", DOOR, {"batch": list(events)}, headers)
    assert status == 207
    return answer


def refusal(api, bad: dict) -> dict:
    """The one error of a batch in which the other event is accepted."""
    good = event("trace-create", {"id": f"good-{uuid.uuid4()}"})
    answer = send(api, bad, good)
    assert [item["id"] for item in answer["successes"]] == [good["id"]]
    (error,) = answer["errors"]
    return error


def test_other_methods_are_answered_405(api):
    assert api.send("GET", DOOR) == (405, {"error": "MethodNotAllowedError", "message": "Method not allowed"})


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        ("", "No authorization header"),
        ("Digest x", "Invalid authorization header"),
        ("Basic cGstbGYteDpzay1sZi14", "Invalid credentials. Confirm that you've configured the correct host."),
    ],
)
def test_who_is_not_known_is_told_why(api, authorization, message):
    target = urllib.parse.urlsplit(api.url)
    connection = http.client.HTTPConnection(target.hostname, target.port, timeout=30)
    headers = {"Content-Type": "application/json"} | ({"Authorization": authorization} if authorization else {})
    connection.request("POST", DOOR, b'{"batch":[]}', headers)
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())) == (401, {"error": "UnauthorizedError", "message": message})
    connection.close()


def test_an_empty_batch_is_207(api):
    assert send(api) == {"successes": [], "errors": []}


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b'{"batch":{}}', b"null"])
def test_a_body_without_a_batch_is_400(api, body):
    status, answer = api.send("POST", DOOR, body)
    assert status == 400
    assert answer["message"] == "Invalid request data"
    assert len(answer["errors"]) == 1


def test_gzip_is_understood(api):
    one = event("trace-create", {"id": f"zipped-{uuid.uuid4()}"})
    body = gzip.compress(json.dumps({"batch": [one]}).encode())
    status, answer = api.send("POST", DOOR, body, {"Content-Encoding": "gzip"})
    assert (status, answer) == (207, {"successes": [{"id": one["id"], "status": 201}], "errors": []})


def test_a_batch_of_five_megabytes_is_accepted(api):
    assert send(api, event("trace-create", {"id": f"large-{uuid.uuid4()}", "input": "x" * 5_000_000}))["errors"] == []


def test_successes_are_in_order_of_processing(api):
    trace = f"ordered-{uuid.uuid4()}"
    update = event("span-update", {"id": "s", "traceId": trace}, timestamp="2026-11-23T11:00:00Z")
    late = event("span-create", {"id": "s", "traceId": trace}, timestamp="2026-11-23T12:00:01Z")
    early = event("trace-create", {"id": trace}, timestamp="2026-11-23T12:00:00Z")
    answer = send(api, update, late, early)
    assert [item["id"] for item in answer["successes"]] == [early["id"], late["id"], update["id"]]


@pytest.mark.parametrize(
    ("change", "id_told", "fragment"),
    [
        ({"id": 7}, "unknown", "expected string, received number"),
        ({"id": ""}, "", "id"),
        ({"type": "nonsense"}, None, "invalid_union"),
        ({"type": "dataset-run-item-create"}, None, "Dataset run item creation is only allowed for internal usage"),
        ({"timestamp": "2026-11-23"}, None, "Invalid ISO datetime"),
        ({"timestamp": "2026-11-23T12:00:00"}, None, "Invalid ISO datetime"),
        ({"body": None}, None, "body"),
        ({"body": {"id": "a\rb"}}, None, "ID cannot contain carriage return characters"),
        ({"body": {"id": "x" * 801}}, None, "id"),
        ({"body": {"id": "x", "name": "n" * 1001}}, None, "name"),
        ({"body": {"id": "x", "public": "true"}}, None, "public"),
    ],
    ids=str,
)
def test_a_bad_event_is_refused_alone(api, change, id_told, fragment):
    bad = event("trace-create", {"id": "x"}) | change
    error = refusal(api, bad)
    assert error["status"] == 400
    assert error["message"] == "Invalid request data"
    assert error["id"] == (bad["id"] if id_told is None else id_told)
    issues = json.loads(error["error"])
    assert set(issues[0]) == {"code", "path", "message"}
    assert error["error"].startswith("[\n  {\n")
    assert fragment in error["error"]


def test_a_public_key_alone_may_only_score(api):
    score = event("score-create", {"id": str(uuid.uuid4()), "traceId": "t", "name": "n", "value": 1})
    log = event("sdk-log", {"log": "hello"})
    trace = event("trace-create", {"id": "t"})
    answer = send(api, trace, score, log, headers={"Authorization": f"Bearer {api.public_key}"})
    assert [item["id"] for item in answer["successes"]] == [score["id"]]
    assert answer["errors"] == [
        {"id": trace["id"], "status": 401, "message": "Authentication error", "error": "Access Scope Denied"}
    ]


def test_sdk_logs_are_in_neither_list(api):
    assert send(api, event("sdk-log", {"log": {"level": "warn"}})) == {"successes": [], "errors": []}


def test_ids_are_any_text(api):
    trace = f"a/b?c#d%e+f g ü {uuid.uuid4()}"
    span = f"s/{uuid.uuid4()}"
    send(api, event("trace-create", {"id": trace, "name": "odd"}), event("span-create", {"id": span, "traceId": trace}))
    found = api.wait_for_trace(urllib.parse.quote(trace, safe=""), observations=1)
    assert (found["id"], found["observations"][0]["id"]) == (trace, span)


def test_an_unknown_prompt_keeps_its_name_and_version(api):
    trace = f"prompt-{uuid.uuid4()}"
    body = {"id": f"{trace}-g", "traceId": trace, "promptName": "nobody knows", "promptVersion": 3}
    send(api, event("generation-create", body))
    step = api.wait_for_trace(trace, observations=1)["observations"][0]
    assert (step["promptName"], step["promptVersion"], step["promptId"]) == ("nobody knows", 3, None)


def test_created_at_is_the_first_receipt(api):
    trace = f"created-{uuid.uuid4()}"
    send(api, event("trace-create", {"id": trace, "name": "one"}))
    first = api.wait_for_trace(trace, observations=0)
    send(api, event("span-create", {"id": f"{trace}-s", "traceId": trace}))
    assert api.wait_for_trace(trace, observations=1)["createdAt"] == first["createdAt"]


def config(api, **fields) -> str:
    status, made = api.send("POST", "/api/public/score-configs", {"name": "verdict", "dataType": "NUMERIC"} | fields)
    assert status == 200, made
    return made["id"]


def three(items: list) -> list | None:
    return items if len(items) == 3 else None


def score(config_id: str, value: object, **more) -> dict:
    return {"id": str(uuid.uuid4()), "traceId": "scored", "name": "mine", "configId": config_id, "value": value} | more


def test_scores_are_checked_against_their_config_before_the_answer(api):
    labels = [{"label": "good", "value": 2}, {"label": "bad", "value": 1}]
    verdict = config(api, dataType="CATEGORICAL", categories=labels)
    good, ugly = score(verdict, "good"), score(verdict, "ugly")
    answer = send(api, event("score-create", good), event("score-create", ugly), event("score-create", score("no", 1)))
    assert len(answer["successes"]) == 1
    assert [(error["status"], error["message"]) for error in answer["errors"]] == [
        (400, "Invalid request data"),
        (404, "Resource not found"),
    ]
    assert api.send("POST", "/api/public/scores", score(verdict, "bad"))[0] == 200
    assert api.send("POST", "/api/public/scores", score(verdict, "ugly"))[0] == 400
    assert api.send("POST", "/api/public/scores", score("no", 1))[0] == 404
    assert api.send("POST", "/api/public/scores", [score(verdict, "bad"), score(verdict, 3)])[0] == 207
    stored_scores = wait_for(lambda: three(api.get("/v2/scores", configId=verdict)["data"]))
    (stored,) = [item for item in stored_scores if item["id"] == good["id"]]
    assert (stored["name"], stored["value"], stored["stringValue"]) == ("verdict", 2, "good")


def test_an_archived_config_takes_no_scores(api):
    archived = config(api, minValue=0, maxValue=1)
    assert api.send("POST", "/api/public/scores", score(archived, 1))[0] == 200
    assert api.send("POST", "/api/public/scores", score(archived, 1.5))[0] == 400
    assert api.send("PATCH", f"/api/public/score-configs/{archived}", {"isArchived": True})[0] == 200
    assert api.send("POST", "/api/public/scores", score(archived, 1))[0] == 400


@pytest.mark.parametrize(
    "body", [{}, {"dataType": "TEXT"}, {"minValue": 5}, {"categories": [{"label": "a", "value": 1}]}], ids=str
)
def test_a_config_cannot_be_made_invalid(api, body):
    made = config(api, minValue=0, maxValue=1)
    assert api.send("PATCH", f"/api/public/score-configs/{made}", body)[0] == 400
