"""Files in a bucket: clients get links into it, or everything through Clew when the bucket is private."""

import contextlib
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator

import pytest
from support import sdk as sdks
from support.api import Api, wait_for
from support.server import ROOT, running_server


@contextlib.contextmanager
def running_bucket() -> Iterator[str]:
    """A strict S3 double; its address."""
    command = [sys.executable, str(ROOT / "tests" / "s3" / "strict_s3.py"), "--bucket", "media"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield "http://127.0.0.1:" + process.stdout.readline().split()[-1]
    finally:
        process.stdin.close()
        process.wait(timeout=10)


def settings(address: str) -> dict[str, str]:
    return {
        "LANGFUSE_S3_MEDIA_UPLOAD_BUCKET": "media",
        "LANGFUSE_S3_MEDIA_UPLOAD_PREFIX": "files/",
        "LANGFUSE_S3_MEDIA_UPLOAD_ENDPOINT": address,
        "LANGFUSE_S3_MEDIA_UPLOAD_REGION": "eu-frankfurt-1",
        "LANGFUSE_S3_MEDIA_UPLOAD_ACCESS_KEY_ID": "clew",
        "LANGFUSE_S3_MEDIA_UPLOAD_SECRET_ACCESS_KEY": "clewsecret",
        "LANGFUSE_S3_MEDIA_UPLOAD_FORCE_PATH_STYLE": "true",
    }


@pytest.mark.parametrize("through_us", [False, True], ids=["links into the bucket", "through Clew"])
@pytest.mark.parametrize("sdk", [sdks.PYTHON_5, sdks.JS_5], ids=str)
def test_files_reach_the_bucket(sdk, through_us):
    more = {"CLEW_MEDIA_PROXY": "true"} if through_us else {}
    with running_bucket() as address, running_server(**settings(address), **more) as server:
        api = Api(server.url, server.public_key, server.secret_key)
        told = sdks.run(sdk, "media", api.url, api)
        step = api.wait_for_trace(told["trace"], observations=1)["observations"][0]
        media_id = step["output"]["sheet"].split("|")[1].removeprefix("id=")
        wait_for(lambda: api.send("GET", f"/api/public/media/{media_id}")[0] == 200)
        url = api.get(f"/media/{media_id}")["url"]
        assert url.startswith(server.url if through_us else f"{address}/media/files/{server.project_id}/")
        with urllib.request.urlopen(url, timeout=30) as answer:
            assert answer.read() == b"a,b\n1,2\n"
            assert answer.headers["Content-Type"] == "text/csv"
        assert urllib.parse.urlsplit(url).query != ""
