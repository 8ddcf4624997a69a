"""A store of millions of observations over thirty days, made from some thousand real ones.

A server takes a seed of lifelike spans; then, while it is down, the engine copies them with other ids and times. Every
tenth copy has its texts, too. One trace has 25,000 observations. What is made is kept in its folder and used again.
"""

import ctypes
import json
import time

import run
from server import PUBLIC_KEY, SECRET_KEY, Server

DAYS = 30
SEED = 50_000
WIDE_TRACE = "f" * 32
WIDE_SPANS = 25_000


class Engine:
    """The engine library on a data directory that no server has open. Only for statements of our own."""

    def __init__(self, library, directory):
        self.lib = ctypes.CDLL(str(library))
        self.lib.chdb_connect.restype = ctypes.POINTER(ctypes.c_void_p)
        self.lib.chdb_query_n.restype = ctypes.c_void_p
        self.lib.chdb_query_n.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p,
                                          ctypes.c_size_t]
        self.lib.chdb_result_error.restype = ctypes.c_char_p
        self.lib.chdb_result_error.argtypes = [ctypes.c_void_p]
        self.lib.chdb_result_buffer.restype = ctypes.c_void_p
        self.lib.chdb_result_buffer.argtypes = [ctypes.c_void_p]
        self.lib.chdb_result_length.restype = ctypes.c_size_t
        self.lib.chdb_result_length.argtypes = [ctypes.c_void_p]
        self.lib.chdb_destroy_query_result.argtypes = [ctypes.c_void_p]
        self.lib.chdb_close_conn.argtypes = [ctypes.POINTER(ctypes.c_void_p)]
        words = [b"bench", f"--path={directory}".encode(), f"--config-file={directory}/engine.xml".encode()]
        self.lib.chdb_set_signal_handlers_enabled(0)
        self.connection = self.lib.chdb_connect(len(words), (ctypes.c_char_p * len(words))(*words))
        if not self.connection or not self.connection[0]:
            raise RuntimeError(f"cannot open {directory}")
        self.run("USE clew")

    def run(self, sql):
        text = sql.encode()
        result = self.lib.chdb_query_n(self.connection[0], text, len(text), b"TSV", 3)
        error = self.lib.chdb_result_error(result)
        if error:
            raise RuntimeError(error.decode()[:600])
        length = self.lib.chdb_result_length(result)
        answer = ctypes.string_at(self.lib.chdb_result_buffer(result), length).decode() if length else ""
        self.lib.chdb_destroy_query_result(result)
        return answer

    def close(self):
        self.lib.chdb_close_conn(self.connection)


def columns_with(changes):
    return ", ".join(f"{value} AS {name}" for name, value in changes.items())


def copy_statements(number, copies):
    """Copy `number` of the seed: ids begin with the number, traces lie anywhere in the copy's share of the days."""
    share = DAYS * 86_400_000_000 // copies
    shift = f"toIntervalMicrosecond({number * share} + cityHash64(trace_id) % {share})"
    mark = f"{number:06x}"
    own_trace = f"concat('{mark}', substring(trace_id, 7))"
    rows = {"trace_id": own_trace, "span_id": f"concat('{mark}', substring(span_id, 7))",
            "parent_span_id": f"if(parent_span_id = '', '', concat('{mark}', substring(parent_span_id, 7)))",
            "start_time": f"start_time - {shift}", "end_time": f"end_time - {shift}",
            "session_id": f"if(session_id = '', '', concat(session_id, '-{number}'))"}
    texts = {name: rows[name] for name in ("trace_id", "span_id", "start_time")}
    settings = "SETTINGS max_partitions_per_insert_block=100, max_insert_threads=1, max_threads=1"
    yield (f"INSERT INTO observations SELECT * REPLACE({columns_with(rows)}) FROM seed_observations {settings}")
    if number % 10 == 0:
        yield (f"INSERT INTO payloads SELECT * REPLACE({columns_with(texts)}) FROM seed_payloads {settings}")


def wide_statements():
    number = "(rowNumberInAllBlocks() + 1)"
    rows = {"trace_id": f"'{WIDE_TRACE}'", "span_id": f"leftPad(hex({number}), 16, '0')",
            "parent_span_id": f"if({number} = 1, '', leftPad(hex(intDiv({number} + 3, 5)), 16, '0'))",
            "start_time": f"now64(6, 'UTC') - toIntervalDay(3) + toIntervalMillisecond({number} * 20)",
            "end_time": f"now64(6, 'UTC') - toIntervalDay(3) + toIntervalMillisecond({number} * 20 + 900)"}
    yield (f"INSERT INTO observations SELECT * REPLACE({columns_with(rows)}) FROM "
           f"(SELECT * FROM seed_observations LIMIT {WIDE_SPANS}) SETTINGS max_threads=1")


def fill(options, server):
    figures = run.run_program("Seed", [
        options.build_dir / "bench/clew_bench_ingest", "--url", server.url, "--public-key", PUBLIC_KEY,
        "--secret-key", SECRET_KEY, "--connections", 2, "--probe-ms", 0, "--seconds", 600, "--spans", SEED])
    if figures.get("failed") or figures.get("errors"):
        raise RuntimeError("the seed was not stored")


def multiply(directory, library, spans):
    engine = Engine(library, directory)
    for table in ("observations", "payloads"):
        engine.run(f"CREATE TABLE seed_{table} ENGINE = Memory AS SELECT * FROM {table} FINAL")
    seeded = int(engine.run("SELECT count() FROM seed_observations"))
    copies = max(1, round(spans / seeded))
    began = time.monotonic()
    for number in range(1, copies):
        for sql in copy_statements(number, copies):
            engine.run(sql)
        if number % 20 == 0:
            print(f"  {number * seeded:,} observations, {time.monotonic() - began:.0f} s", flush=True)
    for sql in wide_statements():
        engine.run(sql)
    for table in ("observations", "payloads"):
        engine.run(f"DROP TABLE seed_{table}")
    engine.close()


def make(options, folder):
    """A stopped server over `folder`, filled once."""
    folder = folder.resolve()
    server = Server(options.server, folder / "data", folder / "server.log")
    marker = folder / "made.json"
    if marker.exists():
        return server
    folder.mkdir(parents=True, exist_ok=True)
    server.start()
    fill(options, server)
    server.stop()
    library = options.server.parent / "libchdb.so"
    multiply(folder / "data/analytics", library, options.spans)
    marker.write_text(json.dumps({"spans": options.spans}))
    return server
