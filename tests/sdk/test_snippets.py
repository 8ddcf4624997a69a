"""What ./dev run and the quickstart tell people to copy works as it is printed."""

import os
import re
import subprocess
import textwrap

import pytest
from support import sdk as sdks
from support.api import wait_for
from support.server import ROOT


@pytest.fixture(scope="module")
def banner(server) -> str:
    """The banner of ./dev run for the server of this run."""
    script = f'source tools/dev/say.sh; source tools/dev/run.sh; banner "{server.url}" /nowhere'
    environment = os.environ | server.environment | {"ROOT": str(ROOT), "NO_COLOR": "1"}
    done = subprocess.run(
        ["bash", "-euc", script], cwd=ROOT, env=environment, text=True, capture_output=True, check=True
    )
    return done.stdout


def paragraph(banner: str, heading: str) -> str:
    """The indented lines below the line that starts with the heading."""
    match = re.search(rf"^{heading}.*\n\n((?:  .*\n|\n(?=  ))+)", banner, re.M)
    assert match, f"no paragraph {heading} in the banner:\n{banner}"
    return textwrap.dedent(match[1])


def run_with_exports(banner: str, heading: str, command: list[str], code: str, **options) -> None:
    """Runs the code in a shell that has pasted the exports of the banner before."""
    script = paragraph(banner, heading) + 'exec "$@"\n'
    clean = {key: value for key, value in os.environ.items() if not key.startswith(sdks.SETTINGS)}
    done = subprocess.run(
        ["bash", "-euc", script, "bash", *command],
        input=code,
        env=clean,
        text=True,
        capture_output=True,
        timeout=60,
        **options,
    )
    assert done.returncode == 0, done.stderr


def newest(api, name: str, before: set[str]) -> dict:
    def found():
        traces = [item for item in api.get("/traces", name=name, limit=100)["data"] if item["id"] not in before]
        return traces and traces[0]

    return wait_for(found, lambda: f"no new trace named {name}")


def traces_named(api, name: str) -> set[str]:
    return {item["id"] for item in api.get("/traces", name=name, limit=100)["data"]}


def test_the_python_snippet_of_the_banner(banner, api):
    before = traces_named(api, "hello")
    python = sdks.PYTHON_5.command[0]
    run_with_exports(banner, "Langfuse SDKs", [python, "-"], paragraph(banner, "Python"))
    trace = api.get(f"/traces/{newest(api, 'hello', before)['id']}")
    assert (trace["input"], trace["output"]) == ("Say hello", "Hello!")


def test_the_javascript_snippet_of_the_banner(banner, api):
    before = traces_named(api, "hello")
    folder = ROOT / "tests/sdk/js/langfuse5"
    command = ["node", "--input-type=module", "-"]
    run_with_exports(banner, "Langfuse SDKs", command, paragraph(banner, "JavaScript"), cwd=folder)
    trace = api.get(f"/traces/{newest(api, 'hello', before)['id']}")
    assert (trace["input"], trace["output"]) == ("Say hello", "Hello!")


def test_the_opentelemetry_variables_of_the_banner(banner, api):
    before = traces_named(api, "hello from OpenTelemetry")
    code = textwrap.dedent("""
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
        with provider.get_tracer("t").start_as_current_span("hello from OpenTelemetry"):
            pass
    """)
    run_with_exports(banner, "OpenTelemetry", [sdks.OTEL_PYTHON.command[0], "-"], code)
    newest(api, "hello from OpenTelemetry", before)


def test_the_python_code_of_the_quickstart(banner, api):
    before = traces_named(api, "answer")
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/guide/quickstart.md").read_text(encoding="utf-8"), re.S)
    run_with_exports(banner, "Langfuse SDKs", [sdks.PYTHON_5.command[0], "-"], code)
    trace = api.get(f"/traces/{newest(api, 'answer', before)['id']}")
    assert {item["name"] for item in trace["observations"]} == {"answer", "llm"}
