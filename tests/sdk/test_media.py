"""Files: what the SDKs take out of a trace, upload and refer to can be downloaded again, byte for byte."""

import base64
import hashlib
import re
import urllib.error
import urllib.request

import pytest
from support import sdk as sdks
from support.api import wait_for

REFERENCE = re.compile(r"^@@@langfuseMedia:type=([^|]+)\|id=([^|]+)\|source=([^@]+)@@@$")
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
CONTENTS = {"image/png": base64.b64decode(PICTURE), "text/csv": b"a,b\n1,2\n"}


def sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def media_id(content: bytes) -> str:
    return sha256(content)[:22].replace("+", "-").replace("/", "_")


def announcement(content: bytes, content_type: str, **change) -> dict:
    return {
        "contentType": content_type,
        "contentLength": len(content),
        "sha256Hash": sha256(content),
        "traceId": "media-by-hand",
        "field": "input",
    } | change


def fetch(request) -> tuple[int, bytes, dict]:
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read(), dict(error.headers)


def put(url: str, content: bytes, content_type: str) -> int:
    return fetch(urllib.request.Request(url, content, {"Content-Type": content_type}, method="PUT"))[0]


def upload(api, content: bytes, content_type: str) -> dict:
    """The description of a file that is there."""
    status, ticket = api.send("POST", "/api/public/media", announcement(content, content_type))
    assert status == 201
    assert put(ticket["uploadUrl"], content, content_type) == 200
    report = {"uploadedAt": "2026-11-23T12:00:00Z", "uploadHttpStatus": 200, "uploadHttpError": ""}
    assert api.send("PATCH", f"/api/public/media/{ticket['mediaId']}", report) == (200, {"message": "OK"})
    return api.get(f"/media/{ticket['mediaId']}")


@pytest.mark.parametrize("sdk", sdks.LANGFUSE_SDKS, ids=str)
def test_files_of_a_trace_are_uploaded_and_can_be_downloaded(sdk, api):
    told = sdks.run(sdk, "media", api.url, api)
    step = api.wait_for_trace(told["trace"], observations=1)["observations"][0]
    for value, content_type in ((step["input"]["picture"], "image/png"), (step["output"]["sheet"], "text/csv")):
        reference = REFERENCE.match(value)
        assert reference, value
        content = CONTENTS[content_type]
        assert reference[1] == content_type
        assert reference[2] == media_id(content)
        path = f"/api/public/media/{reference[2]}"
        wait_for(lambda path=path: api.send("GET", path)[0] == 200)  # SDKs upload beside the trace
        described = api.get(f"/media/{reference[2]}")
        assert (described["contentType"], described["contentLength"]) == (content_type, len(content))
        status, body, headers = fetch(described["url"])
        assert (status, body) == (200, content)
        assert headers["Content-Type"] == content_type


def test_a_file_that_is_there_is_not_asked_for_again(api):
    content = b"known to the server"
    assert upload(api, content, "text/plain")["mediaId"] == media_id(content)
    assert api.send("POST", "/api/public/media", announcement(content, "text/plain"))[1]["uploadUrl"] is None
    again = api.send("POST", "/api/public/media", announcement(content, "text/markdown"))[1]
    assert again["uploadUrl"] is not None


def test_an_upload_must_be_what_was_announced(api):
    content = b"announced content"
    url = api.send("POST", "/api/public/media", announcement(content, "text/plain"))[1]["uploadUrl"]
    assert put(url, content, "text/html") == 403
    assert put(url, content + b"!", "text/plain") == 403
    assert put(url, b"Announced content", "text/plain") == 400
    assert put(url.replace("project=", "project=x"), content, "text/plain") == 403
    assert put(url[:-1] + ("0" if url[-1] != "0" else "1"), content, "text/plain") == 403
    assert api.send("GET", f"/api/public/media/{media_id(content)}")[0] == 404


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/pdf"])
def test_a_file_cannot_run_as_a_page_of_ours(api, content_type):
    content = f"<script>alert('{content_type}')</script>".encode()
    status, _, headers = fetch(upload(api, content, content_type)["url"])
    assert status == 200
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]


def test_a_part_of_a_file(api):
    url = upload(api, b"0123456789", "video/mp4")["url"]
    status, body, headers = fetch(urllib.request.Request(url, headers={"Range": "bytes=2-4"}))
    assert (status, body, headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert headers["Content-Disposition"].startswith("inline")


@pytest.mark.parametrize(
    "change",
    [
        {"contentType": "application/x-msdownload"},
        {"contentLength": 0},
        {"contentLength": 2_000_000_000},
        {"sha256Hash": "abc"},
        {"field": "expectedOutput"},
        {"traceId": None},
    ],
    ids=str,
)
def test_what_cannot_be_a_file_is_refused(api, change):
    status, body = api.send("POST", "/api/public/media", announcement(b"x", "text/plain", **change))
    assert (status, body["error"]) == (400, "InvalidRequestError")
