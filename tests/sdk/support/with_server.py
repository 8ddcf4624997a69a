#!/usr/bin/env python3
"""Runs a command with a Clew of its own: with_server.py [--fixtures] [--demo] -- COMMAND...

The command finds the server in CLEW_E2E_URL, its sign-in in CLEW_E2E_EMAIL and CLEW_E2E_PASSWORD, the project and its
keys in CLEW_PROJECT_ID, CLEW_PUBLIC_KEY and CLEW_SECRET_KEY. --fixtures loads the recorded traces of the contract (moved to the
last hour; CLEW_FIXTURE_TRACES says how many), --demo the sample traces of ./dev run. Exits with the command's status.
"""

import argparse
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent / "fixtures_tools")]

import load  # noqa: E402

from support.api import Api, wait_for  # noqa: E402
from support.server import ROOT, Server, running_server  # noqa: E402


def send_demo(server: Server) -> None:
    command = [sys.executable, str(ROOT / "tools/demo/send.py"), "--url", server.url]
    subprocess.run([*command, "--public-key", server.public_key, "--secret-key", server.secret_key], check=True)


def send_fixtures(server: Server) -> int:
    loaded = load.load(server.url, server.public_key, server.secret_key, recent=True)
    api = Api(server.url, server.public_key, server.secret_key)
    wait_for(lambda: all(api.find_trace(trace_id) for trace_id in loaded.values()))
    return len(set(loaded.values()))


def tell_death(server: Server) -> int:
    """A server that ended on its own is the cause of whatever the command says."""
    tail = server.log.read_text(errors="replace")[-8000:]
    print(f"the server ended by itself with status {server.process.returncode}; its log ends with\n{tail}")
    return 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fixtures", action="store_true")
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--port", type=int)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    with running_server(options.port) as server:
        if options.demo:
            send_demo(server)
        fixtures = send_fixtures(server) if options.fixtures else 0
        environment = {
            "CLEW_E2E_URL": server.url,
            "CLEW_E2E_EMAIL": server.email,
            "CLEW_E2E_PASSWORD": server.password,
            "CLEW_PROJECT_ID": server.project_id,
            "CLEW_PUBLIC_KEY": server.public_key,
            "CLEW_SECRET_KEY": server.secret_key,
            "CLEW_FIXTURE_TRACES": str(fixtures),
        }
        status = subprocess.run(command, env=os.environ | environment).returncode
        return status if server.process.poll() is None else tell_death(server)


if __name__ == "__main__":
    sys.exit(main())
