"""What the programs of all generations share: the scenario, and how they tell what they sent."""

import json
import os
import uuid


def scenario() -> dict:
    with open(os.environ["SCENARIO"], encoding="utf-8") as file:
        return json.load(file)


# A picture of one pixel.
PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def session_id() -> str:
    return f"session-{uuid.uuid4().hex[:12]}"


def finish(told: dict) -> None:
    print(json.dumps(told), flush=True)
