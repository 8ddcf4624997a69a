"""Threads that send the workload, whatever happens to the server."""

import http.client
import random
import threading
import time

from server import AUTHORIZATION
from workload import Workload

REPEATED_SHARE = 0.03  # acknowledged requests that are delivered once more, as a confused exporter does


class Writer(threading.Thread):
    def __init__(self, number, seed, port, ledger, up, stopping):
        super().__init__(name=f"writer-{number}", daemon=True)
        self._number = number
        self._port = port
        self._ledger = ledger
        self._up = up              # set while the server is ready
        self._stopping = stopping
        self._workload = Workload(seed, number, time.time_ns)
        self._random = random.Random(f"{seed}/{number}")
        self._connection = None

    def run(self):
        while not self._stopping.is_set():
            request = self._workload.next()
            self._ledger.attempt(request)
            self._deliver(request)

    def _deliver(self, request):
        while True:
            if not self._up.wait(0.1):
                if self._stopping.is_set():
                    return self._ledger.give_up()
                continue
            outcome = self._send(request)
            if outcome == "stored":
                self._ledger.acknowledge(self._number, request)
                if self._random.random() < REPEATED_SHARE:
                    self._ledger.repeat()
                    self._send(request)
                return None
            # Not accepted for certain (503, no connection) is always sent again; unknown only by some exporters.
            if self._stopping.is_set() or (outcome == "unknown" and not request.retried):
                return self._ledger.give_up()
            self._ledger.repeat()

    def _send(self, request):
        outcome = self._attempt(request)
        if outcome == "no connection":
            return "refused"
        self._ledger.delivered(outcome)
        return outcome

    def _attempt(self, request):
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
                self._connection.connect()
        except OSError:
            self._drop()
            self._stopping.wait(0.01)
            return "no connection"
        try:
            self._connection.request("POST", request.path, request.body,
                                     {"Authorization": AUTHORIZATION, "Content-Type": "application/json"})
            response = self._connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            self._drop()
            return "unknown"
        if response.status in (200, 207):
            if b'"errors":[{' in body or b"rejectedSpans" in body:
                self._ledger.report_unexpected(f"{request.path}: items refused: {body[:300]!r}")
            return "stored"
        if response.status != 503:
            self._ledger.report_unexpected(f"{request.path}: status {response.status}: {body[:300]!r}")
        self._stopping.wait(0.05)
        return "refused"

    def _drop(self):
        if self._connection is not None:
            self._connection.close()
        self._connection = None
