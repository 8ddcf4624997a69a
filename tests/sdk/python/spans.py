"""What the programs for the SDK generations 3, 4 and 5 share: those are OpenTelemetry spans with one API."""

import contextlib
import datetime
import os

from common import PICTURE, scenario
from langfuse import Langfuse, observe
from langfuse.media import LangfuseMedia


def steps(langfuse: Langfuse, plan: dict) -> dict:
    """The observations below the root, which must be the current one; their ids."""
    with langfuse.start_as_current_observation(as_type="retriever", name=plan["search"]["name"]) as search:
        search.update(
            input=plan["search"]["input"], output=plan["search"]["output"], metadata=plan["search"]["metadata"]
        )
    with langfuse.start_as_current_observation(
        as_type="generation",
        name=plan["answer"]["name"],
        model=plan["answer"]["model"],
        model_parameters=plan["answer"]["parameters"],
        input=plan["answer"]["input"],
    ) as answer:
        event = langfuse.create_event(name=plan["event"]["name"], input=plan["event"]["input"])
        answer.update(
            completion_start_time=datetime.datetime.now(datetime.UTC),
            output=plan["answer"]["output"],
            usage_details=plan["answer"]["usage"],
        )
        answer.score(name="tone", value=plan["scores"]["tone"]["value"], data_type="CATEGORICAL")
    lookup = langfuse.start_observation(as_type="tool", name=plan["lookup"]["name"], input=plan["lookup"]["input"])
    lookup.update(level="ERROR", status_message=plan["lookup"]["status"])
    lookup.end()
    return {"search": search.id, "answer": answer.id, "event": event.id, "lookup": lookup.id}


def media(langfuse: Langfuse) -> dict:
    """A file handed over as such, and one inside a data URI, which the SDK finds by itself."""
    sheet = LangfuseMedia(content_bytes=b"a,b\n1,2\n", content_type="text/csv")
    with langfuse.start_as_current_observation(as_type="generation", name="look at this") as step:
        step.update(input={"picture": f"data:image/png;base64,{PICTURE}"}, output={"sheet": sheet})
    langfuse.flush()
    return {"trace": step.trace_id}


def score_trace(langfuse: Langfuse, plan: dict, trace_id: str) -> None:
    quality, helpful = plan["scores"]["quality"], plan["scores"]["helpful"]
    langfuse.create_score(trace_id=trace_id, name="quality", value=quality["value"], comment=quality["comment"])
    langfuse.create_score(trace_id=trace_id, name="helpful", value=helpful["value"], data_type="BOOLEAN")


def answer_with(langfuse: Langfuse, session: str, propagated) -> dict:
    """The scenario where trace attributes are propagated (4 and 5)."""
    plan = scenario()
    trace = plan["trace"]
    with propagated(
        trace_name=trace["name"],
        user_id=trace["user"],
        session_id=session,
        tags=trace["tags"],
        metadata=trace["metadata"],
        version=trace["version"],
    ):
        with langfuse.start_as_current_observation(name=plan["root"]["name"], input=plan["root"]["input"]) as root:
            ids = steps(langfuse, plan)
            root.update(output=plan["root"]["output"])
    score_trace(langfuse, plan, root.trace_id)
    langfuse.flush()
    return {"trace": root.trace_id, "session": session, "root": root.id} | ids


def decorated(langfuse: Langfuse) -> dict:
    """Nested decorated functions; the inner one raises."""

    @observe(name="inner", as_type="generation")
    def inner(number: int) -> int:
        langfuse.update_current_generation(model="gpt-4o-mini", usage_details={"input": 10, "output": 5})
        raise ValueError(f"{number} is too much")

    @observe(name="outer")
    def outer(number: int) -> str:
        with contextlib.suppress(ValueError):
            inner(number)
        return langfuse.get_current_trace_id()

    trace = outer(7)
    langfuse.flush()
    return {"trace": trace}


def typed_metadata(langfuse: Langfuse) -> dict:
    """Metadata values whose type is easily lost on the way."""
    values = {"text": "acme", "digits": "123", "number": 3, "fraction": 1.5, "flag": True, "nested": {"x": [1]}}
    with langfuse.start_as_current_observation(name="typed metadata", metadata=values) as root:
        pass
    langfuse.flush()
    return {"trace": root.trace_id, "root": root.id}


def large(langfuse: Langfuse) -> dict:
    """Four hundred spans and a megabyte of text in one trace."""
    with langfuse.start_as_current_observation(name="large", input="x" * 1_000_000) as root:
        for number in range(400):
            with langfuse.start_as_current_observation(name=f"step {number}", input=number):
                pass
    langfuse.flush()
    return {"trace": root.trace_id, "root": root.id}


def read(langfuse: Langfuse) -> dict:
    """The SDK's own client parses what the server answers for a trace."""
    trace = langfuse.api.trace.get(os.environ["TRACE_ID"])
    return {"name": trace.name, "observations": len(trace.observations), "scores": len(trace.scores)}


def check(langfuse: Langfuse) -> dict:
    try:
        return {"authenticated": langfuse.auth_check(), "url": langfuse.get_trace_url(trace_id="0" * 32)}
    except Exception as error:  # what the SDK raises differs by generation; the test looks at the class
        return {"authenticated": False, "error": type(error).__name__}
