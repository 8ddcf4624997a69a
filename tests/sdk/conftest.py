"""One server for the whole run; a recording proxy of its own for every test."""

import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "fixtures_tools")]

from support.api import Api  # noqa: E402
from support.proxy import running_proxy  # noqa: E402
from support.server import running_server  # noqa: E402


@pytest.fixture(scope="session")
def server():
    with running_server() as running:
        yield running


@pytest.fixture(scope="session")
def api(server):
    return Api(server.url, server.public_key, server.secret_key)


@pytest.fixture
def proxy(server):
    with running_proxy(server.url) as running:
        yield running
