"""Names, runs and reports scenarios."""

import shutil
import tempfile
import threading
import time
import traceback
from pathlib import Path

SHOWN = 5
SCENARIOS = []  # (name, function, groups)


class Skipped(Exception):
    """The machine lacks what the scenario needs."""


class Failed(Exception):
    """The scenario cannot go on."""


def scenario(name, *, chaos=False):
    """`name` begins with the ids of contract/reliability.md. `chaos`: suits a random mix."""
    def register(function):
        SCENARIOS.append((name, function, chaos))
        return function
    return register


class Report:
    """What one scenario found. Printed at once when it ends, so that scenarios may run side by side."""

    def __init__(self):
        self.passed = self.failed = 0
        self.lines = []

    def note(self, text):
        self.lines.append(f"    {text}")

    def expect(self, fact, holds, detail=""):
        holds = bool(holds)
        self.passed += holds
        self.failed += not holds
        if not holds or detail:
            self.lines.append(f"    {'ok    ' if holds else 'FAILED'} {fact}{': ' + str(detail) if detail != '' else ''}")
        return holds

    def need(self, fact, holds, detail=""):
        """Without it the rest says nothing."""
        if not self.expect(fact, holds, detail):
            raise Failed(fact)
        return holds

    def expect_none(self, fact, items):
        shown = ", ".join(map(str, items[:SHOWN]))
        return self.expect(fact, not items, f"{len(items)}: {shown}" if items else "")


def run_one(name, function, options, seed, totals, lock):
    report = Report()
    folder = Path(tempfile.mkdtemp(prefix="clew-reliab-"))
    started = time.monotonic()
    skipped = ""
    try:
        function(options, folder, seed, report)
    except Skipped as reason:
        skipped = str(reason)
    except Failed:
        pass
    except Exception:  # noqa: BLE001: whatever it is, the other scenarios run and this one has failed
        report.expect("the scenario could be carried out", False, traceback.format_exc(limit=4))
    kept = report.failed > 0
    if not kept:
        shutil.rmtree(folder, ignore_errors=True)
    with lock:
        totals["passed"] += report.passed
        totals["failed"] += report.failed
        totals["skipped"] += bool(skipped)
        mark = "skipped" if skipped else "FAILED" if kept else "ok"
        print(f"{mark:8}{name} ({time.monotonic() - started:.1f} s, seed {seed})", flush=True)
        for line in report.lines:
            print(line)
        if skipped:
            print(f"    {skipped}")
        if kept:
            print(f"    kept: {folder}", flush=True)


def run_all(chosen, options, seed):
    """`chosen` by as many threads as asked for; each scenario has its own server and directory."""
    totals = {"passed": 0, "failed": 0, "skipped": 0}
    lock, queue = threading.Lock(), list(enumerate(chosen))

    def work():
        while True:
            with lock:
                if not queue:
                    return
                number, (name, function, _) = queue.pop(0)
            run_one(name, function, options, f"{seed}-{number}" if len(chosen) > 1 else seed, totals, lock)

    threads = [threading.Thread(target=work) for _ in range(options.jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return totals
