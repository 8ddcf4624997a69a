"""Runs the programs below python/ and js/ with the SDK generation they are written for."""

import json
import os
import pathlib
import subprocess
from dataclasses import dataclass

from .api import Api
from .server import ROOT

HERE = pathlib.Path(__file__).resolve().parents[1]
# Where the real SDKs look for their settings; whatever the caller's shell says must not leak in.
SETTINGS = ("LANGFUSE_", "OTEL_", "TRACEPARENT")


@dataclass(frozen=True)
class Sdk:
    """One SDK generation: how to start its programs and what it can express."""

    name: str
    command: tuple[str, ...]
    typed: bool = True  # has retriever, tool and agent; otherwise those are spans
    reads_trace: bool = True  # its own client reads /traces/{id}
    door: str = "/api/public/otel/v1/traces"

    def __str__(self) -> str:
        return self.name


def python_sdk(name: str, file: str | None = None, **facts) -> Sdk:
    interpreter = ROOT / "build" / "venvs" / name / "bin" / "python"
    return Sdk(f"python-{name}", (str(interpreter), str(HERE / "python" / (file or f"{name}.py"))), **facts)


def js_sdk(name: str, **facts) -> Sdk:
    return Sdk(f"js-{name}", ("node", str(HERE / "js" / name / "program.mjs")), **facts)


INGESTION = "/api/public/ingestion"
PYTHON_2 = python_sdk("langfuse2", typed=False, door=INGESTION)
PYTHON_3 = python_sdk("langfuse3")
PYTHON_4 = python_sdk("langfuse4")
PYTHON_5 = python_sdk("langfuse5", reads_trace=False)
JS_3 = js_sdk("langfuse3", typed=False, door=INGESTION)
JS_4 = js_sdk("langfuse4")
JS_5 = js_sdk("langfuse5")
OTEL_PYTHON = python_sdk("opentelemetry", "otel.py", reads_trace=False)
OTEL_JS = js_sdk("opentelemetry", reads_trace=False)
LANGFUSE_SDKS = [PYTHON_2, PYTHON_3, PYTHON_4, PYTHON_5, JS_3, JS_4, JS_5]


def run(sdk: Sdk, action: str, url: str, api: Api, *, check: bool = True, **environment: str) -> dict:
    """Runs `PROGRAM ACTION`; the program prints one JSON object as its last line, which is returned."""
    settings = {
        "LANGFUSE_HOST": url,
        "LANGFUSE_BASE_URL": url,
        "LANGFUSE_BASEURL": url,
        "LANGFUSE_PUBLIC_KEY": api.public_key,
        "LANGFUSE_SECRET_KEY": api.secret_key,
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": url + "/api/public/otel/v1/traces",
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "Authorization=" + api.authorization.replace(" ", "%20"),
    }
    return run_with_only(sdk, action, check=check, **(settings | environment))


def run_with_only(sdk: Sdk, action: str, *, check: bool = True, **environment: str) -> dict:
    """The same with no setting but the given ones: as somebody who has configured nothing."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(SETTINGS)}
    clean["SCENARIO"] = str(HERE / "scenario.json")
    done = subprocess.run(
        [*sdk.command, action], env=clean | environment, text=True, capture_output=True, timeout=120
    )
    assert not check or done.returncode == 0, f"{sdk} {action} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines or not check, f"{sdk} {action} printed no result:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    told = json.loads(lines[-1]) if lines else {}
    return told | {"stderr": done.stderr, "status": done.returncode}
