"""Python SDK 5: as 4, with gzip, JSON metadata and scores as a list; it reads observations and scores, not traces."""

import os
import subprocess
import sys

import experiments
import spans
from common import finish, session_id
from langfuse import Langfuse, propagate_attributes
from opentelemetry.propagate import inject

langfuse = Langfuse()


def read() -> dict:
    trace_id = os.environ["TRACE_ID"]
    observations = langfuse.api.observations.get_many(
        trace_id=trace_id, fields="core,basic,io,metadata,usage,model,trace_context"
    )
    scores = langfuse.api.scores.get_many(trace_id=trace_id)
    return {"names": sorted(item.name for item in observations.data), "scores": len(scores.data)}


def orchestrate() -> dict:
    """An orchestrator and one agent here; the other agent is the program WRITER, which continues our trace."""
    with (
        propagate_attributes(trace_name="write report", session_id=session_id(), user_id="user-9"),
        langfuse.start_as_current_observation(as_type="agent", name="orchestrator", input="Report on tides") as root,
    ):
        with langfuse.start_as_current_observation(as_type="agent", name="research agent") as research:
            with langfuse.start_as_current_observation(as_type="generation", name="choose tool", model="gpt-4o-mini"):
                pass
            with langfuse.start_as_current_observation(as_type="tool", name="search web", input={"q": "tides"}):
                pass
        carrier: dict[str, str] = {}
        inject(carrier)
        writer = subprocess.run(
            [*os.environ["WRITER"].split("\n"), "continue"],
            env=os.environ | {"TRACEPARENT": carrier["traceparent"]},
            capture_output=True,
            text=True,
            timeout=50,
        )
        if writer.returncode:
            raise RuntimeError(writer.stderr)
        root.update(output="The moon does it.")
    langfuse.flush()
    return {"trace": root.trace_id, "root": root.id, "research": research.id}


ACTIONS = {
    "answer": lambda: spans.answer_with(langfuse, session_id(), propagate_attributes),
    "decorated": lambda: spans.decorated(langfuse),
    "typed": lambda: spans.typed_metadata(langfuse),
    "media": lambda: spans.media(langfuse),
    "large": lambda: spans.large(langfuse),
    "read": read,
    "check": lambda: spans.check(langfuse),
    "orchestrate": orchestrate,
    "experiment": lambda: experiments.experiment(langfuse),
    "many": lambda: experiments.many(langfuse),
    "evaluate": lambda: experiments.evaluate(langfuse),
}

if __name__ == "__main__":
    finish(ACTIONS[sys.argv[1]]())
