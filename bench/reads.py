"""What reads cost over millions of observations: wall time and CPU of the server per kind, one reader at a time.

Makes the data set of dataset.py (6 million take a quarter of an hour, and are kept in --folder for the next run), starts
a server on it, waits until its merges are done and asks for each kind several times, with other values each time.
"""

import argparse
import json
import random
import sys
import time
from pathlib import Path

import dataset
import run
from reader import Reader, Refused, percentile
from server import AUTHORIZATION, PROJECT_ID, USER_EMAIL, USER_PASSWORD
from soak import since

UI = f"/api/ui/projects/{PROJECT_ID}"


def parse_options(arguments):
    parser = argparse.ArgumentParser(prog="dev bench reads", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spans", type=float, default=1e7)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--only", default="", help="kinds whose title has this word")
    parser.add_argument("--folder", type=Path, default=run.ROOT / "build/bench-reads")
    parser.add_argument("--server", type=Path, default=run.ROOT / "build/clew")
    parser.add_argument("--build-dir", type=Path, default=run.ROOT / "build/release")
    parser.add_argument("--no-build", action="store_true")
    return parser.parse_args(arguments)


def options_of(column, *values, kind="stringOptions"):
    return json.dumps([{"type": kind, "column": column, "operator": "any of", "value": list(values)}])


def number_of(column, operator, value):
    return json.dumps([{"type": "number", "column": column, "operator": operator, "value": value}])


def settle(server):
    started, before = time.monotonic(), run.cpu_seconds(server.pid)
    while time.monotonic() - started < 600:  # merges under way are not what is measured
        time.sleep(3)
        now = run.cpu_seconds(server.pid)
        if now - before < 0.1:
            return
        before = now


def known_values(reader, chance):
    """Traces with texts from all over the thirty days, and what they have."""
    traces = []
    for _ in range(12):
        days = chance.uniform(0, dataset.DAYS - 1)
        page, _ = reader.get_json(f"{UI}/traces", limit=50, to=since(days=days), **{"from": since(days=days + 0.2)})
        traces += page["rows"]
    return [trace for trace in traces if trace["id"] != dataset.WIDE_TRACE]


def kinds(reader, known, chance):
    """Title, what DESIGN section 6 asks of its p95 in ms, and how to ask once."""
    month = {"from": since(days=dataset.DAYS + 1)}
    traces, observations, public = f"{UI}/traces", f"{UI}/observations", "/api/public"

    def any_of(key):
        return chance.choice([trace[key] for trace in known if trace.get(key)])

    def filtered(make_filter):
        return lambda: reader.get(traces, limit=50, filter=make_filter(), **month)

    return [
        ("list of 50 traces", 100, lambda: reader.get(traces, limit=50, **month)),
        ("list, by user", 100, filtered(lambda: options_of("userId", any_of("userId")))),
        ("list, by session", 100, filtered(lambda: options_of("sessionId", any_of("sessionId")))),
        ("list, by environment", 100, filtered(lambda: options_of("environment", any_of("environment")))),
        ("list, by absent environment", 100, filtered(lambda: options_of("environment", "nowhere"))),
        ("list, by name", 100, filtered(lambda: options_of("name", any_of("name")))),
        ("list, by tag", 100, filtered(lambda: options_of("tags", "canary", kind="arrayOptions"))),
        ("list, by model", 100, filtered(lambda: options_of("model", "gpt-4o-mini", kind="arrayOptions"))),
        ("list, by level, rare", 100, filtered(lambda: options_of("level", "ERROR"))),
        ("list, by cost, common", 100, filtered(lambda: number_of("totalCost", ">", 0.005))),
        ("list, by cost, rare", 100, filtered(lambda: number_of("totalCost", ">", 1000))),
        ("list, by latency", 100, filtered(lambda: number_of("latency", ">", 15))),
        ("API: list of 50 traces", 100, lambda: reader.get(f"{public}/traces", limit=50)),
        ("list of 50 observations", 100, lambda: reader.get(observations, limit=50, **month)),
        ("API: trace with I/O", 25, lambda: reader.get(f"{public}/traces/{any_of('id')}")),
        ("trace in the interface", 25, lambda: reader.get(f"{traces}/{any_of('id')}")),
        ("skeleton of 25,000 spans", 250, lambda: reader.get(f"{traces}/{dataset.WIDE_TRACE}")),
        ("API: session", None, lambda: reader.get(f"{public}/sessions/{any_of('sessionId')}")),
        ("facets of traces, a day", None, lambda: reader.get(f"{UI}/facets", view="traces", **{"from": since(days=1)})),
        ("facets of observations, a day", None,
         lambda: reader.get(f"{UI}/facets", view="observations", **{"from": since(days=1)})),
        ("facets of observations", None, lambda: reader.get(f"{UI}/facets", view="observations", **month)),
        ("count of traces, a day", None, lambda: reader.get(f"{traces}/count", **{"from": since(days=1)})),
        ("count of traces", None, lambda: reader.get(f"{traces}/count", **month)),
        ("count of observations", None, lambda: reader.get(f"{observations}/count", **month)),
    ]


def ask(server, title, must, once, rounds):
    took = []
    try:
        once()
        before, began = run.cpu_seconds(server.pid), time.monotonic()
        while len(took) < rounds and time.monotonic() - began < 30:
            took.append(once()[1])
        cpu_ms = (run.cpu_seconds(server.pid) - before) / len(took) * 1000
    except (Refused, OSError) as error:
        print(f"  {title:<32} {error}", flush=True)
        return
    print(f"  {title:<32} {percentile(took, 0.5):8.0f} {percentile(took, 0.95):8.0f} {cpu_ms:8.0f} "
          f"{must or '':>8}", flush=True)


def measure(options, server):
    reader = Reader(server, AUTHORIZATION, timeout=120)
    reader.sign_in(USER_EMAIL, USER_PASSWORD)
    settle(server)
    chance = random.Random(7)
    known = known_values(reader, chance)
    print(f"\n{'reads, ms':<34} {'p50':>8} {'p95':>8} {'CPU':>8} {'p95 must':>8}")
    for title, must, once in kinds(reader, known, chance):
        if options.only in title:
            ask(server, title, must, once, options.rounds)
    print(f"\nmemory now {run.resident_mb(server.pid):.0f} MB")


def main(arguments):
    options = parse_options(arguments)
    if not options.no_build:
        run.build(options.build_dir)
    server = dataset.make(options, options.folder)
    try:
        server.start()
        measure(options, server)
    finally:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
