"""Stock exporters over every transport of OTLP, with a key and without any setting."""

import concurrent.futures
import socket

import pytest
from support import sdk as sdks
from support.api import Api, wait_for
from support.expect import by_id
from support.server import Server, running_server

HTTP, GRPC = "local_http_port", "local_grpc_port"
GZIP = {"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"}
WITH_A_KEY = [
    pytest.param(sdks.OTEL_PYTHON, {}, id="python"),
    pytest.param(sdks.OTEL_PYTHON, GZIP, id="python-gzip"),
    pytest.param(sdks.OTEL_JS, {}, id="js"),
    pytest.param(sdks.OTEL_JS, GZIP, id="js-gzip"),
]
WITHOUT_A_KEY = [
    pytest.param(sdks.OTEL_PYTHON, "grpc", GRPC, id="python-grpc"),
    pytest.param(sdks.OTEL_PYTHON, "protobuf", HTTP, id="python-http"),
    pytest.param(sdks.OTEL_JS, "grpc", GRPC, id="js-grpc"),
    pytest.param(sdks.OTEL_JS, "json", HTTP, id="js-json"),
    pytest.param(sdks.OTEL_JS, "protobuf", HTTP, id="js-protobuf"),
]


def over_grpc(server: Server, authorization: str, **more: str) -> dict[str, str]:
    return {
        "ENCODING": "grpc",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.grpc_port}",
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=" + authorization.replace(" ", "%20"),
    } | more


def is_the_whole_story(told: dict, trace: dict) -> None:
    found = by_id(trace)
    root, agent, answer, tool = (found[told[key]] for key in ("root", "agent", "answer", "lookup"))
    assert trace["name"] == root["name"] == "GET /weather"
    parents = [item["parentObservationId"] for item in (root, agent, answer, tool)]
    assert parents == [None, told["root"], told["agent"], told["agent"]]
    assert [agent["type"], answer["type"], tool["type"]] == ["AGENT", "GENERATION", "TOOL"]
    assert "Yes, take a coat." in str(answer["output"])


@pytest.mark.parametrize("sdk, settings", WITH_A_KEY)
def test_an_exporter_with_a_key_speaks_grpc(sdk, settings, server, api):
    told = sdks.run_with_only(sdk, "chat", **over_grpc(server, api.authorization, **settings))
    is_the_whole_story(told, api.wait_for_trace(told["trace"], observations=4))


@pytest.mark.parametrize("sdk, encoding, port", WITHOUT_A_KEY)
def test_an_exporter_without_any_setting_is_heard(sdk, encoding, port, server, api):
    # The endpoint only because the default ports are the machine's and may be taken; nothing else is set.
    endpoint = f"http://localhost:{getattr(server, port)}"
    told = sdks.run_with_only(sdk, "chat", ENCODING=encoding, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint)
    is_the_whole_story(told, api.wait_for_trace(told["trace"], observations=4))


@pytest.mark.parametrize("port", ["grpc_port", "local_grpc_port"])
def test_a_wrong_key_is_refused_over_grpc(port, server, api):
    wrong = over_grpc(server, "Basic cGstbGYtd3Jvbmc6c2std3Jvbmc=")
    wrong["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{getattr(server, port)}"
    told = sdks.run_with_only(sdks.OTEL_PYTHON, "chat", **wrong)
    assert "UNAUTHENTICATED" in told["stderr"]
    assert api.find_trace(told["trace"]) is None


@pytest.mark.parametrize("encoding, port", [("protobuf", "local_http_port"), ("grpc", "grpc_port")])
def test_without_a_key_only_the_local_ports_listen(encoding, port, server, api):
    wrong = {"OTEL_EXPORTER_OTLP_HEADERS": "authorization=Basic%20cGstbGYtd3Jvbmc6c2std3Jvbmc="}
    settings = wrong if port == "local_http_port" else {}  # a wrong key there, none here
    endpoint = f"http://127.0.0.1:{getattr(server, port)}"
    told = sdks.run_with_only(
        sdks.OTEL_PYTHON, "chat", ENCODING=encoding, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, **settings
    )
    assert "401" in told["stderr"] or "UNAUTHENTICATED" in told["stderr"] or "Unauthorized" in told["stderr"]
    assert api.find_trace(told["trace"]) is None


def test_an_exporter_comes_back_when_the_server_was_too_busy():
    """HTTP bodies hold all the memory there is for requests; the gRPC exporter is told when to come back, and does."""
    with running_server(CLEW_MAX_INFLIGHT_BYTES="1000000") as server:
        api = Api(server.url, server.public_key, server.secret_key)
        with socket.create_connection(("127.0.0.1", int(server.url.rsplit(":", 1)[1]))) as upload:
            upload.sendall(
                b"POST /api/public/otel/v1/traces HTTP/1.1\r\nHost: localhost\r\n"
                b"Content-Type: application/x-protobuf\r\nContent-Length: 999000\r\n"
                b"Authorization: " + api.authorization.encode() + b"\r\nExpect: 100-continue\r\n\r\n"
            )
            assert upload.recv(1000).startswith(b"HTTP/1.1 100")  # its body is awaited, and its memory taken
            with concurrent.futures.ThreadPoolExecutor() as pool:
                settings = over_grpc(server, api.authorization, OTEL_EXPORTER_OTLP_TIMEOUT="60")
                export = pool.submit(sdks.run_with_only, sdks.OTEL_PYTHON, "chat", **settings)
                wait_for(lambda: '"status":503' in server.log.read_text())
                upload.close()
                told = export.result()
        is_the_whole_story(told, api.wait_for_trace(told["trace"], observations=4))
