"""Back ends: away, slow, ill, answering into the void. A real ClickHouse and a real PostgreSQL, with something between."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from clickhouse_double import ClickHouseDouble
from runner import Skipped, scenario
from stand import OTLP, Stand, hex_id, otlp, request, span, until
from tcp_proxy import TcpProxy

TESTS = Path(__file__).resolve().parents[1]


class ClickHouse:
    """The real engine as a server, on a port that stays over stop() and start()."""

    def __init__(self, options, folder):
        library = os.environ.get("CLEW_LIBCHDB")
        if not options.clickhouse or not options.clickhouse.is_file() or not library:
            raise Skipped("needs --clickhouse (the server of tests/clickhouse) and CLEW_LIBCHDB")
        self._command = ["python3", str(TESTS / "clickhouse/start.py"), "--server", str(options.clickhouse),
                         "--libchdb", library, "--dir", str(folder / "clickhouse")]
        self.port = None
        self._process = None
        self.start()

    def start(self):
        extra = ["--http-port", str(self.port)] if self.port else []
        self._process = subprocess.Popen(self._command + extra, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the ClickHouse server did not start")
        self.port = int(json.loads(line)["url"].rsplit(":", 1)[1])

    def stop(self):
        if self._process and self._process.poll() is None:
            self._process.stdin.close()
            self._process.wait(30)
            self._process.stdout.close()

    def environment(self, port=None):
        return {"CLICKHOUSE_URL": f"http://127.0.0.1:{port or self.port}", "CLICKHOUSE_USER": "clew",
                "CLICKHOUSE_PASSWORD": "clew", "CLICKHOUSE_DB": "clew"}

    def count(self, table):
        answer = request(self.port, "POST", "/?database=clew", f"SELECT count() FROM {table}",
                         {"X-ClickHouse-User": "clew", "X-ClickHouse-Key": "clew"}, authorization="")
        return int(answer.body)


class Postgres:
    """A real PostgreSQL on a TCP port of its own; stop() and start() at will."""

    BINARIES = Path("/usr/lib/postgresql/15/bin")

    def __init__(self, folder, port):
        if not (self.BINARIES / "initdb").exists():
            raise Skipped("needs PostgreSQL 15 (Debian package postgresql-15)")
        self.port = port
        self._folder = folder / "postgres"
        self._folder.mkdir()
        if os.getuid() == 0:
            for place in (folder, *folder.parents):
                if place.stat().st_uid == 0 and str(place).startswith("/tmp/"):
                    place.chmod(place.stat().st_mode | 0o011)
            shutil.chown(self._folder, "postgres", "postgres")
        self._run("initdb", "-D", str(self._folder / "data"), "-U", "clew", "--auth=trust", "--no-sync", "-E", "UTF8",
                  "--locale=C.UTF-8")
        self.start()

    def _run(self, program, *arguments):
        prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "env", "HOME=/tmp"] \
            if os.getuid() == 0 else []
        subprocess.run([*prefix, str(self.BINARIES / program), *arguments], check=True, cwd="/",
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self):
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", "-l", str(self._folder / "log"), "-o",
                  f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories={self._folder} "
                  "-c fsync=off -c shared_buffers=32MB -c max_connections=50", "start")

    def stop(self):
        try:
            self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "-w", "stop")
        except subprocess.CalledProcessError:
            pass  # it was stopped already

    def environment(self):
        return {"DATABASE_URL": f"postgresql://clew@127.0.0.1:{self.port}/postgres", "SALT": "salt-of-a-test-server",
                "NEXTAUTH_SECRET": "secret-of-a-test-server-0123456789"}


@scenario("REL-11 ClickHouse stopped under load: acceptance goes on, the backlog drains by itself", chaos=True)
def clickhouse_away(options, folder, seed, report):
    clickhouse = ClickHouse(options, folder)
    stand = Stand(options, folder, seed, clickhouse.environment())
    try:
        stand.start()
        stand.write(2)
        report.need("it goes on being written", stand.written(20))
        clickhouse.stop()
        report.expect("requests are accepted while it is away", stand.written(60 * options.scale))
        report.expect("and wait in the log", stand.backlog() > 0)
        time.sleep(3 * options.scale)  # the outage itself
        report.expect("still accepted", stand.written(5))
        report.expect("no request was refused", stand.ledger.refused == 0, stand.ledger.refused)
        clickhouse.start()
        stand.stop_writing()
        report.expect("the backlog drains without anybody's help", stand.settled(60))
        report.expect("nothing was put aside", stand.counter("lf_dead_letters_total") == 0)
        stand.verify(report)
    finally:
        stand.close()
        clickhouse.stop()


@scenario("REL-12 ClickHouse answers 241, 252, 202, 209, 242, 285, 319, 999 to 30 % of the inserts", chaos=True)
def clickhouse_ill(options, folder, seed, report):
    clickhouse = ClickHouse(options, folder)
    double = ClickHouseDouble(clickhouse.port, seed)
    stand = Stand(options, folder, seed, clickhouse.environment(double.port))
    try:
        stand.start()
        double.error_share = 0.3
        stand.write(2)
        report.need("it goes on being written", stand.written(100 * options.scale))
        report.need("errors were met", until(lambda: double.errors >= 5))
        stand.stop_writing()
        double.error_share = 0.0
        report.note(f"{double.errors} of {double.inserts} inserts answered with an error")
        report.expect("nothing was put aside", stand.counter("lf_dead_letters_total") == 0)
        stand.verify(report)
    finally:
        stand.close()
        double.close()
        clickhouse.stop()


@scenario("REL-13 ClickHouse carries the insert out and the answer is lost", chaos=True)
def clickhouse_unknown(options, folder, seed, report):
    clickhouse = ClickHouse(options, folder)
    double = ClickHouseDouble(clickhouse.port, seed)
    stand = Stand(options, folder, seed, clickhouse.environment(double.port))
    try:
        stand.start()
        double.lost_share = 0.2
        for number in range(30):
            trace = hex_id(seed, "t", number, length=32)
            report.need("accepted", stand.call("POST", OTLP, otlp(*[
                span(trace, hex_id(seed, number, n)) for n in range(5)])).status == 200)
            stand.settled()
        double.lost_share = 0.0
        report.need("answers were lost", double.lost >= 3, double.lost)
        report.expect("150 rows, counted without any collapsing", clickhouse.count("observations") == 150,
                      clickhouse.count("observations"))
    finally:
        stand.close()
        double.close()
        clickhouse.stop()


@scenario("REL-15 rows deleted, then the same requests replayed: they return although ClickHouse knows their hashes")
def deleted_and_replayed(options, folder, seed, report):
    clickhouse = ClickHouse(options, folder)
    stand = Stand(options, folder, seed, clickhouse.environment())
    try:
        stand.start()
        checkpoint = (stand.data_dir / "log/acknowledged").read_bytes()
        stand.write(2)
        report.need("it goes on being written", stand.written(30))
        stand.stop_writing()
        report.need("everything is stored", stand.settled())
        stand.server.stop()
        (stand.data_dir / "log/acknowledged").write_bytes(checkpoint)
        for table in ("observations", "payloads", "scores", "trace_attributes", "merge_states"):
            request(clickhouse.port, "POST", "/?database=clew", f"TRUNCATE TABLE {table}",
                    {"X-ClickHouse-User": "clew", "X-ClickHouse-Key": "clew"}, authorization="")
        report.need("the rows are gone", clickhouse.count("observations") == 0)
        stand.start()
        stand.verify(report)
    finally:
        stand.close()
        clickhouse.stop()


@scenario("REL-18 REL-19 PostgreSQL away: known keys go on, unknown ones are told 503 and never 401")
def postgres_away(options, folder, seed, report):
    from server import PUBLIC_KEY, free_port
    from stand import basic
    postgres = Postgres(folder, free_port())
    stand = Stand(options, folder, seed, postgres.environment())
    try:
        stand.start()
        stand.write(2)
        report.need("it goes on being written", stand.written(20))
        unknown = basic(PUBLIC_KEY, "sk-lf-never-seen")
        report.expect("an unknown key is 401 while the store is there",
                      stand.call("GET", "/api/public/projects", authorization=unknown).status == 401)
        postgres.stop()
        report.expect("known keys go on writing", stand.written(40 * options.scale))
        report.expect("no request was refused", stand.ledger.refused == 0, stand.ledger.refused)
        never_seen = basic(PUBLIC_KEY, "sk-lf-not-seen-either")
        answers = [stand.call("POST", OTLP, otlp(span(hex_id(seed, n, length=32), hex_id(seed, n))),
                              authorization=never_seen, timeout=20) for n in range(3)]
        report.expect("unknown keys are told 503", all(a and a.status == 503 for a in answers),
                      [a and a.status for a in answers])
        report.expect("with Retry-After", all(a and "retry-after" in a.headers for a in answers))
        report.expect("alive", stand.call("GET", "/api/public/health").status == 200)
        postgres.start()
        report.expect("an unknown key is 401 again", until(lambda: stand.call(
            "GET", "/api/public/projects", authorization=never_seen).status == 401, 30))
        stand.stop_writing()
        stand.verify(report)
    finally:
        stand.close()
        postgres.stop()


@scenario("REL-28 all stores away at once, back in another order")
def all_away(options, folder, seed, report):
    from server import free_port
    clickhouse = ClickHouse(options, folder)
    postgres = None
    stand = None
    try:
        postgres = Postgres(folder, free_port())
        stand = Stand(options, folder, seed, clickhouse.environment() | postgres.environment())
        stand.start()
        stand.write(2)
        report.need("it goes on being written", stand.written(20))
        clickhouse.stop()
        postgres.stop()
        report.expect("still accepted", stand.written(20))
        report.expect("alive", stand.call("GET", "/api/public/health").status == 200)
        postgres.start()
        report.expect("still accepted", stand.written(10))
        clickhouse.start()
        report.expect("ready", until(lambda: stand.call("GET", "/api/public/ready").status == 200, 35))
        stand.stop_writing()
        stand.verify(report)
    finally:
        if stand:
            stand.close()
        if postgres:
            postgres.stop()
        clickhouse.stop()


@scenario("REL-29 ClickHouse slow or silent: acceptance and health do not wait for it")
def clickhouse_slow(options, folder, seed, report):
    clickhouse = ClickHouse(options, folder)
    proxy = TcpProxy(clickhouse.port, seed)
    stand = Stand(options, folder, seed, clickhouse.environment(proxy.port))
    try:
        stand.start()
        stand.write(2)
        report.need("it goes on being written", stand.written(10))
        for mode, latency in (("pass", 2.0), ("blackhole", 0.0)):
            proxy.mode, proxy.latency = mode, latency
            report.expect(f"{mode} {latency}: accepted", stand.written(30))
            report.expect(f"{mode} {latency}: no request was refused", stand.ledger.refused == 0)
            report.expect(f"{mode} {latency}: alive", stand.call("GET", "/api/public/health", timeout=5).status == 200)
        proxy.mode, proxy.latency = "pass", 0.0
        proxy.reset_all()
        stand.stop_writing()
        stand.verify(report)
    finally:
        stand.close()
        proxy.close()
        clickhouse.stop()


@scenario("REL-40 a record that crashes the process is put aside after three crashes; the queue goes on")
def crash_loop(options, folder, seed, report):
    clickhouse = ClickHouse(options, folder)  # a store that is reached by a call that can be made to crash
    stand = Stand(options, folder, seed, clickhouse.environment(), disk_faults=True)
    try:
        stand.start()
        stand.write(2)
        report.need("it goes on being written", stand.written(10))
        stand.stop_writing()
        report.need("everything is stored", stand.settled())
        trace, poison, mate = hex_id(seed, "t", length=32), hex_id(seed, "p"), hex_id(seed, "m")
        checkpoint = (stand.data_dir / "log/acknowledged").read_bytes()
        for each, text in ((poison, "KILLS-THE-PROCESS"), (mate, "harmless")):
            report.need("accepted", stand.call("POST", OTLP, otlp(span(trace, each, langfuse__observation__input=text))).status == 200)
        stand.kill()
        (stand.data_dir / "log/acknowledged").write_bytes(checkpoint)  # as if it had died before storing them
        for table_of in (poison, mate):
            stand.ledger.attempted[("observation", table_of)] = {"input"}
        stand.shim.set("abort_on_send KILLS-THE-PROCESS")
        starts = 0
        while starts < 6:
            starts += 1
            stand.server.launch()
            ended = until(lambda: stand.server.process.poll() is not None or
                          (stand.server._answers_ready() and stand.settled(0.1)), 30)
            if stand.server.process.poll() is None:
                break
        report.need("it stays up", ended and stand.server.process.poll() is None)
        report.expect("after at most three crashes", starts - 1 <= 3, f"{starts - 1} crashes")
        letters = list((stand.data_dir / "dead-letters").glob("*.json"))
        report.expect("the record is a dead letter", len(letters) == 1, len(letters))
        shown = stand.call("GET", f"/api/public/v2/observations?traceId={trace}&fields=core").json()["data"]
        report.expect("its neighbour is stored", mate in [row["id"] for row in shown])
    finally:
        stand.close()
        clickhouse.stop()
