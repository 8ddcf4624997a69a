"""What a scenario stands on: a server with faults around it, writers, a ledger, an oracle, and the counters."""

import base64
import http.client
import json
import os
import re
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "crash"))

from ledger import Ledger  # noqa: E402
from oracle import Reader, check, wait_until_applied  # noqa: E402
from server import AUTHORIZATION, PUBLIC_KEY, SECRET_KEY, Server  # noqa: E402,F401
from workload import Workload  # noqa: E402
from writers import Writer  # noqa: E402

from shim import Shim  # noqa: E402

APPLIED_SECONDS_MAX = 60


def until(holds, seconds_max=30, pause=0.02):
    """Polls; what `holds` returned last."""
    deadline = time.monotonic() + seconds_max
    while True:
        try:
            value = holds()
        except (OSError, http.client.HTTPException):
            value = None  # the server is gone, or not there yet
        if value or time.monotonic() > deadline:
            return value
        time.sleep(pause)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


def basic(public_key, secret_key):
    return "Basic " + base64.b64encode(f"{public_key}:{secret_key}".encode()).decode()


def request(port, method, path, body=None, headers=None, timeout=30, authorization=AUTHORIZATION):
    """One request on a connection of its own; an Answer, or None when there was none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    given = {"Content-Type": "application/json"} | ({"Authorization": authorization} if authorization else {})
    given |= headers or {}
    try:
        connection.request(method, path, body, given)
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


class Stand:
    def __init__(self, options, folder, seed, environment=None, disk_faults=False, track_power=False,
                 track_everything=False):
        self.folder = Path(folder)
        self.seed = seed
        self.data_dir = self.folder / "data"
        self.server = Server(options.server, self.data_dir, self.folder / "server.log", environment)
        self.shim = None
        if disk_faults or track_power:
            scope = self.data_dir if track_everything else self.data_dir / "log"
            self.shim = Shim(options.shim, self.folder, scope, track_power)
            self.server.environment |= self.shim.environment
        self.ledger = Ledger(self.folder / "ledger.jsonl")
        self.up = threading.Event()
        self.stopping = threading.Event()
        self.writers = []

    @property
    def port(self):
        return self.server.port

    def start(self, seconds_max=60):
        took = self.server.start(seconds_max)
        self.up.set()
        return took

    def kill(self):
        self.up.clear()
        self.server.kill()

    def write(self, writers=2, port=None):
        """Starts writing; `port` when something stands between the writers and the server."""
        first = len(self.writers)
        for number in range(first, first + writers):
            writer = Writer(number, self.seed, port or self.port, self.ledger, self.up, self.stopping)
            self.writers.append(writer)
            writer.start()

    def written(self, requests, seconds_max=60):
        """Until as many more requests are acknowledged."""
        goal = self.ledger.requests_acknowledged + requests
        return until(lambda: self.ledger.requests_acknowledged >= goal, seconds_max, 0.01)

    def stop_writing(self):
        self.stopping.set()
        for writer in self.writers:
            writer.join(60)
        self.writers = []
        self.stopping = threading.Event()

    def close(self):
        self.stop_writing()
        self.server.stop()
        self.ledger.close()

    def call(self, method, path, body=None, headers=None, timeout=30, **options):
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        return request(self.port, method, path, body, headers, timeout, **options)

    def counter(self, name, **labels):
        """Sum of a metric over its label sets that have these labels; 0 when it is not there."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.metrics_port, timeout=10)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        total = 0.0
        for line in text.splitlines():
            match = re.match(r"([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)$", line)
            if not match or match[1] != name:
                continue
            found = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match[2] or ""))
            if all(found.get(key) == value for key, value in labels.items()):
                total += float(match[3])
        return total

    def backlog(self):
        """Accepted requests that are not stored yet."""
        return self.counter("lf_queue_depth", queue="ingestion", state="waiting")

    def settled(self, seconds_max=APPLIED_SECONDS_MAX):
        """Everything accepted is stored."""
        return until(lambda: self.backlog() == 0, seconds_max)

    def resident_mb(self):
        for line in Path(f"/proc/{self.server.pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) // 1024
        return 0

    def open_sockets(self):
        count = 0
        for link in Path(f"/proc/{self.server.pid}/fd").iterdir():
            try:
                count += os.readlink(link).startswith("socket:")
            except OSError:
                pass  # closed in the meantime
        return count

    def verify(self, report, lost_allowed=0):
        """The accounting equation, by what the public API shows."""
        reader = Reader(self.port)
        try:
            applied = wait_until_applied(reader, self.ledger, APPLIED_SECONDS_MAX)
            settled = self.settled()
            findings = check(reader, self.ledger)
        finally:
            reader.close()
        ledger = self.ledger
        report.note(f"{ledger.deliveries} deliveries: {ledger.stored} stored, {ledger.refused} refused, "
                    f"{ledger.unknown} unanswered; {findings.objects} objects read back")
        report.expect("every delivery is accounted for",
                      ledger.deliveries == ledger.stored + ledger.refused + ledger.unknown)
        report.expect("something was acknowledged", ledger.requests_acknowledged > 0)
        report.expect("everything accepted becomes visible", applied is not None and settled)
        if lost_allowed:
            report.expect("no more is missing than was put aside", len(findings.lost) <= lost_allowed,
                          f"{len(findings.lost)} of {lost_allowed}")
        else:
            report.expect_none("nothing acknowledged is lost", findings.lost)
        report.expect_none("nothing is there twice", findings.duplicates)
        report.expect_none("nothing is there that was never sent", findings.ghosts)
        report.expect_none("contents are what was sent", findings.altered)
        report.expect_none("a request is there whole or not at all", findings.halves)
        report.expect_none("only documented answers were given", ledger.unexpected)


# ---- requests that are not the workload's -------------------------------------------------------------------------

def span(trace_id, span_id, name="step", start_ns=None, end_ns=None, **attributes):
    now = time.time_ns()
    out = {"traceId": trace_id, "spanId": span_id, "name": name, "kind": 1,
           "startTimeUnixNano": str(now if start_ns is None else start_ns),
           "attributes": [{"key": key.replace("__", "."), "value": {"stringValue": value}}
                          for key, value in attributes.items()]}
    if end_ns != 0:
        out["endTimeUnixNano"] = str(end_ns if end_ns is not None else int(out["startTimeUnixNano"]) + 1_000_000)
    return out


def otlp(*spans):
    return json.dumps({"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [
        {"scope": {"name": "langfuse-sdk", "version": "4.5.0"}, "spans": list(spans)}]}]}).encode()


OTLP = "/api/public/otel/v1/traces"


def hex_id(*parts, length=16):
    import hashlib
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:length]
