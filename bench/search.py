"""Full text search over a data set: how long a rare word, a phrase and a part of a word take.

Fills a server of its own with spans of real text and plants words that occur nowhere else, in inputs and in each short
field, then asks for them and for words of the text, through the interface's lists and the public API. The first answer
of a kind is not counted. --data-dir keeps what was filled for the next run.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import run
from reader import Reader, Refused, percentile
from server import AUTHORIZATION, PROJECT_ID, PUBLIC_KEY, SECRET_KEY, USER_EMAIL, USER_PASSWORD, Server

UI = f"/api/ui/projects/{PROJECT_ID}"
PLANTED = 20  # traces with the planted words
# Put together here: the corpus has this file in it.
WORD, PHRASE, PART = "zygo" "dactylous", " ".join(["vermilion", "walrus", "orchestra"]), "godac" "tyl"
FIELDS = {  # attribute and the word planted in it
    "user": ("langfuse.user.id", "quok" "kafancier"),
    "session": ("langfuse.session.id", "oka" "pisitting"),
    "tag": ("langfuse.trace.tags", "nar" "whaltag"),
    "status message": ("langfuse.observation.status_message", "axo" "lotlfault"),
    "model": ("langfuse.observation.model.name", "pango" "linmodel"),
    "metadata value": ("langfuse.observation.metadata.region", "tama" "rinregion"),
}
NAME, TRACE = "mar" "khorstep", f"{7:032x}"


def parse_options(arguments):
    parser = argparse.ArgumentParser(prog="dev bench search", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spans", type=float, default=1e6)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--data-dir", type=Path, help="filled when it does not exist, and kept")
    parser.add_argument("--server", type=Path, default=run.ROOT / "build/clew")
    parser.add_argument("--build-dir", type=Path, default=run.ROOT / "build/release")
    parser.add_argument("--no-build", action="store_true")
    return parser.parse_args(arguments)


def plant(reader, number):
    start = time.time_ns()
    text = json.dumps([{"role": "user", "content": f"Tell the {WORD} {PHRASE} number {number}."}])
    span = {"traceId": f"{number + 1:032x}", "spanId": f"{number + 1:016x}", "name": NAME,
            "startTimeUnixNano": str(start), "endTimeUnixNano": str(start),
            "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in
                           [("langfuse.observation.input", text), *FIELDS.values()]]}
    reader.post_json("/api/public/otel/v1/traces", {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]})


def fill(options, server):
    """Equal lots of spans, with planted ones before each."""
    reader = Reader(server, AUTHORIZATION)
    lots = PLANTED // 4
    for lot in range(lots):
        for number in range(lot * 4, lot * 4 + 4):
            plant(reader, number)
        figures = run.run_program(f"Filling {lot + 1} of {lots}", [
            options.build_dir / "bench/clew_bench_ingest", "--url", server.url, "--public-key", PUBLIC_KEY,
            "--secret-key", SECRET_KEY, "--connections", 4, "--probe-ms", 0, "--seconds", 3600,
            "--spans", int(options.spans / lots)])
        if figures.get("failed") or figures.get("errors"):
            raise Refused("the load failed")


def matches(value):
    return json.dumps([{"type": "string", "column": "input", "operator": "matches", "value": value}])


def contains(value, word):
    return json.dumps([{"type": "string", "column": "input", "operator": "contains", "value": value},
                       {"type": "string", "column": "input", "operator": "matches", "value": word}])


def ask(reader, options, server, title, path, key, **query):
    took = []
    found = 0
    for i in range(options.rounds + 1):
        if i == 1:
            before = run.cpu_seconds(server.pid)
        try:
            page, took_ms = reader.get_json(path, **query)
        except Refused as error:
            print(f"  {title:<34} {error}")
            return
        found = len(page[key])
        if i > 0:
            took.append(took_ms)
    cpu_ms = (run.cpu_seconds(server.pid) - before) * 1000 / options.rounds
    print(f"  {title:<34} {found:4d} found {cpu_ms:8.0f} {percentile(took, 0.5):8.0f} {percentile(took, 0.95):8.0f}",
          flush=True)


def measure(options, server):
    reader = Reader(server, AUTHORIZATION)
    reader.sign_in(USER_EMAIL, USER_PASSWORD)
    started, before = time.monotonic(), run.cpu_seconds(server.pid)
    while time.monotonic() - started < 90:  # merges under way are not what is measured
        time.sleep(3)
        now = run.cpu_seconds(server.pid)
        if now - before < 0.1:
            break
        before = now
    print(f"\n{'search, newest 50, ms':<49} {'CPU':>8} {'p50':>8} {'p95':>8}")
    for name in ("observations", "traces"):
        for title, words in (("rare word", WORD), ("phrase", f'"{PHRASE}"'), ("part of a word", PART),
                             ("absent", "xylo" "graphique"), ("two rare words", f"{WORD} walrus"),
                             ("common word", "error"), ("common phrase", '"return value"'), ("mid word", "sqlite"),
                             ("common and rare", f"error {WORD}"), ("trace id", TRACE), ("name", NAME),
                             *((title, word) for title, (_, word) in FIELDS.items())):
            ask(reader, options, server, f"{name}: {title}", f"{UI}/{name}", "rows", limit=50, search=words)
    public = "/api/public/v2/observations"
    ask(reader, options, server, "API: matches a rare word", public, "data", limit=50, filter=matches(WORD))
    ask(reader, options, server, "API: matches a common word", public, "data", limit=50, filter=matches("error"))
    ask(reader, options, server, "API: contains a phrase", public, "data", limit=50, filter=contains(PHRASE, "walrus"))
    print(f"\nmemory now {run.resident_mb(server.pid):.0f} MB")


def main(arguments):
    options = parse_options(arguments)
    if not options.no_build:
        run.build(options.build_dir)
    folder = Path(tempfile.mkdtemp(prefix="clew-search-"))
    data_dir = options.data_dir or folder / "data"
    filled = data_dir.exists()
    server = Server(options.server, data_dir, folder / "server.log")
    try:
        server.start()
        if not filled:
            fill(options, server)
        measure(options, server)
    except Exception:
        print(Path(server.log_path).read_text()[-3000:])
        raise
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
