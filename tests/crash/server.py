"""One Clew server as a child process, on loopback ports of its own and a data directory of the caller's."""

import base64
import http.client
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

PUBLIC_KEY = "pk-lf-00000000-0000-4000-8000-00000000c1e3"
SECRET_KEY = "sk-lf-00000000-0000-4000-8000-00000000c1e3"
AUTHORIZATION = "Basic " + base64.b64encode(f"{PUBLIC_KEY}:{SECRET_KEY}".encode()).decode()
PROJECT_ID = "crash-project"
USER_EMAIL, USER_PASSWORD = "crash@example.org", "crash-Password-1"


class ServerError(Exception):
    """The server did not do what a server must: start, get ready, stay up."""


def free_port():
    """A free loopback port below the range the system hands out for outgoing connections."""
    while True:
        port = 20_000 + int.from_bytes(os.urandom(2), "big") % 12_000
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Server:
    def __init__(self, program, data_dir, log_path, environment=None):
        self.environment = dict(environment or {})  # on top of the usual; may be changed between two starts
        self.program = Path(program).resolve()
        self.data_dir = Path(data_dir)
        self.log_path = Path(log_path)
        self.port = free_port()
        self.metrics_port = free_port()
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self):
        return self.process.pid

    def _environment(self):
        # Nothing of the caller's settings: a CLICKHOUSE_URL in a shell must not decide what is tested.
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "CLEW_LIBCHDB") if name in os.environ}
        return kept | {
            "CLEW_METRICS_LISTEN": f"127.0.0.1:{self.metrics_port}",
            "LANGFUSE_INIT_ORG_ID": "crash-org",
            "LANGFUSE_INIT_ORG_NAME": "Crash",
            "LANGFUSE_INIT_PROJECT_ID": PROJECT_ID,
            "LANGFUSE_INIT_PROJECT_NAME": "Crash",
            "LANGFUSE_INIT_PROJECT_PUBLIC_KEY": PUBLIC_KEY,
            "LANGFUSE_INIT_PROJECT_SECRET_KEY": SECRET_KEY,
            "LANGFUSE_INIT_USER_EMAIL": USER_EMAIL,
            "LANGFUSE_INIT_USER_NAME": "Crash",
            "LANGFUSE_INIT_USER_PASSWORD": USER_PASSWORD,
        } | self.environment

    def launch(self):
        """Starts the process and does not wait."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [str(self.program), "serve", "--data-dir", str(self.data_dir), "--listen", f"127.0.0.1:{self.port}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment())

    def start(self, ready_seconds_max=60):
        """Starts and waits until it is ready; returns the seconds that took."""
        started = time.monotonic()
        self.launch()
        while time.monotonic() - started < ready_seconds_max:
            if self.process.poll() is not None:
                raise ServerError(f"the server ended while starting, see {self.log_path}")
            if self._answers_ready():
                return time.monotonic() - started
            try:
                self.process.wait(0.01)
            except subprocess.TimeoutExpired:
                pass
        raise ServerError(f"not ready after {ready_seconds_max} s, see {self.log_path}")

    def _answers_ready(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/api/public/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds_max=30):
        """SIGTERM; returns the exit status, or None when it had to be killed."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(seconds_max)
            except subprocess.TimeoutExpired:
                self.kill()
                return None
        return self.process.returncode
