"""Deliveries: repeated, late, unanswered, poisonous, from clocks that are wrong, too large."""

import gzip
import json
import socket
import threading
import time
import zlib
from datetime import datetime, timezone
from urllib.parse import quote

from runner import scenario
from stand import AUTHORIZATION, OTLP, Stand, hex_id, otlp, span, until
from tcp_proxy import TcpProxy


def observations(stand, trace_id, fields="core,basic,io"):
    answer = stand.call("GET", f"/api/public/v2/observations?traceId={trace_id}&fields={fields}&limit=500")
    return answer.json()["data"]


def visible(stand, trace_id, count, seconds_max=30):
    return until(lambda: (lambda rows: rows if len(rows) >= count else None)(observations(stand, trace_id)), seconds_max)


def iso(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


@scenario("REL-06 the answer is lost and the client sends again", chaos=True)
def answer_lost(options, folder, seed, report):
    stand = Stand(options, folder, seed)
    stand.start()
    proxy = TcpProxy(stand.port, seed)
    try:
        stand.write(2, proxy.port)
        for _ in range(6):
            report.need("it goes on being written", stand.written(10))
            proxy.mode = "drop_answer"
            dropped = proxy.answers_dropped
            report.need("answers are lost", until(lambda: proxy.answers_dropped >= dropped + 5))
            proxy.mode = "pass"
        stand.stop_writing()
        report.note(f"{proxy.answers_dropped} answers lost after they were given")
        report.expect("there were requests without an answer", stand.ledger.unknown > 0)
        stand.verify(report)
    finally:
        proxy.close()
        stand.close()


@scenario("REL-07 the same batch again, at once and after a restart: no row, score or cost more")
def same_again(options, folder, seed, report):
    stand = Stand(options, folder, seed)
    try:
        stand.start()
        trace, sid, gid = hex_id(seed, "t", length=32), hex_id(seed, "s"), hex_id(seed, "g")
        now = time.time()
        bodies = [(OTLP, otlp(span(trace, sid, langfuse__observation__input="in"))),
                  ("/api/public/ingestion", json.dumps({"batch": [
                      {"id": hex_id(seed, "e1"), "type": "generation-create", "timestamp": iso(now),
                       "body": {"id": gid, "traceId": trace, "name": "call", "startTime": iso(now), "model": "gpt-4o",
                                "usage": {"input": 1000, "output": 500}}},
                      {"id": hex_id(seed, "e2"), "type": "score-create", "timestamp": iso(now),
                       "body": {"id": hex_id(seed, "sc"), "traceId": trace, "name": "quality", "value": 0.5}}]}).encode())]

        def send_all():
            for path, body in bodies:
                report.need("accepted", stand.call("POST", path, body).status in (200, 207))

        def picture():
            report.need("stored", stand.settled())
            rows = observations(stand, trace, "core,basic,usage")
            scores = stand.call("GET", f"/api/public/v3/scores?traceId={trace}").json()["data"]
            detail = stand.call("GET", f"/api/public/traces/{trace}").json()
            return (sorted(row["id"] for row in rows), sorted(score["id"] for score in scores),
                    detail.get("totalCost"), len(detail.get("observations") or []))

        send_all()
        report.need("visible", visible(stand, trace, 2))
        first = picture()
        report.expect("the cost is there", first[2] and first[2] > 0, first[2])
        for _ in range(3):
            send_all()
        report.expect("again at once changes nothing", picture() == first, picture() if picture() != first else "")
        stand.kill()
        stand.start()
        send_all()
        report.expect("again after a restart changes nothing", picture() == first, picture() if picture() != first else "")
    finally:
        stand.close()


@scenario("REL-08 a span again with another start, with its end, with older content: one row, the complete one")
def span_again(options, folder, seed, report):
    stand = Stand(options, folder, seed)
    try:
        stand.start()
        trace, sid = hex_id(seed, "t", length=32), hex_id(seed, "s")
        start = time.time_ns() - 5_000_000_000
        stand.call("POST", OTLP, otlp(span(trace, sid, "running", start, 0)))
        report.need("the running span is visible", visible(stand, trace, 1))
        complete = otlp(span(trace, sid, "done", start + 1_000, start + 2_000_000_000, langfuse__observation__output="out"))
        stand.call("POST", OTLP, complete)

        def shown():
            rows = observations(stand, trace)
            return rows if rows and rows[0].get("endTime") and rows[0].get("output") == "out" else None

        report.need("the end arrives", until(shown) and stand.settled())
        rows = observations(stand, trace)
        report.expect("one row with another start time", len(rows) == 1, len(rows))
        report.expect("the later version wins", rows[0].get("name") == "done", rows[0].get("name"))
    finally:
        stand.close()


@scenario("REL-10 scores without an id, retried: one each")
def scores_retried(options, folder, seed, report):
    stand = Stand(options, folder, seed)
    try:
        stand.start()
        trace, now = hex_id(seed, "t", length=32), time.time()
        batch = json.dumps({"batch": [
            {"id": hex_id(seed, "e"), "type": "score-create", "timestamp": iso(now),
             "body": {"traceId": trace, "name": "by-batch", "value": 1}},
            {"id": hex_id(seed, "bad"), "type": "score-create", "timestamp": iso(now), "body": {"traceId": trace}}]}).encode()
        for _ in range(3):
            answer = stand.call("POST", "/api/public/ingestion", batch)
            report.expect("207 with one error", answer.status == 207 and len(answer.json()["errors"]) == 1)
        report.need("stored", stand.settled())

        def names():
            return [score["name"] for score in
                    stand.call("GET", f"/api/public/v3/scores?traceId={trace}").json()["data"]]

        report.need("visible", until(lambda: "by-batch" in names()))
        report.expect("one score per event id", names().count("by-batch") == 1, names())
        for _ in range(3):
            stand.call("POST", "/api/public/scores", {"traceId": trace, "name": "by-key", "value": 1},
                       {"Idempotency-Key": hex_id(seed, "k")})
        report.need("visible", until(lambda: "by-key" in names()))
        report.need("stored", stand.settled())
        report.expect("one score per Idempotency-Key", names().count("by-key") == 1, names())
    finally:
        stand.close()


@scenario("REL-39 a poisonous span does no harm to its batch")
def poison(options, folder, seed, report):
    stand = Stand(options, folder, seed)
    try:
        stand.start()
        poisons = {
            "nul": {"langfuse__observation__input": "a\0b"},
            "many attributes": {f"key{n}": "v" for n in range(20_000)},
            "key of 1 MiB": {"k" * (1 << 20): "v"},
            "cost not a number": {"langfuse__observation__cost_details": '{"input": NaN, "total": "Infinity"}'},
            "cost beyond decimals": {"langfuse__observation__cost_details": '{"input": 1e300, "total": 1e300}'},
            "usage beyond integers": {"langfuse__observation__usage_details": '{"input": 99999999999999999999999}'},
        }
        for name, attributes in poisons.items():
            trace = hex_id(seed, name, length=32)
            mates = [span(trace, hex_id(seed, name, n), langfuse__observation__type="generation") for n in range(49)]
            bad = span(trace, hex_id(seed, name, "bad"), langfuse__observation__type="generation")
            bad["attributes"] += [{"key": key.replace("__", "."), "value": {"stringValue": value}}
                                  for key, value in attributes.items()]
            answer = stand.call("POST", OTLP, otlp(*mates[:25], bad, *mates[25:]))
            if not report.expect(f"{name}: accepted", answer and answer.status == 200, answer and answer.body[:200]):
                continue
            rows = visible(stand, trace, 49) or []
            report.expect(f"{name}: its 49 mates are visible",
                          len([row for row in rows if row["id"] != bad["spanId"]]) == 49, len(rows))
        # Invalid UTF-8 cannot be written as JSON text by a correct client; a broken one sends the bytes.
        trace = hex_id(seed, "utf8", length=32)
        raw = otlp(span(trace, hex_id(seed, "u1"), langfuse__observation__input="PLACE"),
                   span(trace, hex_id(seed, "u2"))).replace(b"PLACE", b"\xff\xfe")
        answer = stand.call("POST", OTLP, raw)
        report.expect("invalid UTF-8 is answered 200 or 400", answer and answer.status in (200, 400), answer and answer.status)
        if answer and answer.status == 200:
            report.expect("and then the mate is visible", visible(stand, trace, 1))
        report.expect("the queue goes on", stand.settled())
    finally:
        stand.close()


@scenario("REL-43 clocks of clients: years off, zero, milliseconds as nanoseconds, 300 months in one batch")
def client_clocks(options, folder, seed, report):
    stand = Stand(options, folder, seed)
    try:
        stand.start()
        now = time.time_ns()
        year = 365 * 86_400 * 1_000_000_000
        odd = {"ten years ago": (now - 10 * year, now - 10 * year + 5), "in ten years": (now + 10 * year, now + 10 * year + 5),
               "zero": (0, 0), "milliseconds": (now // 1_000_000, now // 1_000_000 + 5),
               "end before start": (now, now - 1_000_000_000)}
        for name, (start, end) in odd.items():
            trace = hex_id(seed, name, length=32)
            one = span(trace, hex_id(seed, name), name, start, end or 1)
            report.expect(f"{name}: accepted", stand.call("POST", OTLP, otlp(one)).status == 200)
            rows = visible(stand, trace, 1)
            report.expect(f"{name}: visible", rows)
            shown = (rows or [{}])[0].get("startTime", "")
            expected = iso(start / 1e9)[:19] if name not in ("zero", "milliseconds") else None
            if expected:
                report.expect(f"{name}: stored as given", shown.startswith(expected), shown)
            else:
                report.expect(f"{name}: replaced by the time of receipt", shown[:4] == iso(now / 1e9)[:4], shown)
        for flag, names in {"behind": ["ten years ago"], "ahead": ["in ten years"], "replaced": ["zero", "milliseconds"]}.items():
            asked = json.dumps([{"type": "stringOptions", "column": "clock", "operator": "any of", "value": [flag]}])
            found = stand.call("GET", f"/api/public/v2/observations?fields=core&limit=50&filter={quote(asked)}").json()["data"]
            report.expect(f"found by the flag '{flag}'", {row["id"] for row in found} == {hex_id(seed, name) for name in names},
                          len(found))
        trace = hex_id(seed, "months", length=32)
        month = 2_629_800_000_000_000
        spans = [span(trace, hex_id(seed, "month", n), start_ns=946_684_800_000_000_000 + n * month) for n in range(300)]
        report.expect("300 months: accepted", stand.call("POST", OTLP, otlp(*spans)).status == 200)
        report.expect("300 months: all visible", visible(stand, trace, 300, 180))
        report.expect("no insert was tried twice", stand.counter("lf_writer_retries_total") == 0)
        report.expect("nothing was put aside", stand.counter("lf_dead_letters_total") == 0)
    finally:
        stand.close()


@scenario("REL-45 outputs of 60 MiB: bounded memory, whole afterwards")
def huge_outputs(options, folder, seed, report):
    stand = Stand(options, folder, seed)
    try:
        stand.start()
        count = 4 * options.scale
        trace = hex_id(seed, "t", length=32)
        sizes = {}
        peak = 0
        for number in range(count):
            sid = hex_id(seed, "huge", number)
            text = (f"{number}:" + "0123456789abcdef" * 4) * ((60 << 20) // 66)
            sizes[sid] = len(text)
            body = otlp(span(trace, sid, langfuse__observation__output=text))
            while True:
                answer = stand.call("POST", OTLP, body, timeout=60)
                if answer and answer.status == 200:
                    break
                report.need("a refusal is 503", answer and answer.status == 503, answer and answer.status)
            peak = max(peak, stand.resident_mb())
        report.need("all are stored", stand.settled(120))
        report.note(f"{count} outputs of 60 MiB one after the other, peak {peak} MiB resident")
        report.expect("memory is bounded", peak < 3000, peak)
        report.expect("all are visible", until(lambda: len(observations(stand, trace, "core,basic")) == count))
        one = stand.call("GET", f"/api/public/observations/{hex_id(seed, 'huge', 0)}", timeout=60)
        report.expect("whole", one and one.status == 200 and len(one.json()["output"]) == sizes[hex_id(seed, "huge", 0)],
                      one and one.status)
    finally:
        stand.close()


@scenario("REL-45 outputs of 20 MiB at the same time: bounded memory, each answered, whole afterwards")
def huge_at_once(options, folder, seed, report):
    stand = Stand(options, folder, seed, {"CLEW_MAX_INFLIGHT_BYTES": str(100 << 20)})
    try:
        stand.start()
        count, trace = 12 * options.scale, hex_id(seed, "t", length=32)
        text = "0123456789abcdef" * ((20 << 20) // 16)
        refusals, slowest, lock = [], [0.0], threading.Lock()

        def send(number):
            body = otlp(span(trace, hex_id(seed, "huge", number), langfuse__observation__output=f"{number}:{text}"))
            while True:
                began = time.monotonic()
                answer = stand.call("POST", OTLP, body, timeout=120)
                with lock:
                    slowest[0] = max(slowest[0], time.monotonic() - began)
                    if not answer or answer.status != 200:
                        refusals.append(answer and answer.status)
                if answer and answer.status == 200:
                    return
                time.sleep(0.2)

        threads = [threading.Thread(target=send, args=(number,), daemon=True) for number in range(count)]
        for thread in threads:
            thread.start()
        peak = 0
        while any(thread.is_alive() for thread in threads):
            peak = max(peak, stand.resident_mb())
            time.sleep(0.05)
        report.need("all are stored", stand.settled(300))
        peak = max(peak, stand.resident_mb())
        report.note(f"{count} outputs of 20 MiB at once: {len(refusals)} refused meanwhile, slowest answer {slowest[0]:.1f} s, "
                    f"peak {peak} MiB resident")
        report.expect_none("refusals are 503, or the connection was closed during the body",
                           [status for status in refusals if status not in (503, None)])
        report.expect("memory is bounded", peak < 2500, peak)
        report.expect("all are visible", until(lambda: len(observations(stand, trace, "core,basic")) == count, 60))
        for number in (0, count - 1):
            one = stand.call("GET", f"/api/public/observations/{hex_id(seed, 'huge', number)}", timeout=60)
            report.expect("whole", one and one.status == 200 and one.json()["output"] == f"{number}:{text}", one and one.status)
    finally:
        stand.close()


@scenario("REL-46 too large, bombs, chunks without end: refused early")
def too_large(options, folder, seed, report):
    stand = Stand(options, folder, seed)
    try:
        stand.start()
        head = (f"POST {OTLP} HTTP/1.1\r\nHost: x\r\nAuthorization: {AUTHORIZATION}\r\n"
                "Content-Type: application/json\r\n").encode()

        def raw(extra, pieces):
            """Bytes sent until the server had enough, and its status."""
            sent, status = 0, 0
            with socket.create_connection(("127.0.0.1", stand.port), timeout=10) as sock:
                sock.sendall(head + extra)
                sock.settimeout(10)
                try:
                    for piece in pieces:
                        sock.sendall(piece)
                        sent += len(piece)
                        sock.setblocking(False)
                        try:
                            got = sock.recv(65536)
                            if got:
                                return sent, int(got.split()[1])
                        except BlockingIOError:
                            pass
                        sock.settimeout(10)
                except OSError:
                    pass
                try:
                    sock.settimeout(10)
                    status = int(sock.recv(65536).split()[1])
                except (OSError, IndexError):
                    pass
            return sent, status

        limit = 64 << 20
        _, status = raw(f"Content-Length: {limit + 1}\r\n\r\n".encode(), [])
        report.expect("64 MiB + 1 is 413 before any of it is sent", status == 413, status)
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        sent, status = raw(b"Transfer-Encoding: chunked\r\n\r\n", (chunk for _ in range(4000)))
        report.expect("chunks without end are 413 at the limit", status in (400, 413) and sent <= limit + (16 << 20), (sent, status))
        bomb = gzip.compress(b" " * (300 << 20), 9)
        answer = stand.call("POST", OTLP, bomb, {"Content-Encoding": "gzip"})
        report.expect("a bomb of 1000:1 is refused", answer and answer.status in (400, 413), answer and answer.status)
        answer = stand.call("POST", OTLP, zlib.compress(b"{")[:-3], {"Content-Encoding": "deflate"})
        report.expect("a cut stream is 400", answer and answer.status == 400, answer and answer.status)
        report.expect("memory is bounded", stand.resident_mb() < 1500, stand.resident_mb())
        report.expect("it goes on", stand.call("POST", OTLP, otlp(span(hex_id(seed, 1, length=32), hex_id(seed, 2)))).status == 200)
    finally:
        stand.close()


@scenario("REL-65 legacy batch of 1000 events with 10 invalid and 10 repeated")
def legacy_batch(options, folder, seed, report):
    stand = Stand(options, folder, seed)
    try:
        stand.start()
        now, trace = time.time(), hex_id(seed, "t", length=32)

        def event(number, **change):
            return {"id": hex_id(seed, "e", number), "type": "span-create", "timestamp": iso(now),
                    "body": {"id": hex_id(seed, "s", number), "traceId": trace, "startTime": iso(now), "name": "n"} | change}

        events = [event(number) for number in range(980)]
        invalid = [event(f"bad{number}", startTime="never") for number in range(10)]
        repeated = events[:10]
        answer = stand.call("POST", "/api/public/ingestion", {"batch": events[:500] + invalid + events[500:] + repeated})
        report.need("207", answer.status == 207, answer.status)
        body = answer.json()
        report.expect("990 successes", len(body["successes"]) == 990, len(body["successes"]))
        report.expect("exactly the 10 invalid ones are errors",
                      sorted(e["id"] for e in body["errors"]) == sorted(e["id"] for e in invalid))
        report.need("stored", stand.settled())

        def count():
            cursor, ids = None, []
            while True:
                page = stand.call("GET", f"/api/public/v2/observations?traceId={trace}&fields=core&limit=500" +
                                  (f"&cursor={cursor}" if cursor else "")).json()
                ids += [row["id"] for row in page["data"]]
                cursor = page["meta"].get("cursor")
                if not cursor:
                    return ids

        ids = until(lambda: (lambda found: found if len(found) >= 980 else None)(count())) or count()
        report.expect("980 items, each once", len(ids) == 980 and len(set(ids)) == 980, len(ids))
    finally:
        stand.close()


