#!/usr/bin/env python3
"""Sends the sample traces of ./dev run: a day in the life of a travel assistant.

Usage: send.py --url URL --public-key PK --secret-key SK [--traces N] [--seed S] [--print]

Needs nothing but Python. Most traces go through OTLP (JSON), the nightly batch through the JSON batch API as older SDKs
do, scores through the batch API. --print writes the requests to standard output instead of sending them.
"""

import argparse
import base64
import json
import math
import random
import sys
import time
import urllib.error
import urllib.request

import stories
import wire
from recorder import Story

DAY = 24 * 3600
REQUEST_TRACES = 25
# How often each story happens, out of a hundred.
MIX = [
    (stories.trip_planner, 24),
    (stories.support_chat, 30),
    (stories.booking_change, 18),
    (stories.fare_watch, 18),
    (stories.review_digest, 8),
    (stories.deep_research, 2),
]


def moment(rng: random.Random, now: float) -> float:
    """A time in the last 24 hours: busier in the afternoon, a little of it in the last minutes."""
    if rng.random() < 0.05:
        return now - rng.uniform(60, 900)
    while True:
        when = now - rng.uniform(300, DAY)
        hour = time.gmtime(when).tm_hour
        if rng.random() < 0.35 + 0.65 * max(0.0, math.sin((hour - 6) / 24 * 2 * math.pi)):
            return when


def tell(count: int, seed: int, now: float) -> list[Story]:
    """Every kind of story at least once, then by their mix, until there are `count` traces."""
    rng = random.Random(seed)
    told: list[Story] = []
    kinds = [kind for kind, _ in MIX]
    while len(told) < count:
        kind = kinds.pop() if kinds else rng.choices([kind for kind, _ in MIX], [weight for _, weight in MIX])[0]
        result = kind(rng, moment(rng, now))
        told += result if isinstance(result, list) else [result]
    finished = [story for story in told if story.now < now - 5]
    return sorted(finished, key=lambda story: story.start)


def requests_of(told: list[Story]) -> list[tuple[str, dict]]:
    """(path, body) of every request, oldest traces first."""
    is_batch = {id(story): story.name == "review digest" for story in told}
    spans = [story for story in told if not is_batch[id(story)]]
    requests = [
        ("/api/public/otel/v1/traces", wire.otlp_request(spans[at : at + REQUEST_TRACES]))
        for at in range(0, len(spans), REQUEST_TRACES)
    ]
    requests += [
        ("/api/public/ingestion", {"batch": wire.batch_events(story)}) for story in told if is_batch[id(story)]
    ]
    scores = [event for story in told for event in wire.score_events(story)]
    requests += [("/api/public/ingestion", {"batch": scores[at : at + 100]}) for at in range(0, len(scores), 100)]
    return requests


def send(url: str, authorization: str, path: str, body: dict, tries: int = 5) -> None:
    """Posts the body; waits and tries again when the server is busy. Raises RuntimeError for anything it refuses."""
    request = urllib.request.Request(
        url.rstrip("/") + path,
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": authorization},
    )
    for attempt in range(tries):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                problems = json.loads(answer.read() or b"{}")
                if problems.get("errors") or problems.get("partialSuccess", {}).get("rejectedSpans"):
                    raise RuntimeError(f"{path}: {json.dumps(problems)[:500]}")
                return
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503) or attempt + 1 == tries:
                raise RuntimeError(f"{path}: {error.code} {error.read()[:300]!r}") from error
            time.sleep(float(error.headers.get("Retry-After") or 1))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:3000")
    parser.add_argument("--public-key", default="")
    parser.add_argument("--secret-key", default="")
    parser.add_argument("--traces", type=int, default=240)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--print", action="store_true")
    options = parser.parse_args()
    told = tell(options.traces, options.seed, time.time())
    requests = requests_of(told)
    if options.print:
        for path, body in requests:
            print(path, json.dumps(body, ensure_ascii=False))
        return 0
    key = f"{options.public_key}:{options.secret_key}".encode()
    authorization = "Basic " + base64.b64encode(key).decode()
    for path, body in requests:
        try:
            send(options.url, authorization, path, body)
        except (RuntimeError, OSError) as error:
            print(f"sample traces: {error}", file=sys.stderr)
            return 1
    observations = sum(len(story.observations) for story in told)
    print(f"{len(told)} traces, {observations} observations, {sum(len(story.scores) for story in told)} scores")
    return 0


if __name__ == "__main__":
    sys.exit(main())
