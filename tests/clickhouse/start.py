#!/usr/bin/env python3
"""Starts a ClickHouse server on loopback for a test and waits until it answers.

Usage: start.py --server build/dev/tests/clickhouse/clickhouse_server --libchdb LIB --dir DIR [--http-port N]

Prints one line of JSON, {"url","user","password","pid"}, once the server answers, and then stays until its standard
input closes or it gets SIGTERM; the server ends with it. User `clew` may do everything, `default` next to nothing
(the program signs in as it, so it must exist).
"""

import argparse
import json
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

CONFIG = """<clickhouse>
  <listen_host>127.0.0.1</listen_host><http_port>{http_port}</http_port><tcp_port>{tcp_port}</tcp_port>
  <timezone>UTC</timezone>
  <users_config>{folder}/users.xml</users_config><default_profile>default</default_profile>
  <max_server_memory_usage>2000000000</max_server_memory_usage><mark_cache_size>67108864</mark_cache_size>
  <background_pool_size>2</background_pool_size><background_schedule_pool_size>4</background_schedule_pool_size>
</clickhouse>
"""
USERS = """<clickhouse>
  <profiles><default><max_threads>2</max_threads></default></profiles>
  <quotas><default></default></quotas>
  <users>
    <default>
      <password></password><networks><host>localhost</host></networks><profile>default</profile><quota>default</quota>
      <grants><query>GRANT SYSTEM ON *.*</query><query>GRANT SELECT ON system.numbers</query></grants>
    </default>
    <clew>
      <password>clew</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>
      <access_management>1</access_management>
    </clew>
  </users>
</clickhouse>
"""
# Listening starts by statement; the endless SELECT keeps the program alive.
LISTEN = """SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP;
SELECT sleepEachRow(3) FROM system.numbers SETTINGS max_block_size=1, function_sleep_max_microseconds_per_block=0
FORMAT Null"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url + "/ping", timeout=1) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def start(server: str, libchdb: str, folder: pathlib.Path, http_port: int) -> subprocess.Popen:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "users.xml").write_text(USERS, encoding="utf-8")
    config = folder / "config.xml"
    config.write_text(CONFIG.format(http_port=http_port, tcp_port=free_port(), folder=folder), encoding="utf-8")
    command = [
        server,
        libchdb,
        f"--config-file={config}",
        f"--path={folder / 'data'}",
        "--multiquery",
        "--query",
        LISTEN,
    ]
    with open(folder / "log", "ab") as log:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def wait_for_end(process: subprocess.Popen) -> None:
    """Returns when the server ended, our standard input closed, or a signal came."""
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    threading.Thread(target=lambda: (sys.stdin.buffer.read(), over.set()), daemon=True).start()
    while process.poll() is None and not over.wait(0.2):
        pass


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--libchdb", required=True)
    parser.add_argument("--dir", required=True, type=pathlib.Path)
    parser.add_argument("--http-port", type=int, default=0)
    options = parser.parse_args()
    folder = options.dir.resolve()
    port = options.http_port or free_port()
    url = f"http://127.0.0.1:{port}"
    process = start(options.server, options.libchdb, folder, port)
    try:
        deadline = time.monotonic() + 30
        while not answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                print((folder / "log").read_text(errors="replace")[-2000:], file=sys.stderr)
                return 1
            time.sleep(0.05)
        print(json.dumps({"url": url, "user": "clew", "password": "clew", "pid": process.pid}), flush=True)
        wait_for_end(process)
        return 0
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
