"""More than fits: how much is refused, what a refusal costs, what becomes of the others.

Seconds are reported and not asserted: they say as much about the machine. What is asserted holds on any.
"""

import http.client
import json
import os
import threading
import time
from pathlib import Path

from projects import ENVIRONMENT, add_projects
from runner import scenario
from stand import AUTHORIZATION, OTLP, Stand, hex_id, otlp, request, span, until

TICKS = os.sysconf("SC_CLK_TCK")
TRACE = "7" * 32  # stands for the trace id in a prepared body


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def body_of(spans, output_bytes):
    return otlp(*[span(TRACE, hex_id("span", number), langfuse__observation__output="word " * (output_bytes // 5))
                  for number in range(spans)])


class Sender(threading.Thread):
    """One client: requests one after the other, each a trace of its own, until `stopping`."""

    def __init__(self, stand, name, body, stopping, authorization=AUTHORIZATION, pause=0.0, patient=False):
        super().__init__(daemon=True)
        self._stand, self._name, self._body, self._stopping = stand, name, body, stopping
        self._headers = {"Content-Type": "application/json", "Authorization": authorization}
        self._pause, self._patient = pause, patient
        self.statuses, self.retry_after, self.seconds, self.accepted = {}, [], [], []

    def run(self):
        connection, number = None, 0
        while not self._stopping.is_set():
            number += 1
            trace = hex_id(self._stand.seed, self._name, number, length=32)
            began = time.monotonic()
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self._stand.port, timeout=60)
                connection.request("POST", OTLP, self._body.replace(TRACE.encode(), trace.encode()), self._headers)
                response = connection.getresponse()
                response.read()
                status = response.status
                if status == 503:
                    self.retry_after.append(int(response.headers.get("retry-after", 0)))
                if response.will_close:
                    connection.close()
                    connection = None
            except (OSError, http.client.HTTPException):
                status = 0  # refused while the body was being sent; the answer went down with the connection
                connection = None
            self.statuses[status] = self.statuses.get(status, 0) + 1
            if status == 200:
                self.seconds.append(time.monotonic() - began)
                self.accepted.append(trace)
            self._stopping.wait(max(self._pause, 0.2 if status != 200 and self._patient else 0.0))


def run_for(seconds, senders, stopping, each_moment=lambda: None):
    for sender in senders:
        sender.start()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        each_moment()
        time.sleep(0.05)
    stopping.set()
    for sender in senders:
        sender.join(90)


def total(senders, status):
    return sum(sender.statuses.get(status, 0) for sender in senders)


def retry_after_is_true(senders):
    return all(1 <= seconds <= 30 for sender in senders for seconds in sender.retry_after)


@scenario("REL-30 five times too much: what is stored per second of CPU does not collapse, memory stays")
def five_times(options, folder, seed, report):
    spans = 50
    stand = Stand(options, folder, seed, {"CLEW_INGEST_BACKLOG_BYTES_MAX": "6MiB", "CLEW_MAX_INFLIGHT_BYTES": "64MiB"})
    try:
        stand.start()
        body = body_of(spans, 3000)
        figures, pause = {}, 0.0
        for name, clients, patient in (("all that fits", 2, True), ("five times", 10, False)):
            stored, cpu = stand.counter("lf_writer_rows_visible_total"), cpu_seconds(stand.server.pid)
            stopping, memory = threading.Event(), [0]
            senders = [Sender(stand, (name, n), body, stopping, pause=pause, patient=patient) for n in range(clients)]

            def look():
                memory[0] = max(memory[0], stand.resident_mb())

            began = time.monotonic()
            run_for(6 * options.scale, senders, stopping, look)
            report.expect(f"{name}: everything accepted is stored", stand.settled(120))
            took = time.monotonic() - began
            rows = stand.counter("lf_writer_rows_visible_total") - stored
            cpu = cpu_seconds(stand.server.pid) - cpu
            figures[name] = rows / cpu
            accepted, refused = total(senders, 200), total(senders, 503)
            pause = 10 / (5 * accepted / took)  # of each of the ten clients
            report.note(f"{name}: {accepted} requests taken, {refused} answered 503, {total(senders, 0)} cut off; "
                        f"{rows:.0f} rows visible, {rows / took:.0f}/s, {rows / cpu:.0f} per CPU-second; {memory[0]} MiB resident")
            report.expect(f"{name}: nothing but 200 and 503",
                          accepted + refused + total(senders, 0) == sum(sum(s.statuses.values()) for s in senders))
            report.expect(f"{name}: each refusal says when to come again", retry_after_is_true(senders))
            report.expect(f"{name}: memory is bounded", memory[0] < 2000, memory[0])
            sample = [trace for sender in senders for trace in sender.accepted][::40]
            report.expect_none(f"{name}: what was accepted is there, whole", [trace for trace in sample if len(stand.call(
                "GET", f"/api/public/v2/observations?traceId={trace}&fields=core&limit=100").json()["data"]) != spans])
            if name == "five times":
                report.expect("some are refused", refused > 0)
        report.expect("goodput per CPU-second is at least half of what it was",
                      figures["five times"] >= figures["all that fits"] / 2, "")
    finally:
        stand.close()


@scenario("REL-31 a burst of fifty times: refused before the body is read, for next to nothing")
def burst(options, folder, seed, report):
    stand = Stand(options, folder, seed, disk_faults=True)
    try:
        stand.start()
        small, large = body_of(1, 100), body_of(1, 1_000_000)
        stand.call("POST", OTLP, small)
        stand.settled()
        stand.shim.set("free_bytes 1000")  # nothing is taken, so that all work there is is refusing
        report.need("it refuses", until(lambda: stand.call("POST", OTLP, small).status == 503))
        for name, body in (("of 500 bytes", small), ("of 1 MB", large)):
            stopping = threading.Event()
            cpu, memory = cpu_seconds(stand.server.pid), [0]
            senders = [Sender(stand, (name, n), body, stopping) for n in range(50)]

            def look():
                memory[0] = max(memory[0], stand.resident_mb())

            run_for(4 * options.scale, senders, stopping, look)
            cpu = cpu_seconds(stand.server.pid) - cpu
            refused = total(senders, 503) + total(senders, 0)
            report.note(f"{name}: {refused} refused, {total(senders, 0)} of them without hearing why; "
                        f"{cpu / refused * 1000:.3f} ms of CPU each; {memory[0]} MiB resident")
            report.expect(f"{name}: all are refused", total(senders, 200) == 0 and refused > 0)
            report.expect(f"{name}: each refusal says when to come again", retry_after_is_true(senders))
            report.expect(f"{name}: a refusal costs little", cpu / refused < 0.005, f"{cpu / refused * 1000:.3f} ms")
        stand.shim.set()
        report.expect("it returns by itself", until(lambda: stand.call("POST", OTLP, small).status == 200, 30))
    finally:
        stand.close()


def visible_lag(stand, authorization, name, number):
    """Seconds from the answer to the first list that shows the span; None when it was refused."""
    trace = hex_id(stand.seed, name, number, length=32)
    answer = request(stand.port, "POST", OTLP, otlp(span(trace, hex_id(trace))), authorization=authorization)
    if not answer or answer.status != 200:
        return None
    acknowledged = time.monotonic()
    path = f"/api/public/v2/observations?traceId={trace}&fields=core"
    seen = until(lambda: request(stand.port, "GET", path, authorization=authorization).json()["data"], 60, 0.02)
    return time.monotonic() - acknowledged if seen else 60.0


@scenario("REL-32 one project at twenty times its share: the nine others are neither refused nor starved")
def noisy_neighbour(options, folder, seed, report):
    stand = Stand(options, folder, seed, ENVIRONMENT | {"CLEW_INGEST_BACKLOG_BYTES_MAX": "64MiB"})
    try:
        stand.start()
        stand.server.stop()
        keys = add_projects(stand, 10)
        stand.start()
        lags = {}
        for name in ("alone", "beside the noisy one"):
            samples, refused, lock, stopping = [], [], threading.Lock(), threading.Event()

            def victim(number):
                count = 0
                while not stopping.is_set():
                    lag = visible_lag(stand, keys[number], (name, number), count)
                    count += 1
                    with lock:
                        (samples if lag is not None else refused).append(lag)
                    stopping.wait(0.5)

            victims = [threading.Thread(target=victim, args=(number,), daemon=True) for number in range(9)]
            noisy = [Sender(stand, ("noisy", n), body_of(50, 3000), stopping, keys[9]) for n in range(2)] if lags else []
            for thread in victims:
                thread.start()
            backlog = [0]

            def look():
                backlog[0] = max(backlog[0], stand.backlog())

            run_for(10 * options.scale, noisy, stopping, look)
            for thread in victims:
                thread.join(90)
            lags[name] = samples
            report.note(f"{name}: {len(samples)} spans of the nine, visible lag p50 {quantile(samples, .5):.3f} s, "
                        f"p99 {quantile(samples, .99):.3f} s; backlog up to {backlog[0]:.0f} requests; "
                        f"noisy: {total(noisy, 200)} taken, {total(noisy, 503)} refused")
            report.expect(f"{name}: none of the nine is refused", not refused, len(refused) or "")
            report.expect(f"{name}: all becomes visible", samples and max(samples) < 60)
        report.note("p99 beside / alone: " + f"{quantile(lags['beside the noisy one'], .99) / quantile(lags['alone'], .99):.1f}")
        report.expect("everything accepted is stored", stand.settled(120))
    finally:
        stand.close()


@scenario("REL-33 ten thousand projects with one event each")
def many_projects(options, folder, seed, report):
    count = 10_000
    stand = Stand(options, folder, seed, ENVIRONMENT)
    try:
        stand.start()
        stand.server.stop()
        keys = add_projects(stand, count)
        stand.start()
        body = body_of(1, 300)

        def send_all(name, authorizations):
            """Eight clients over all of them; the latencies, and what is not 200."""
            seconds, others, lock = [], [], threading.Lock()

            def client(first):
                connection = http.client.HTTPConnection("127.0.0.1", stand.port, timeout=60)
                for number in range(first, len(authorizations), 8):
                    trace = hex_id(seed, name, number, length=32)
                    began = time.monotonic()
                    connection.request("POST", OTLP, body.replace(TRACE.encode(), trace.encode()),
                                       {"Content-Type": "application/json", "Authorization": authorizations[number]})
                    response = connection.getresponse()
                    response.read()
                    with lock:
                        seconds.append(time.monotonic() - began)
                        if response.status != 200:
                            others.append(response.status)
                connection.close()

            clients = [threading.Thread(target=client, args=(first,), daemon=True) for first in range(8)]
            for each in clients:
                each.start()
            for each in clients:
                each.join(300)
            return seconds, others

        figures = {}
        for name, authorizations in (("one project", [AUTHORIZATION] * count), ("ten thousand", keys),
                                     ("ten thousand again", keys)):
            before, cpu = stand.resident_mb(), cpu_seconds(stand.server.pid)
            seconds, others = send_all(name, authorizations)
            report.expect_none(f"{name}: all are accepted", others)
            report.expect(f"{name}: all are stored", stand.settled(300))
            figures[name] = quantile(seconds, .99)
            report.note(f"{name}: ack p50 {quantile(seconds, .5) * 1000:.1f} ms, p99 {quantile(seconds, .99) * 1000:.1f} ms; "
                        f"{cpu_seconds(stand.server.pid) - cpu:.1f} s of CPU; {before} MiB before, {stand.resident_mb()} MiB after")
            if name != "one project":
                report.expect(f"{name}: no more than 200 MiB more", stand.resident_mb() - before < 200,
                              f"{stand.resident_mb() - before} MiB")
        strangers = []
        for number in range(0, count, 500):
            answer = request(stand.port, "GET", "/api/public/v2/observations?fields=core&limit=10", authorization=keys[number])
            rows = answer.json()["data"]
            if len(rows) != 2 or any(row["traceId"] not in (hex_id(seed, name, number, length=32) for name in figures)
                                     for row in rows):
                strangers.append((number, json.dumps(rows)[:200]))
        report.expect_none("each sees its own two spans and nothing else", strangers)
    finally:
        stand.close()
