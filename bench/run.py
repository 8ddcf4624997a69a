#!/usr/bin/env python3
"""Runs the ingest rows of the speed table against a server of its own and prints them beside what is required.

Starts the program on a fresh data directory and a free loopback port, measures it idle, under full load, at half load
and with one span per request, measures the engine alone, and stops everything. About two minutes.
`soak`, `search` and `reads` as the first word run soak.py, search.py and reads.py instead.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/crash"))
from server import PUBLIC_KEY, SECRET_KEY, Server, ServerError  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", type=Path, default=ROOT / "build/clew")
    parser.add_argument("--build-dir", type=Path, default=ROOT / "build/release", help="where the benchmarks are built")
    parser.add_argument("--no-build", action="store_true")
    parser.add_argument("--seconds", type=float, default=15, help="of the full load; the others take two thirds")
    parser.add_argument("--modes", default="protobuf", help="comma list of protobuf, json, events")
    parser.add_argument("--floor-rows-max", type=int, default=500_000, help="of the engine alone; 0 leaves it out")
    parser.add_argument("--span-bytes", type=int, default=3200)
    return parser.parse_args()


def build(build_dir):
    subprocess.run(["cmake", "--build", str(build_dir), "--target", "clew_bench_ingest", "clew_bench_engine_floor"],
                   check=True, stdout=subprocess.DEVNULL)


def run_program(title, command):
    """Runs a benchmark, shows its lines, returns its figures by key."""
    print(f"\n{title}", flush=True)
    figures = {}
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        print("  " + line, end="", flush=True)
        words = line.split()
        try:
            figures[words[0]] = float(words[1])
        except (IndexError, ValueError):
            continue
    if process.wait() != 0:
        print(f"  ended with status {process.returncode}")
        figures["failed"] = 1
    return figures


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mb(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0


def flushes(server):
    """Blocks the worker has stored since the start."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.metrics_port}/metrics", timeout=10) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith("lf_writer_flush_seconds_count"):
                return int(float(line.split()[-1]))
    return 0


def measure_idle(server, ready_seconds, watched_seconds=8):
    time.sleep(2)  # what a start leaves behind is not idling
    before = cpu_seconds(server.pid)
    time.sleep(watched_seconds)
    share = (cpu_seconds(server.pid) - before) / watched_seconds * 100
    return {"ready_s": ready_seconds, "rss_mb": resident_mb(server.pid), "cpu_percent": share}


class Table:
    def __init__(self):
        self.rows = []

    def add(self, title, figures, key, form, must="", goal="", scale=1.0):
        value = figures.get(key)
        self.rows.append((title, "–" if value is None else form.format(value * scale), must, goal))

    def show(self):
        head = ("figure", "measured", "must", "goal")
        widths = [max(len(row[i]) for row in [head, *self.rows]) for i in range(4)]
        print()
        for row in [head, tuple("-" * width for width in widths), *self.rows]:
            print("  ".join([row[0].ljust(widths[0])] + [row[i].rjust(widths[i]) for i in range(1, 4)]))


def measure(options, server, bench_dir, table):
    idle = measure_idle(server, server.start())
    table.add("start to ready, empty store (s)", idle, "ready_s", "{:.2f}", "1", "0.4")
    table.add("idle memory (MB)", idle, "rss_mb", "{:.0f}", "350", "250")
    table.add("idle CPU (% of a core)", idle, "cpu_percent", "{:.2f}", "1", "0.2")

    def load(title, **extra):
        command = [bench_dir / "clew_bench_ingest", "--url", server.url, "--public-key", PUBLIC_KEY,
                   "--secret-key", SECRET_KEY, "--pid", server.pid, "--data-dir", server.data_dir,
                   "--span-bytes", options.span_bytes]
        for name, value in extra.items():
            command += ["--" + name.replace("_", "-"), value]
        return run_program(title, command)

    # Four connections keep two cores busy; probes are reads and would be counted as cost of the write path.
    runs = {}
    first_flushes = 0
    for mode in options.modes.split(","):
        runs[mode] = load(f"Full load, {mode}, 100 spans per request", mode=mode, seconds=options.seconds, connections=4,
                          probe_ms=0)
        first_flushes = first_flushes or flushes(server)
    first = next(iter(runs.values()))
    half = load("Half load", mode=next(iter(runs)), seconds=options.seconds * 2 / 3, connections=16, probe_ms=250,
                settle_seconds=30, rate=max(100, int(first.get("spans_per_second_stored", 0) / 2)))
    single = load("One span per request, 64 connections", seconds=options.seconds * 2 / 3, connections=64,
                  spans_per_request=1, probe_ms=0, settle_seconds=30)
    floor = {}
    if options.floor_rows_max > 0 and "spans_acknowledged" in first:
        # The blocks of the server's own size and as many rows, or the engine has other merges to do.
        block = max(100, round(first["spans_acknowledged"] / max(1, first_flushes) / 100) * 100)
        rows = min(options.floor_rows_max, int(first["spans_acknowledged"]))
        floor = run_program(f"The engine alone, same rows, {block} a block", [
            bench_dir / "clew_bench_engine_floor", "--rows", rows, "--rows-per-flush", block,
            "--span-bytes", options.span_bytes])
    for mode, figures in runs.items():
        table.add(f"{mode}: spans per server CPU-second", figures, "spans_per_cpu_second", "{:,.0f}", "12,000", "25,000")
        table.add(f"{mode}: payload MB per zstd MB (ratio)", figures, "ratio", "{:.3f}")
        if "floor_us" in floor and "cpu_us_per_span" in figures:
            figures["of_floor"] = figures["cpu_us_per_span"] / floor["floor_us"]
        table.add(f"{mode}: multiple of the engine alone", figures, "of_floor", "{:.2f}", "1.3", "1.15")
        table.add(f"{mode}: merges per stored byte", figures, "merge_passes", "{:.2f}")
        table.add(f"{mode}: spans/s acknowledged", figures, "spans_per_second", "{:,.0f}")
        table.add(f"{mode}: spans/s stored", figures, "spans_per_second_stored", "{:,.0f}")
        table.add(f"{mode}: bytes on disk per span", figures, "disk_bytes_per_span", "{:,.0f}", "1,400", "900")
        table.add(f"{mode}: memory at most (MB)", figures, "rss_peak_mb", "{:,.0f}")
    table.add("half load: ack p50 (ms)", half, "ack_p50_ms", "{:.1f}", "3", "1")
    table.add("half load: ack p99 (ms)", half, "ack_p99_ms", "{:.1f}", "20", "5")
    table.add("half load: sent late p50 (ms)", half, "sent_late_p50_ms", "{:.1f}")
    table.add("half load: sent late p99 (ms)", half, "sent_late_p99_ms", "{:.1f}")
    table.add("half load: visible p50 (ms)", half, "visible_p50_ms", "{:.0f}")
    table.add("half load: visible p99 (ms)", half, "visible_p99_ms", "{:.0f}", "500", "100")
    table.add("one span per request: requests/s", single, "requests_per_second", "{:,.0f}", "8,000", "20,000")
    table.add("one span per request: ack p99 (ms)", single, "ack_p99_ms", "{:.1f}")
    table.add("engine alone: µs per row", floor, "floor_us", "{:.1f}")
    table.add("engine alone: merges per stored byte", floor, "floor_merge_passes", "{:.2f}")
    table.add("yardstick: zstd -1 MB per CPU-second", first, "yardstick_mb_per_s", "{:.0f}")
    return any(figures.get("failed") or figures.get("errors") for figures in [*runs.values(), half, single, floor])


def main():
    if sys.argv[1:2] == ["soak"]:
        import soak
        return soak.main(sys.argv[2:])
    if sys.argv[1:2] == ["reads"]:
        import reads
        return reads.main(sys.argv[2:])
    if sys.argv[1:2] == ["search"]:
        import search
        return search.main(sys.argv[2:])
    options = parse_options()
    if not options.server.is_file():
        sys.exit(f"{options.server} is not there: ./dev build")
    if not options.no_build:
        build(options.build_dir)
    folder = Path(tempfile.mkdtemp(prefix="clew-bench-"))
    server = Server(options.server, folder / "data", folder / "server.log")
    table = Table()
    try:
        troubled = measure(options, server, options.build_dir / "bench", table)
    except ServerError as error:
        print(error)
        print(Path(server.log_path).read_text()[-3000:])
        return 1
    finally:
        server.stop()
    table.show()
    shutil.rmtree(folder, ignore_errors=True)
    if troubled:
        print("\nSome requests failed: see the lines above.")
    return 1 if troubled else 0


if __name__ == "__main__":
    sys.exit(main())
