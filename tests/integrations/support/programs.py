"""Runs the programs below python/ and js/: each is a framework set up as its vendor's documentation says."""

import os
import pathlib
import subprocess
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parents[1]
ROOT = HERE.parents[1]
# Where frameworks look for their settings; whatever the caller's shell says must not leak in.
FOREIGN = (
    "LANGFUSE_",
    "LANGCHAIN_",
    "LANGSMITH_",
    "OTEL_",
    "OPENAI_",
    "TRACEPARENT",
    "LITELLM_",
    "CREWAI_",
    "LOGFIRE_",
)
RUN_SECONDS = 180


@dataclass(frozen=True)
class Program:
    """`environment` (of the traces) is the program's name: that is how a test finds its traces."""

    name: str
    command: tuple[str, ...]


def python_program(name: str, packages: str, *arguments: str) -> Program:
    interpreter = ROOT / "build" / "venvs" / f"integrations-{packages}" / "bin" / "python"
    return Program(
        "-".join([name, *arguments]).replace("_", "-"),
        (str(interpreter), str(HERE / "python" / f"{name}.py"), *arguments),
    )


def js_program(name: str) -> Program:
    return Program(f"js-{name.replace('_', '-')}", ("node", str(HERE / "js" / f"{name}.mjs")))


def settings(program: Program, clew: str, public_key: str, authorization: str, secret_key: str, model: str) -> dict:
    """Everything a program is told, by the variables its framework documents."""
    return {
        "LANGFUSE_HOST": clew,
        "LANGFUSE_BASE_URL": clew,
        "LANGFUSE_OTEL_HOST": clew,
        "LANGFUSE_PUBLIC_KEY": public_key,
        "LANGFUSE_SECRET_KEY": secret_key,
        "LANGFUSE_TRACING_ENVIRONMENT": program.name,
        "OTEL_EXPORTER_OTLP_ENDPOINT": clew + "/api/public/otel",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=" + authorization.replace(" ", "%20"),
        "OTEL_RESOURCE_ATTRIBUTES": f"deployment.environment.name={program.name},service.name={program.name}",
        "OTEL_METRICS_EXPORTER": "none",
        "OPENAI_BASE_URL": model + "/v1",
        "OPENAI_API_BASE": model + "/v1",
        "OPENAI_API_KEY": "sk-fake",
    }


# Nothing leaves the machine: the frameworks' own telemetry is off, and a proxy that does not exist catches the rest.
OFFLINE = {
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "127.0.0.1,localhost",
    "ANONYMIZED_TELEMETRY": "False",
    "CREWAI_DISABLE_TELEMETRY": "true",
    "CREWAI_DISABLE_TRACKING": "true",
    "CREWAI_TRACING_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "HAYSTACK_CONTENT_TRACING_ENABLED": "true",
    "HF_HUB_OFFLINE": "1",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "OPENAI_AGENTS_DISABLE_TRACING": "0",
    "TRACELOOP_TELEMETRY": "false",
}


def run(program: Program, told: dict[str, str], home: pathlib.Path) -> str:
    """Runs it to its end; what it printed. `home` is an empty directory for whatever it caches."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
    clean = {key: value for key, value in clean.items() if not key.lower().endswith("_proxy")}
    own = {"HOME": str(home), "DSPY_CACHEDIR": str(home / "dspy"), "PYTHONPATH": ""}
    command = subprocess.run(
        program.command, env=clean | OFFLINE | told | own, cwd=home, text=True, capture_output=True, timeout=RUN_SECONDS
    )
    said = f"{program.name}:\n{command.stdout[-3000:]}\n{command.stderr[-6000:]}"
    assert command.returncode == 0, said
    return command.stdout + command.stderr
