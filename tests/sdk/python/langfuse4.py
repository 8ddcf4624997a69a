"""Python SDK 4: spans over OTLP; trace attributes are propagated to every span."""

import sys

import spans
from common import finish, session_id
from langfuse import Langfuse, propagate_attributes

langfuse = Langfuse()

ACTIONS = {
    "answer": lambda: spans.answer_with(langfuse, session_id(), propagate_attributes),
    "decorated": lambda: spans.decorated(langfuse),
    "media": lambda: spans.media(langfuse),
    "large": lambda: spans.large(langfuse),
    "read": lambda: spans.read(langfuse),
    "check": lambda: spans.check(langfuse),
}

if __name__ == "__main__":
    finish(ACTIONS[sys.argv[1]]())
