"""Frameworks with semantic conventions of their own or of OpenTelemetry, over plain OTLP."""

from brain import ANSWER
from expect import (
    COST,
    EMBEDDING_COST,
    FAILURE,
    QUESTION,
    close,
    expect_call,
    expect_context,
    expect_conversation,
    expect_embedding,
    expect_failed_tool,
    expect_streamed,
    expect_tool,
    expect_tools,
    named,
    of_type,
    only,
    text,
)
from fake_openai import MODEL
from programs import js_program, python_program


def test_pydantic_ai_with_logfire(arrived, api):
    shape = """
SPAN front-desk
  AGENT front_desk run
    GENERATION chat gpt-5-mini
    GENERATION chat gpt-5-mini
    TOOL ask_weather_agent
      AGENT weather_agent run
        GENERATION chat gpt-5-mini
        GENERATION chat gpt-5-mini
        TOOL get_weather !
        TOOL search_handbook
"""
    (trace,) = arrived(python_program("pydantic_ai_agent", "openai3"), shape)
    expect_context(trace, tags=False)
    ask, plan, answer, result = named(trace, f"chat {MODEL}")
    for call in (ask, plan, answer, result):
        usage = call["usageDetails"]
        # `details.reasoning_tokens` is kept under its own name and not taken out of the output (otel-mapping.md 7.4).
        assert {key: usage[key] for key in ("input", "input_cached_tokens", "output", "reasoning_tokens")} == {
            "input": 200,
            "input_cached_tokens": 1000,
            "output": 80,
            "reasoning_tokens": 30,
        }
    expect_streamed(plan)
    expect_streamed(answer)
    expect_conversation(plan, answer)
    expect_tools(api, trace, plan)
    expect_tools(api, trace, ask, ["ask_weather_agent"])
    expect_failed_tool(only(trace, "get_weather"))
    expect_tool(only(trace, "search_handbook"))
    assert only(trace, "front_desk run")["output"] == {"answer": ANSWER, "certain": True}


def test_openllmetry_openai(arrived, api):
    shape = """
SPAN front-desk
  EMBEDDING openai.embeddings
  GENERATION openai.chat
  GENERATION openai.chat
  GENERATION openai.chat !
  GENERATION openai.response
  GENERATION openai.response
"""
    (trace,) = arrived(python_program("openllmetry_openai", "openai3"), shape)
    expect_context(trace, tags=False)
    for name in ("openai.chat", "openai.response"):
        plan, answer = [call for call in named(trace, name) if call["level"] != "ERROR"]
        for call in (plan, answer):
            assert (call["type"], call["model"]) == ("GENERATION", MODEL)
            usage = call["usageDetails"]
            assert (usage["input"], usage["input_cached_tokens"], usage["total"]) == (200, 1000, 1280)
        expect_conversation(plan, answer)
        expect_tools(api, trace, plan)
    (gone,) = [call for call in named(trace, "openai.chat") if call["level"] == "ERROR"]
    assert gone["model"] == "gpt-5-mini-gone"
    assert "Error code: 404 - The model `gpt-5-mini-gone` does not exist" in gone["statusMessage"]
    expect_embedding(only(trace, "openai.embeddings"))


def test_litellm_with_the_otel_callback(arrived, api):
    shapes = [f"GENERATION {name}\n  SPAN {name}" for name in ("answer", "embed-question", "plan")]
    program = python_program("litellm_sdk", "openai2", "langfuse_otel")
    answered, embedded, failed, planned = arrived(program, *shapes, "GENERATION gone !")
    for trace in (answered, embedded, failed, planned):
        expect_context(trace)
    plan, answer = only_generation(planned), only_generation(answered)
    expect_call(plan)
    expect_call(answer)
    expect_conversation(plan, answer)
    expect_tools(api, planned, plan)
    expect_embedding(only_generation(embedded), kind="GENERATION")
    gone = only_generation(failed)
    assert gone["model"] == "gpt-5-mini-gone"
    assert "NotFoundError" in gone["statusMessage"]
    assert FAILURE in text(answer["input"])


def only_generation(trace: dict) -> dict:
    (found,) = of_type(trace, "GENERATION")
    return found


def test_vercel_ai_sdk_7(arrived, api):
    shape = """
SPAN front-desk
  AGENT invoke_agent gpt-5-mini
    SPAN step 1
      GENERATION chat gpt-5-mini
      TOOL ask_weather_agent
        AGENT invoke_agent gpt-5-mini
          SPAN step 1
            GENERATION chat gpt-5-mini
            TOOL get_weather !
            TOOL search_handbook
          SPAN step 2
            GENERATION chat gpt-5-mini
    SPAN step 2
      GENERATION chat gpt-5-mini
  EMBEDDING embeddings text-embedding-3-small
    EMBEDDING embeddings text-embedding-3-small
"""
    (trace,) = arrived(js_program("vercel_ai7"), shape)
    expect_context(trace, tags=False)
    ask, plan, answer, last = named(trace, f"chat {MODEL}")
    for call in (ask, plan, answer, last):
        expect_call(call, reasoning=False)
    expect_streamed(plan)
    expect_streamed(answer)
    expect_conversation(plan, answer)
    expect_tools(api, trace, plan)
    expect_tools(api, trace, ask, ["ask_weather_agent"])
    expect_failed_tool(only(trace, "get_weather"))
    expect_tool(only(trace, "search_handbook"))
    assert QUESTION in text(plan["input"])
    assert close(trace["totalCost"], 4 * COST + EMBEDDING_COST)
