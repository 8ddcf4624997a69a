"""A Clew of its own for a test: random port, fresh data directory, a project with known keys."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field

ROOT = pathlib.Path(__file__).resolve().parents[3]
READY_SECONDS = 60


@dataclass
class Server:
    url: str
    process: subprocess.Popen
    log: pathlib.Path
    public_key: str = "pk-lf-sdk-tests"
    secret_key: str = "sk-lf-sdk-tests"
    project_id: str = "sdk-tests"
    email: str = "test@clew.local"
    password: str = "correct-horse-7!"
    data_dir: pathlib.Path = field(default_factory=pathlib.Path)
    # OTLP over gRPC with a key, and over both without one: the default ports, moved so that servers do not meet.
    grpc_port: int = field(default_factory=lambda: free_port())
    local_http_port: int = field(default_factory=lambda: free_port())
    local_grpc_port: int = field(default_factory=lambda: free_port())

    @property
    def environment(self) -> dict[str, str]:
        """Headless initialisation (operations.md 5) with the values above, and what keeps servers apart."""
        return {
            "LANGFUSE_INIT_ORG_ID": "sdk-tests",
            "LANGFUSE_INIT_ORG_NAME": "SDK tests",
            "LANGFUSE_INIT_PROJECT_ID": self.project_id,
            "LANGFUSE_INIT_PROJECT_NAME": "SDK tests",
            "LANGFUSE_INIT_PROJECT_PUBLIC_KEY": self.public_key,
            "LANGFUSE_INIT_PROJECT_SECRET_KEY": self.secret_key,
            "LANGFUSE_INIT_USER_EMAIL": self.email,
            "LANGFUSE_INIT_USER_NAME": "Test",
            "LANGFUSE_INIT_USER_PASSWORD": self.password,
            "NEXTAUTH_URL": self.url,
            "CLEW_METRICS_LISTEN": "off",  # its port is fixed
            "CLEW_OTLP_GRPC_LISTEN": f"127.0.0.1:{self.grpc_port}",
            "CLEW_OTLP_DEFAULT_PROJECT": self.project_id,
            "CLEW_OTLP_LOCAL_HTTP_LISTEN": f"127.0.0.1:{self.local_http_port}",
            "CLEW_OTLP_LOCAL_GRPC_LISTEN": f"127.0.0.1:{self.local_grpc_port}",
        }


def program() -> pathlib.Path:
    """The program under test: CLEW_PROGRAM, else what ./dev build made."""
    return pathlib.Path(os.environ.get("CLEW_PROGRAM") or ROOT / "build" / "clew")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def status_of(url: str) -> int | None:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def wait_until_ready(server: Server) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while status_of(server.url + "/api/public/ready") != 200:
        if server.process.poll() is not None or time.monotonic() > deadline:
            tail = server.log.read_text(errors="replace")[-4000:]
            raise RuntimeError(f"{program()} did not become ready:\n{tail}")
        time.sleep(0.02)


def stop(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def running_server(port: int | None = None, **settings: str) -> Iterator[Server]:
    """Starts Clew with `settings` on top, yields when it is ready, stops it. Its log is kept in build/logs."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="clew-sdk-"))
    port = port or free_port()
    log = folder / "clew.log"
    command = [str(program()), "serve", "--data-dir", str(folder / "data"), "--listen", f"127.0.0.1:{port}"]
    server = Server(f"http://127.0.0.1:{port}", None, log, data_dir=folder / "data")
    environment = {key: value for key, value in os.environ.items() if key != "CLEW_PROGRAM"}
    environment |= server.environment | settings
    with open(log, "wb") as output:
        server.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        wait_until_ready(server)
        yield server
    finally:
        stop(server.process)
        kept = ROOT / "build" / "logs"
        kept.mkdir(parents=True, exist_ok=True)
        shutil.copy(log, kept / "sdk-server.log")
        shutil.rmtree(folder, ignore_errors=True)
