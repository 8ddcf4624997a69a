"""Python SDK 2: traces as entities over the JSON batch API."""

import datetime
import sys

from common import PICTURE, finish, scenario, session_id
from langfuse import Langfuse
from langfuse.decorators import langfuse_context, observe
from langfuse.media import LangfuseMedia

langfuse = Langfuse()


def answer() -> dict:
    plan, session = scenario(), session_id()
    trace = langfuse.trace(
        name=plan["trace"]["name"],
        user_id=plan["trace"]["user"],
        session_id=session,
        tags=plan["trace"]["tags"],
        metadata=plan["trace"]["metadata"],
        version=plan["trace"]["version"],
        input=plan["root"]["input"],
        output=plan["root"]["output"],
    )
    root = trace.span(name=plan["root"]["name"], input=plan["root"]["input"])
    search = root.span(name=plan["search"]["name"], input=plan["search"]["input"], metadata=plan["search"]["metadata"])
    search.end(output=plan["search"]["output"])
    generation = root.generation(
        name=plan["answer"]["name"],
        model=plan["answer"]["model"],
        model_parameters=plan["answer"]["parameters"],
        input=plan["answer"]["input"],
    )
    generation.update(completion_start_time=datetime.datetime.now(datetime.UTC))
    event = generation.event(name=plan["event"]["name"], input=plan["event"]["input"])
    generation.end(output=plan["answer"]["output"], usage_details=plan["answer"]["usage"])
    lookup = root.span(name=plan["lookup"]["name"], input=plan["lookup"]["input"])
    lookup.end(level="ERROR", status_message=plan["lookup"]["status"])
    root.end(output=plan["root"]["output"])
    scores = plan["scores"]
    trace.score(name="quality", value=scores["quality"]["value"], comment=scores["quality"]["comment"])
    generation.score(name="tone", value=scores["tone"]["value"])
    trace.score(name="helpful", value=scores["helpful"]["value"], data_type="BOOLEAN")
    langfuse.flush()
    return {
        "trace": trace.id,
        "session": session,
        "root": root.id,
        "search": search.id,
        "answer": generation.id,
        "lookup": lookup.id,
        "event": event.id,
    }


@observe(name="outer")
def outer(number: int) -> int:
    try:
        inner(number)
    except ValueError:
        pass
    return langfuse_context.get_current_trace_id()


@observe(name="inner", as_type="generation")
def inner(number: int) -> int:
    langfuse_context.update_current_observation(model="gpt-4o-mini", usage_details={"input": 10, "output": 5})
    raise ValueError(f"{number} is too much")


def decorated() -> dict:
    trace = outer(7)
    langfuse_context.flush()
    return {"trace": trace}


def late_update() -> dict:
    """A generation is sent while it runs and completed in a later request."""
    trace = langfuse.trace(name="late update")
    generation = trace.generation(name="slow call", model="gpt-4o-mini", input="hello")
    langfuse.flush()
    generation.end(output="world", usage_details={"input": 3, "output": 2})
    langfuse.flush()
    return {"trace": trace.id, "answer": generation.id}


def media() -> dict:
    trace = langfuse.trace(name="look at this")
    sheet = LangfuseMedia(content_bytes=b"a,b\n1,2\n", content_type="text/csv")
    step = trace.generation(name="look at this", input={"picture": f"data:image/png;base64,{PICTURE}"})
    step.end(output={"sheet": sheet})
    langfuse.flush()
    return {"trace": trace.id}


def read() -> dict:
    import os

    trace = langfuse.fetch_trace(os.environ["TRACE_ID"]).data
    return {"name": trace.name, "observations": len(trace.observations), "scores": len(trace.scores)}


def check() -> dict:
    return {"authenticated": langfuse.auth_check()}


if __name__ == "__main__":
    actions = [answer, decorated, media, read, check]
    finish(({action.__name__: action for action in actions} | {"late": late_update})[sys.argv[1]]())
