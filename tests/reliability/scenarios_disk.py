"""Disks: failing syncs, short writes, no space, power cuts, damage, crashes."""

import os
import random
import re
import shutil
import subprocess

from power_cut import cut_power
from runner import Skipped, scenario
from stand import OTLP, Stand, hex_id, otlp, span, until

BALLAST = "CLEW_DISK_MIN_FREE_BYTES"


@scenario("REL-02 power cut: what was acknowledged is there, at whatever point of the log it comes", chaos=True)
def power_cut(options, folder, seed, report):
    stand = Stand(options, folder, seed, track_power=True)
    chance = random.Random(seed)
    try:
        undone = 0
        for _ in range(options.power_cuts):
            stand.start()
            if not stand.writers:
                stand.write(3)
            report.need("it goes on being written", stand.written(chance.randint(5, 60)))
            stand.kill()
            writes, names = cut_power(stand.shim.journal, chance.random(), strict=str(stand.data_dir / "log") + "/")
            undone += writes + names
        stand.start()
        report.need("it goes on being written", stand.written(10))
        stand.stop_writing()
        report.note(f"{options.power_cuts} power cuts, {undone} unsynced writes and names in question")
        stand.verify(report)
    finally:
        stand.close()


@scenario("REL-02 power cut of the whole data directory: log, engine, SQLite", chaos=True)
def power_cut_everywhere(options, folder, seed, report):
    stand = Stand(options, folder, seed, track_power=True, track_everything=True)
    chance = random.Random(seed)
    try:
        undone, configs = 0, []
        for _ in range(options.power_cuts):
            stand.start()
            if not stand.writers:
                stand.write(3)
            report.need("it goes on being written", stand.written(chance.randint(5, 60)))
            for _ in range(chance.randint(1, 4)):
                answer = stand.call("POST", "/api/public/score-configs", {"name": f"config-{len(configs)}", "dataType": "NUMERIC"})
                if report.expect("a setting is stored", answer and answer.status == 200, answer and answer.status):
                    configs.append(answer.json()["id"])
            stand.kill()
            writes, names = cut_power(stand.shim.journal, chance.random(), strict=str(stand.data_dir / "log") + "/")
            undone += writes + names
        stand.start()
        report.need("it goes on being written", stand.written(10))
        stand.stop_writing()
        report.note(f"{options.power_cuts} power cuts, {undone} unsynced writes and names in question")
        report.expect_none("settings that were confirmed are there", [each for each in configs if stand.call(
            "GET", f"/api/public/score-configs/{each}").status != 200])
        stand.verify(report)
    finally:
        stand.close()


@scenario("REL-15 the engine remembers a block whose rows are not there: the log's replay brings them back")
def remembered_block(options, folder, seed, report):
    """What a crash between the engine's note of a block and the block's own name leaves behind."""
    stand = Stand(options, folder, seed)
    try:
        stand.start()
        checkpoint = (stand.data_dir / "log/acknowledged").read_bytes()
        trace = hex_id(seed, "t", length=32)
        report.need("accepted", stand.call("POST", OTLP, otlp(span(trace, hex_id(seed, "s")))).status == 200)
        report.need("stored", stand.settled())
        stand.kill()
        (stand.data_dir / "log/acknowledged").write_bytes(checkpoint)
        removed = 0
        for statement in (stand.data_dir / "analytics/store").glob("*/*/*.sql"):
            if statement.stem not in ("observations", "payloads", "trace_attributes", "merge_states", "text_index"):
                continue
            table = re.search(r"UUID '([0-9a-f-]+)'", statement.read_text(encoding="utf-8"))[1]
            for part in (stand.data_dir / "analytics/store" / table[:3] / table).glob("*_*_*"):
                if part.is_dir() and part.name[0] in "a2":
                    shutil.rmtree(part)
                    removed += 1
        report.need("the rows are gone", removed >= 1, removed)
        stand.start()
        report.need("everything is stored", stand.settled())
        shown = until(lambda: stand.call("GET", f"/api/public/v2/observations?traceId={trace}&fields=core").json()["data"], 10)
        report.expect("the span is there again", shown and len(shown) == 1)
    finally:
        stand.close()


@scenario("REL-35 one failed fsync: its requests are refused, the next segment goes on", chaos=True)
def sync_fails_once(options, folder, seed, report):
    stand = Stand(options, folder, seed, disk_faults=True)
    try:
        stand.start()
        stand.write(2)
        for _ in range(3):
            report.need("it goes on being written", stand.written(20))
            stand.shim.set("sync_fail 1 5")
            report.need("it recovers", stand.written(20))
        stand.stop_writing()
        report.expect("the refused requests are counted",
                      stand.counter("lf_ingest_log_refused_total", reason="disk_failed") > 0)
        stand.verify(report)
        report.expect("it is still the same process", stand.server.process.poll() is None)
    finally:
        stand.close()


@scenario("REL-35 fsync fails for good: nothing is acknowledged any more and the process ends with status 1")
def sync_fails_for_good(options, folder, seed, report):
    stand = Stand(options, folder, seed, disk_faults=True)
    try:
        stand.start()
        stand.write(2)
        report.need("it goes on being written", stand.written(20))
        stand.shim.set("sync_fail -1 5")
        report.need("it ends by itself", until(lambda: stand.server.process.poll() is not None, 60))
        stand.up.clear()
        report.expect("with status 1", stand.server.process.returncode == 1, stand.server.process.returncode)
        stand.shim.set()
        stand.start()
        report.need("it goes on being written", stand.written(5))
        stand.stop_writing()
        stand.verify(report)
    finally:
        stand.close()


@scenario("REL-36 short writes and ENOSPC in the middle of a record", chaos=True)
def short_writes(options, folder, seed, report):
    stand = Stand(options, folder, seed, disk_faults=True)
    try:
        stand.start()
        stand.write(2)
        for fault in ("write_short 5", "write_short 1\nwrite_fail 1 28", "write_fail 2 28", "write_short 3"):
            report.need("it goes on being written", stand.written(15))
            stand.shim.set(fault)
            report.need("it recovers", stand.written(15))
        stand.stop_writing()
        stand.kill()
        stand.shim.set()
        stand.start()
        stand.verify(report)
    finally:
        stand.close()


def full_disk(folder, megabytes):
    """A small file system of its own, or Skipped."""
    place = folder / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(place)],
                          capture_output=True, check=False)
    if made.returncode != 0:
        raise Skipped("no permission to mount a small file system")
    return place


@scenario("REL-34 disk full: 503 before it is, reads and deletes go on, return by itself")
def disk_full(options, folder, seed, report):
    place = full_disk(folder, 600)
    stand = Stand(options, folder, seed, {BALLAST: str(150 << 20), "CLEW_DISK_MIN_FREE_PERCENT": "0"})
    stand.data_dir = stand.server.data_dir = place / "data"
    filler = place / "foreign"
    try:
        stand.start()
        trace, kept = hex_id(seed, "t", length=32), hex_id(seed, "s")
        stand.call("POST", OTLP, otlp(span(trace, kept)))
        stand.write(2)
        report.need("it goes on being written", stand.written(20))

        def fill(leave):
            free = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
            with open(filler, "ab") as file:
                left = free - leave
                while left > 0:
                    try:
                        file.write(b"\0" * min(left, 1 << 20))
                        file.flush()
                    except OSError:
                        break
                    left -= 1 << 20

        fill(100 << 20)
        refused = until(lambda: (lambda a: a if a and a.status == 503 else None)(
            stand.call("POST", OTLP, otlp(span(trace, hex_id(seed, "x"))))))
        report.need("below the guard it answers 503", refused)
        report.expect("with Retry-After", 1 <= int(refused.headers.get("retry-after", 0)) <= 30)
        report.expect("reads go on", until(lambda: stand.call("GET", f"/api/public/traces/{trace}").status == 200))
        report.expect("it says it is not ready", stand.call("GET", "/api/public/ready").status == 503)
        fill(0)
        report.expect("alive with 0 bytes left", stand.call("GET", "/api/public/health").status == 200)
        report.expect("reads go on with 0 bytes left", stand.call("GET", f"/api/public/traces/{trace}").status == 200)
        report.expect("the refusals are counted", stand.counter("lf_ingest_log_refused_total", reason="disk_low") > 0)
        # A second copy of the disk's troubles: killed while it is full, started while it is full.
        filler.unlink()
        fill(100 << 20)
        filler.unlink()
        report.expect("it returns by itself", until(
            lambda: stand.call("POST", OTLP, otlp(span(trace, hex_id(seed, "y")))).status == 200, 30))
        deleted = stand.call("DELETE", f"/api/public/traces/{trace}")
        report.expect("deleting works", deleted.status in (200, 202), deleted.status)
        report.need("it goes on being written", stand.written(5))
        stand.stop_writing()
        stand.ledger.attempted[("observation", hex_id(seed, "y"))] = set()
        stand.server.stop()
        stand.start()
        stand.verify(report)
        report.expect("it ends in order", stand.server.stop() == 0)
        report.expect("and fsck finds nothing", fsck(options, stand).returncode == 0)
    finally:
        stand.close()
        subprocess.run(["umount", "-l", str(place)], check=False)


def fsck(options, stand, *arguments):
    return subprocess.run([str(options.server), "fsck", "--data-dir", str(stand.data_dir), *arguments],
                          capture_output=True, text=True, check=False, env=stand.server._environment())


def write_unapplied(options, folder, seed, report, requests=30):
    """A stopped server whose log still has everything: its checkpoint is put back to the beginning."""
    stand = Stand(options, folder, seed, {})
    stand.start()
    checkpoint = (stand.data_dir / "log/acknowledged").read_bytes()
    stand.write(2)
    report.need("it goes on being written", stand.written(requests))
    stand.stop_writing()
    report.need("everything is stored", stand.settled())
    report.expect("it ends in order", stand.server.stop() == 0)
    (stand.data_dir / "log/acknowledged").write_bytes(checkpoint)
    return stand


@scenario("REL-37 flipped bits of the log are found, named, put aside; the rest is stored")
def flipped_bits(options, folder, seed, report):
    stand = write_unapplied(options, folder, seed, report)
    chance = random.Random(seed)
    try:
        report.expect("fsck finds a healthy log healthy", fsck(options, stand).returncode == 0)
        segment = max((stand.data_dir / "log").glob("*.seg"), key=lambda path: path.stat().st_size)
        good = segment.read_bytes()
        missed = []
        for number in range(options.bit_flips):
            at = chance.randrange(len(good))
            bad = bytearray(good)
            bad[at] ^= 1 << chance.randrange(8)
            segment.write_bytes(bad)
            if number < 3:  # each starts the engine, too
                found = fsck(options, stand)
                if found.returncode != 1 or segment.name not in found.stdout:
                    missed.append((at, found.returncode))
        report.expect_none("every flipped bit is found, with its file", missed)
        bad = bytearray(good)
        bad[80] ^= 1  # in the first record
        segment.write_bytes(bad)
        strict = subprocess.run([str(options.server), "serve", "--data-dir", str(stand.data_dir), "--listen",
                                 f"127.0.0.1:{stand.port}", "--set", "ingest.strict_recovery=true"],
                                capture_output=True, text=True, check=False, env=stand.server._environment(), timeout=60)
        report.expect("a strict start refuses and names file and offset",
                      strict.returncode == 1 and segment.name in strict.stderr and "offset" in strict.stderr,
                      strict.stderr[-300:] if strict.returncode != 1 else "")
        stand.start()
        report.expect("a usual start goes on", stand.call("GET", "/api/public/health").status == 200)
        report.expect("and keeps the damaged bytes", any((stand.data_dir / "log/quarantine").glob("*.bin")))
        stand.verify(report)  # the rows were stored before the damage
    finally:
        stand.close()


@scenario("REL-38 missing segment, checkpoint lost: reported exactly; what can be rebuilt is")
def missing_files(options, folder, seed, report):
    stand = write_unapplied(options, folder, seed, report)
    try:
        log = stand.data_dir / "log"
        (log / "acknowledged").unlink()
        found = fsck(options, stand)
        report.expect("a lost checkpoint is no damage", found.returncode == 0, found.stdout if found.returncode else "")
        report.expect("but strictly it is something", fsck(options, stand, "--strict").returncode == 1)
        stand.start()
        stand.verify(report)
        stand.server.stop()
        segment = sorted(log.glob("*.seg"))[-1]
        whole = segment.stat().st_size
        os.truncate(segment, whole // 2)
        found = fsck(options, stand)
        report.expect("a cut segment is damage, named with file and offset",
                      found.returncode == 1 and f"{segment.name} offset {whole // 2}" in found.stdout, found.stdout[:400])
    finally:
        stand.close()


@scenario("REL-44 the server's clock jumps: nothing is lost, positions grow", chaos=True)
def clock_jumps(options, folder, seed, report):
    stand = Stand(options, folder, seed, disk_faults=True)
    try:
        stand.start()
        stand.write(2)
        for offset in (7200, -7200, 30, 0):
            report.need("it goes on being written", stand.written(10))
            stand.shim.set(f"clock_offset {offset}")
        stand.kill()
        stand.shim.set("clock_offset -7200")
        stand.start()
        report.need("it goes on being written", stand.written(10))
        stand.stop_writing()
        stand.verify(report)
    finally:
        stand.close()


