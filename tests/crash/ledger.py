"""What was sent and what the server answered: in memory for the oracle, and in an fsynced file for a person."""

import json
import os
import threading


class Ledger:
    def __init__(self, path):
        self._lock = threading.Lock()
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.attempted = {}     # (kind, id) → fields that were sent at least once
        self.acknowledged = {}  # (kind, id) → fields the server said it has
        self.batches = []       # ids of the objects of each request that made more than one observation
        self.requests_acknowledged = 0
        self.requests_unknown = 0  # given up without an answer
        self.deliveries_repeated = 0
        # Every request ends as exactly one of these: deliveries = stored + refused + unknown.
        self.deliveries = self.stored = self.refused = self.unknown = 0
        self.unexpected = []       # answers that no healthy server gives
        self.last_traces = {}      # writer → trace of its latest acknowledged observation

    def close(self):
        os.close(self._file)

    def _write(self, line):
        os.write(self._file, (json.dumps(line) + "\n").encode())

    def attempt(self, request):
        with self._lock:
            for fact in request.facts:
                self.attempted.setdefault((fact.kind, fact.id), set()).update(fact.fields)
            observations = [fact.id for fact in request.facts if fact.kind == "observation"]
            if len(observations) > 1:
                self.batches.append(observations)
            self._write({"sent": [[fact.kind, fact.id, *fact.fields] for fact in request.facts]})

    def acknowledge(self, writer, request):
        with self._lock:
            self.requests_acknowledged += 1
            for fact in request.facts:
                self.acknowledged.setdefault((fact.kind, fact.id), set()).update(fact.fields)
                if fact.kind == "observation":
                    self.last_traces[writer] = request.trace_id
            self._write({"stored": [[fact.kind, fact.id, *fact.fields] for fact in request.facts]})
        os.fdatasync(self._file)

    def delivered(self, outcome):
        with self._lock:
            self.deliveries += 1
            setattr(self, outcome, getattr(self, outcome) + 1)

    def repeat(self):
        with self._lock:
            self.deliveries_repeated += 1

    def give_up(self):
        with self._lock:
            self.requests_unknown += 1

    def report_unexpected(self, what):
        with self._lock:
            self.unexpected.append(what)
            self._write({"unexpected": what})
