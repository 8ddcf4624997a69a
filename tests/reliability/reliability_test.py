#!/usr/bin/env python3
"""The promises of the reliability contract, each with its test: faults, load, and a look at what is there afterwards.

The short form runs every scenario once (about two minutes). --minutes N draws scenarios and seeds at random until the
time is over; the same --seed draws the same ones. --only REL-35 runs what has this id.
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

import scenarios_data  # noqa: F401
import scenarios_disk  # noqa: F401
import scenarios_load  # noqa: F401
import scenarios_overload  # noqa: F401
import scenarios_stores  # noqa: F401
import shim
from runner import SCENARIOS, run_all


# Run with every change; the others need more time or a quieter machine.
GATE = ("REL-06", "REL-07", "REL-35", "REL-36", "REL-37", "REL-44", "REL-65", "REL-P16", "SIGTERM")


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = Path(__file__).resolve().parents[2]
    parser.add_argument("--server", default=root / "build/clew", type=Path, help="the program (default: build/clew)")
    parser.add_argument("--clickhouse", default=None, type=Path,
                        help="the ClickHouse server of tests/clickhouse; default: one that is built; without it the scenarios that need it are skipped")
    parser.add_argument("--only", default="", help="scenarios whose name contains this")
    parser.add_argument("--gate", action="store_true", help="only those that every change must pass")
    parser.add_argument("--list", action="store_true", help="names only")
    parser.add_argument("--jobs", type=int, default=2, help="scenarios side by side")
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--seed", default=None)
    options = parser.parse_args()
    long = options.minutes > 0
    if not options.clickhouse:
        options.clickhouse = next(iter(sorted(root.glob("build/*/tests/clickhouse/clickhouse_server"))), None)
    options.power_cuts = 12 if long else 4
    options.bit_flips = 100 if long else 20
    options.scale = 5 if long else 1
    return options


def main():
    options = parse_options()
    chosen = [each for each in SCENARIOS if options.only.lower() in each[0].lower()]
    if options.gate:
        chosen = [each for each in chosen if each[0].startswith(GATE)]
    if options.list:
        print("\n".join(name for name, _, _ in chosen))
        return 0
    if not options.server.is_file():
        sys.exit(f"{options.server} is not there: ./dev build")
    if not chosen:
        sys.exit(f"no scenario contains '{options.only}'")
    options.server = options.server.resolve()
    seed = options.seed or f"{random.SystemRandom().getrandbits(32):08x}"
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="clew-shim-") as folder:
        options.shim = shim.build(folder)
        started = time.monotonic()
        end = started + options.minutes * 60
        failed = passed = skipped = number = 0
        while number == 0 or time.monotonic() < end:
            drawn = chosen
            if options.minutes > 0:
                draw = random.Random(f"{seed}/{number}")
                drawn = [draw.choice(chosen) for _ in range(options.jobs * 2)]
            totals = run_all(drawn, options, seed if number == 0 else f"{seed}.{number}")
            passed, failed = passed + totals["passed"], failed + totals["failed"]
            skipped += totals["skipped"]
            number += 1
    print(f"{passed} facts hold, {failed} do not, {skipped} scenarios skipped, {time.monotonic() - started:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
