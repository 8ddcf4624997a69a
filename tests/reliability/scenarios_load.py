"""Load and clients: more than fits, slow ones, broken connections, restarts, the end in order."""

import json
import signal
import socket
import threading
import time

from runner import scenario
from stand import AUTHORIZATION, OTLP, Stand, hex_id, otlp, request, span, until
from tcp_proxy import TcpProxy

HEAD = (f"POST {OTLP} HTTP/1.1\r\nHost: x\r\nAuthorization: {AUTHORIZATION}\r\n"
        "Content-Type: application/json\r\n").encode()


@scenario("REL-30 overload: 503 with Retry-After, memory bounded, the accepted is stored")
def overload(options, folder, seed, report):
    # A small server: what it may hold is used up at once, whatever the machine can do.
    stand = Stand(options, folder, seed, {"CLEW_INGEST_BACKLOG_BYTES_MAX": "4MiB",
                                          "CLEW_MAX_INFLIGHT_BYTES": str(16 << 20)})
    try:
        stand.start()
        before = stand.resident_mb()
        answers, lock, accepted = [], threading.Lock(), []

        def push(worker):
            for number in range(40 * options.scale):
                trace = hex_id(seed, worker, number, length=32)
                body = otlp(span(trace, hex_id(seed, worker, number), langfuse__observation__output="x" * 600_000))
                answer = stand.call("POST", OTLP, body, timeout=60)
                with lock:
                    answers.append(answer)
                    if answer and answer.status == 200:
                        accepted.append(trace)

        threads = [threading.Thread(target=push, args=(worker,)) for worker in range(12)]
        for thread in threads:
            thread.start()
        peak = 0
        while any(thread.is_alive() for thread in threads):
            peak = max(peak, stand.resident_mb())
            for thread in threads:
                thread.join(0.05)
        refused = [answer for answer in answers if answer and answer.status == 503]
        report.note(f"{len(answers)} requests: {len(accepted)} stored, {len(refused)} refused; "
                    f"{before} MiB resident before, {peak} at the peak")
        report.expect("some are refused", refused)
        report.expect("and some are stored", accepted)
        report.expect_none("nothing but 200 and 503", [answer and answer.status for answer in answers
                                                       if not answer or answer.status not in (200, 503)])
        report.expect("each refusal says when to come again",
                      all(1 <= int(answer.headers.get("retry-after", 0)) <= 30 for answer in refused))
        report.expect("memory is bounded", peak < 2000, peak)
        counted = sum(stand.counter("lf_ingest_log_refused_total", reason=reason)
                      for reason in ("backlog_full", "share_full", "writes_waiting"))
        report.note(f"{counted:.0f} refusals counted by the log")
        report.expect("everything accepted is stored", stand.settled())
        missing = [trace for trace in accepted if not stand.call(
            "GET", f"/api/public/v2/observations?traceId={trace}&fields=core").json()["data"]]
        report.expect_none("and visible", missing)
    finally:
        stand.close()


@scenario("REL-49 slow clients: heads and bodies byte by byte, answers nobody reads; others do not notice")
def slow_clients(options, folder, seed, report):
    stand = Stand(options, folder, seed)
    slow = []
    try:
        stand.start()
        for number in range(150 * options.scale):
            sock = socket.create_connection(("127.0.0.1", stand.port), timeout=5)
            slow.append(sock)
            kind = number % 3
            if kind == 0:
                sock.sendall(HEAD[:10])
            elif kind == 1:
                sock.sendall(HEAD + b"Content-Length: 1000\r\n\r\n{")
            else:
                sock.sendall(b"GET /api/public/health HTTP/1.1\r\nHost: x\r\n\r\n" * 50)
        stand.write(2)
        report.expect("others write on", stand.written(50))
        report.expect("alive", stand.call("GET", "/api/public/health", timeout=5).status == 200)
        stand.stop_writing()
        stand.verify(report)

        def closed():
            return sum(is_closed(sock) for sock in slow[0::3]) == len(slow[0::3])

        report.expect("a head that does not come ends the connection", until(closed, 40))
    finally:
        for sock in slow:
            sock.close()
        stand.close()


def is_closed(sock):
    sock.setblocking(False)
    try:
        while True:
            if not sock.recv(65536):
                return True
    except BlockingIOError:
        return False
    except OSError:
        return True


@scenario("REL-51 connections reset in the middle of requests and answers", chaos=True)
def resets(options, folder, seed, report):
    stand = Stand(options, folder, seed)
    stand.start()
    proxy = TcpProxy(stand.port, seed)
    try:
        before = stand.open_sockets()
        proxy.reset_share = 0.15
        stand.write(4, proxy.port)
        report.need("it goes on being written", stand.written(80 * options.scale))
        proxy.reset_share = 0.0
        stand.stop_writing()
        report.expect("connections were reset", stand.ledger.unknown > 0, stand.ledger.unknown)
        stand.verify(report)
        proxy.reset_all()
        report.expect("no connection is left behind", until(lambda: stand.open_sockets() <= before + 3),
                      f"{before} before, {stand.open_sockets()} after")
    finally:
        proxy.close()
        stand.close()


@scenario("REL-52 many clients at once after a restart: all are served")
def reconnect(options, folder, seed, report):
    stand = Stand(options, folder, seed)
    try:
        stand.start()
        stand.kill()
        stand.start()
        clients = 300 * options.scale
        done, lock = [], threading.Lock()

        def deliver(numbers):
            for number in numbers:
                body = otlp(span(hex_id(seed, number, length=32), hex_id(seed, number)))
                while True:
                    answer = request(stand.port, "POST", OTLP, body, timeout=30)
                    if answer and answer.status == 200:
                        break
                    if answer and answer.status != 503:
                        with lock:
                            done.append(answer.status)
                        break
                    time.sleep(0.05)
                with lock:
                    done.append(200)

        threads = [threading.Thread(target=deliver, args=(range(first, clients, 50),)) for first in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(90)
        report.expect("all are delivered", done.count(200) == clients, f"{done.count(200)} of {clients}")
        report.expect("and stored", stand.settled())
    finally:
        stand.close()


@scenario("SIGTERM under load: what is under way is answered, the backlog is stored, status 0", chaos=True)
def drain(options, folder, seed, report):
    stand = Stand(options, folder, seed)
    try:
        for _ in range(2 * options.scale):
            stand.start()
            if not stand.writers:
                stand.write(3)
            report.need("it goes on being written", stand.written(20))
            stand.server.process.send_signal(signal.SIGTERM)
            report.need("it ends", until(lambda: stand.server.process.poll() is not None, 60))
            stand.up.clear()
            report.expect("with status 0", stand.server.process.returncode == 0, stand.server.process.returncode)
        stand.start()
        stand.stop_writing()
        report.expect("nothing was left to replay", '"replayed_at_next_start":0' in
                      stand.server.log_path.read_text(encoding="utf-8"))
        stand.verify(report)
    finally:
        stand.close()


@scenario("REL-P16 each refusal is counted: the counters explain the ledger's difference")
def counters(options, folder, seed, report):
    stand = Stand(options, folder, seed, disk_faults=True)
    try:
        stand.start()
        stand.write(3)
        for fault in ("sync_fail 2 5", "write_fail 1 28", "free_bytes 1000"):
            report.need("it goes on being written", stand.written(10))
            stand.shim.set(fault)
            refused = stand.ledger.refused
            report.need("requests are refused", until(lambda before=refused: stand.ledger.refused > before))
            stand.shim.set()
            report.need("it recovers", stand.written(10))
        stand.stop_writing()
        by_reason = {reason: stand.counter("lf_ingest_log_refused_total", reason=reason)
                     for reason in ("disk_failed", "disk_low", "backlog_full", "share_full", "writes_waiting", "stopping")}
        report.expect("their sum is what the clients saw refused", sum(by_reason.values()) == stand.ledger.refused,
                      json.dumps(by_reason) + f", clients: {stand.ledger.refused}")
        report.expect("each under its reason", by_reason["disk_failed"] > 0 and by_reason["disk_low"] > 0)
        stand.verify(report)
    finally:
        stand.close()
