"""One server and one fake model for the whole run; a test finds its traces by the environment its program names."""

import pathlib
import sys
import time
from collections.abc import Iterable

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "support"), str(HERE.parent / "sdk")]

import programs  # noqa: E402
from fake_openai import running_fake  # noqa: E402
from support.api import Api  # noqa: E402
from support.server import running_server  # noqa: E402
from tree import outline  # noqa: E402

VISIBLE_SECONDS = 20


@pytest.fixture(scope="session")
def server():
    with running_server() as running:
        yield running


@pytest.fixture(scope="session")
def api(server):
    return Api(server.url, server.public_key, server.secret_key)


@pytest.fixture(scope="session")
def fake():
    with running_fake() as running:
        yield running


def traces_of(api: Api, environment: str) -> list[dict]:
    listed = api.get("/traces", environment=environment, limit=50)["data"]
    return [trace for item in listed if (trace := api.find_trace(item["id"]))]


@pytest.fixture
def arrived(server, api, fake, tmp_path):
    """arrived(program, shapes): runs it and returns its traces once they have these outlines, ordered by outline."""

    def run(program: programs.Program, *shapes: str, ignored: Iterable[str] = ()) -> list[dict]:
        told = programs.settings(program, server.url, server.public_key, api.authorization, server.secret_key, fake.url)
        programs.run(program, told, tmp_path)
        expected = sorted(shape.strip("\n") for shape in shapes)
        deadline = time.monotonic() + VISIBLE_SECONDS
        while True:
            traces = sorted(traces_of(api, program.name), key=outline)
            shown = [outline(trace, ignored) for trace in traces]
            if shown == expected:
                return traces
            wanted, found = "\n\n".join(expected), "\n\n".join(shown)
            assert time.monotonic() < deadline, f"expected\n{wanted}\n\nbut found\n{found}"
            time.sleep(0.1)

    return run
