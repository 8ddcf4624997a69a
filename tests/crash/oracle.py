"""Reads everything back through the public API and compares it with the ledger."""

import http.client
import json
import random
import time
import urllib.parse
from collections import Counter
from dataclasses import dataclass, field

from server import AUTHORIZATION
from workload import content, name_of, score_value

PAGE = 500
SHOWN = 5  # examples per kind of damage
TRACES_LOOKED_AT = 50  # one request each


class ReadError(Exception):
    """The API did not answer as its contract says."""


class Reader:
    def __init__(self, port):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path, **parameters):
        given = {key: value for key, value in parameters.items() if value is not None}
        self._connection.request("GET", f"{path}?{urllib.parse.urlencode(given)}", headers={"Authorization": AUTHORIZATION})
        response = self._connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise ReadError(f"GET {path}: status {response.status}: {body[:300]!r}")
        return json.loads(body)

    def pages(self, path, **parameters):
        cursor = None
        while True:
            page = self.get(path, cursor=cursor, **parameters)
            yield from page["data"]
            cursor = page["meta"].get("cursor")
            if not cursor:
                return

    def close(self):
        self._connection.close()


@dataclass
class Findings:
    lost: list = field(default_factory=list)        # acknowledged and not there (whole or a field)
    duplicates: list = field(default_factory=list)  # more than once in a list
    ghosts: list = field(default_factory=list)      # there and never sent
    altered: list = field(default_factory=list)     # there with other content
    halves: list = field(default_factory=list)      # requests of which only a part is there
    objects: int = 0


def wait_until_applied(reader, ledger, seconds_max):
    """Every writer's last acknowledged observation is readable, hence (the log keeps order) all before it."""
    started = time.monotonic()
    for trace_id in ledger.last_traces.values():
        while not reader.get("/api/public/v2/observations", traceId=trace_id, fields="core", limit=1)["data"]:
            if time.monotonic() - started > seconds_max:
                return None
            time.sleep(0.02)  # between polls
    return time.monotonic() - started


def _check_fields(key, found, expected, ledger, findings):
    """`found`: field → what the API shows; `expected`: field → what must be in it."""
    for name, value in found.items():
        if value is None:
            if name in ledger.acknowledged.get(key, ()):
                findings.lost.append((*key, name))
        elif name not in ledger.attempted[key]:
            findings.ghosts.append((*key, name))
        elif value != expected[name]:
            findings.altered.append((*key, name))


def _check_traces(reader, ledger, findings):
    """Trace records are what `trace-create` events set; traces of spans have none, so each is asked for by its id."""
    acknowledged = [key for key in ledger.acknowledged if key[0] == "trace"]
    for key in random.Random(0).sample(acknowledged, min(TRACES_LOOKED_AT, len(acknowledged))):
        try:
            trace = reader.get(f"/api/public/traces/{key[1]}", fields="core")
        except ReadError as error:
            findings.lost.append((*key, str(error)))
            continue
        if trace.get("name") is None:
            findings.lost.append((*key, "name"))
        elif trace["name"] != name_of(key[1]):
            findings.altered.append((*key, "name"))


def check(reader, ledger):
    findings = Findings()
    _check_traces(reader, ledger, findings)
    seen = Counter()
    for row in reader.pages("/api/public/v2/observations", fields="core,basic,io", limit=PAGE):
        key = ("observation", row["id"])
        seen[key] += 1
        if key not in ledger.attempted:
            findings.ghosts.append(key)
            continue
        found = {"input": row.get("input"), "output": row.get("output")}
        _check_fields(key, found, {name: content(row["id"], name) for name in found}, ledger, findings)
        # An update alone, whose create was given up, has no name.
        if row.get("name") not in (name_of(row["id"]), None, "") or ("input" in ledger.acknowledged.get(key, ()) and
                                                                      row.get("name") != name_of(row["id"])):
            findings.altered.append((*key, "name"))
    for row in reader.pages("/api/public/v3/scores", limit=100):
        key = ("score", row["id"])
        seen[key] += 1
        if key not in ledger.attempted:
            findings.ghosts.append(key)
            continue
        _check_fields(key, {"value": row.get("value")}, {"value": score_value(row["id"])}, ledger, findings)
    findings.objects = len(seen)
    findings.duplicates = [key for key, count in seen.items() if count > 1]
    findings.lost += [key for key in ledger.acknowledged if key[0] != "trace" and key not in seen]
    for batch in ledger.batches:
        there = sum(("observation", span_id) in seen for span_id in batch)
        if 0 < there < len(batch):
            findings.halves.append((f"{there} of {len(batch)}", batch[0]))
    return findings
