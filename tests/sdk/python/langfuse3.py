"""Python SDK 3: spans over OTLP; trace attributes are set on any span with update_trace."""

import sys

import spans
from common import finish, scenario, session_id
from langfuse import Langfuse

langfuse = Langfuse()


def answer() -> dict:
    plan, session = scenario(), session_id()
    trace = plan["trace"]
    with langfuse.start_as_current_observation(name=plan["root"]["name"], input=plan["root"]["input"]) as root:
        root.update_trace(
            name=trace["name"],
            user_id=trace["user"],
            session_id=session,
            tags=trace["tags"],
            metadata=trace["metadata"],
            version=trace["version"],
            input=plan["root"]["input"],
            output=plan["root"]["output"],
        )
        ids = spans.steps(langfuse, plan)
        root.update(output=plan["root"]["output"])
    spans.score_trace(langfuse, plan, root.trace_id)
    langfuse.flush()
    return {"trace": root.trace_id, "session": session, "root": root.id} | ids


ACTIONS = {
    "answer": answer,
    "decorated": lambda: spans.decorated(langfuse),
    "media": lambda: spans.media(langfuse),
    "large": lambda: spans.large(langfuse),
    "read": lambda: spans.read(langfuse),
    "check": lambda: spans.check(langfuse),
}

if __name__ == "__main__":
    finish(ACTIONS[sys.argv[1]]())
