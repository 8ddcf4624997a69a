#!/usr/bin/env python3
"""Acknowledged means stored: kills the server with SIGKILL under load, again and again, and reads everything back.

The short form is one round: a data directory, 20 kills, one look at the end. --minutes N repeats rounds, each with a
data directory and a seed of its own. A failing round keeps its data directory, ledger and log, and names them.
"""

import argparse
import http.client
import random
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

from ledger import Ledger
from oracle import SHOWN, ReadError, Reader, check, wait_until_applied
from server import Server, ServerError
from writers import Writer

APPLIED_SECONDS_MAX = 30
STARTS_KILLED_SHARE = 0.2  # kills that hit the server while it starts and replays, not under load
READY_SECONDS_MAX = 30
WRITER_JOIN_SECONDS = 35


class Report:
    def __init__(self):
        self.passed = self.failed = 0

    def expect(self, fact, holds, detail=""):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
        print(f"  {'ok    ' if holds else 'FAILED'} {fact}{': ' + detail if detail else ''}", flush=True)
        return holds

    def expect_none(self, fact, items):
        shown = ", ".join(map(str, items[:SHOWN]))
        return self.expect(fact, not items, f"{len(items)}: {shown}" if items else "")


class Round:
    def __init__(self, options, seed, folder, report):
        self.options = options
        self.seed = seed
        self.report = report
        self.random = random.Random(seed)
        self.server = Server(options.server, folder / "data", folder / "server.log")
        self.ledger = Ledger(folder / "ledger.jsonl")
        self.up = threading.Event()
        self.stopping = threading.Event()
        self.restarts = []
        self.kills = 0
        self.ended_alone = 0

    def run(self):
        writers = [Writer(number, self.seed, self.server.port, self.ledger, self.up, self.stopping)
                   for number in range(self.options.writers)]
        try:
            self.server.start(READY_SECONDS_MAX)
            for writer in writers:
                writer.start()
            while self.kills < self.options.kills:
                self._load_and_kill()
            # One calm stretch at the end: what was under way when the last kill came is sent again and answered.
            self._restart()
            self.up.set()
            self.stopping.wait(0.5)
            self.stopping.set()
            for writer in writers:
                writer.join(WRITER_JOIN_SECONDS)
            return self._verify()
        finally:
            self.stopping.set()
            self.server.stop()
            for writer in writers:
                if writer.ident:
                    writer.join(WRITER_JOIN_SECONDS)
            self.ledger.close()

    def _load_and_kill(self):
        self.up.set()
        self.stopping.wait(self.random.uniform(0.05, self.options.load_seconds))
        self.up.clear()
        self.ended_alone += self.server.process.poll() is not None
        self.server.kill()
        self.kills += 1
        while self.random.random() < STARTS_KILLED_SHARE:
            self.server.launch()
            self.stopping.wait(self.random.uniform(0, 1))
            self.ended_alone += self.server.process.poll() is not None
            self.server.kill()
            self.kills += 1
        self._restart()

    def _restart(self):
        if self.server.process.poll() is not None:
            self.restarts.append(self.server.start(READY_SECONDS_MAX))

    def _verify(self):
        ledger, report = self.ledger, self.report
        reader = Reader(self.server.port)
        listed = sum(kind != "trace" for kind, _ in ledger.acknowledged)
        applied = wait_until_applied(reader, ledger, APPLIED_SECONDS_MAX)
        findings = check(reader, ledger)
        reader.close()
        print(f"  {self.kills} kills, {ledger.requests_acknowledged} requests acknowledged, "
              f"{ledger.requests_unknown} given up without an answer, {ledger.deliveries_repeated} deliveries repeated; "
              f"{listed} objects acknowledged, {findings.objects} read back; "
              f"ready after {max(self.restarts):.2f} s at most")
        before = report.failed
        report.expect("some load was acknowledged", len(ledger.acknowledged) > 0)
        report.expect("every last acknowledged trace is visible", applied is not None)
        report.expect_none("nothing acknowledged is lost", findings.lost)
        report.expect_none("nothing is there twice", findings.duplicates)
        report.expect_none("nothing is there that was never sent", findings.ghosts)
        report.expect_none("contents are what was sent", findings.altered)
        report.expect_none("a request is there whole or not at all", findings.halves)
        report.expect_none("only documented answers were given", ledger.unexpected)
        report.expect("the server ended only when it was killed", self.ended_alone == 0)
        report.expect("SIGTERM ends it with status 0", self.server.stop() == 0)
        return report.failed == before


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(__file__).resolve().parents[2] / "build/clew"
    parser.add_argument("--server", default=default, help="the program (default: build/clew)")
    parser.add_argument("--kills", type=int, default=20, help="per round")
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--load-seconds", type=float, default=0.9, help="longest time between ready and kill")
    parser.add_argument("--minutes", type=float, default=0, help="rounds until this much time has passed")
    parser.add_argument("--seed", default=None, help="of the first round; random when not given")
    return parser.parse_args()


def main():
    options = parse_options()
    if not Path(options.server).is_file():
        sys.exit(f"{options.server} is not there: ./dev build")
    report = Report()
    seed = options.seed or f"{random.SystemRandom().getrandbits(32):08x}"
    end = time.monotonic() + options.minutes * 60
    number = 0
    while number == 0 or time.monotonic() < end:
        folder = Path(tempfile.mkdtemp(prefix="clew-crash-"))
        round_seed = seed if number == 0 else f"{seed}-{number}"
        print(f"round {number + 1}, seed {round_seed}", flush=True)
        good = False
        try:
            good = Round(options, round_seed, folder, report).run()
        except (ServerError, ReadError, OSError, http.client.HTTPException) as error:
            report.expect("the round could be carried out", False, str(error))
        if good:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"  kept: {folder}")
        number += 1
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
