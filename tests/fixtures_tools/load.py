#!/usr/bin/env python3
"""Loads the recorded traces of contract/fixtures into a running server, as their frameworks would have sent them.

Usage: load.py --url URL --public-key PK --secret-key SK [--recent] [NAME...]

--recent moves every trace to the last hour, so that lists with a short time range show it. Prints one line of JSON:
name -> trace id.
"""

import argparse
import base64
import json
import sys
import time
import urllib.request

import rebuild


def send(url: str, authorization: str, path: str, body: dict) -> dict:
    headers = {"Content-Type": "application/json", "Authorization": authorization}
    request = urllib.request.Request(url.rstrip("/") + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"{}")


def load(
    url: str, public_key: str, secret_key: str, *, recent: bool = False, names: list[str] | None = None
) -> dict[str, str]:
    """Sends the records; name -> trace id. Raises when the server refuses one."""
    authorization = "Basic " + base64.b64encode(f"{public_key}:{secret_key}".encode()).decode()
    loaded = {}
    for index, (name, record) in enumerate(rebuild.load_records().items()):
        if names and name not in names:
            continue
        shift = time.time() - 120 - index * 180 - rebuild.seconds(record["trace"]["timestamp"]) if recent else 0.0
        for path, body in rebuild.requests_for(record, shift):
            answer = send(url, authorization, path, body)
            if answer.get("errors") or answer.get("partialSuccess", {}).get("rejectedSpans"):
                raise RuntimeError(f"{name}: {json.dumps(answer)[:1000]}")
        loaded[name] = record["trace"]["id"]
    return loaded


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:3000")
    parser.add_argument("--public-key", required=True)
    parser.add_argument("--secret-key", required=True)
    parser.add_argument("--recent", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    loaded = load(options.url, options.public_key, options.secret_key, recent=options.recent, names=options.names)
    print(json.dumps(loaded))
    return 0


if __name__ == "__main__":
    sys.exit(main())
