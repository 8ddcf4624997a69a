"""JavaScript frameworks that write through Langfuse's JS SDK."""

from brain import ANSWER
from expect import (
    COST,
    EMBEDDING_COST,
    EMBEDDING_PRICE,
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
    only,
)
from programs import js_program


def test_vercel_ai_sdk_6(arrived, api):
    shape = """
SPAN front-desk
  SPAN embed-question:ai.embed
    EMBEDDING embed-question:ai.embed.doEmbed
  SPAN weather-agent:ai.streamText
    GENERATION weather-agent:ai.streamText.doStream
    GENERATION weather-agent:ai.streamText.doStream
    TOOL get_weather !
    TOOL search_handbook
"""
    (trace,) = arrived(js_program("vercel_ai6"), shape)
    expect_context(trace)
    assert (trace["input"], trace["output"]) == (QUESTION, ANSWER)
    plan, answer = named(trace, "weather-agent:ai.streamText.doStream")
    for call in (plan, answer):
        expect_call(call)
        expect_streamed(call)
    expect_conversation(plan, answer)
    expect_tools(api, trace, plan)
    expect_failed_tool(only(trace, "get_weather"))
    expect_tool(only(trace, "search_handbook"))
    expect_embedding(only(trace, "embed-question:ai.embed.doEmbed"))
    assert only(trace, "weather-agent:ai.streamText")["metadata"]["tenant"] == "acme"
    # The outer spans repeat what the inner ones used; it is counted once.
    assert close(trace["totalCost"], 2 * COST + EMBEDDING_COST)


def test_openai_wrapper(arrived, api):
    shape = """
SPAN front-desk
  GENERATION answer
  GENERATION embed-question
  GENERATION gone !
  GENERATION plan
  GENERATION respond
"""
    (trace,) = arrived(js_program("openai_wrapper"), shape)
    expect_context(trace)
    assert (trace["input"], trace["output"]) == (QUESTION, ANSWER)
    plan, answer = only(trace, "plan"), only(trace, "answer")
    for call in (plan, answer, only(trace, "respond")):
        expect_call(call)
    expect_streamed(answer)
    expect_tools(api, trace, plan)
    gone = only(trace, "gone")
    assert gone["model"] == "gpt-5-mini-gone"
    assert "The model `gpt-5-mini-gone` does not exist" in gone["statusMessage"]
    embedding = only(trace, "embed-question")
    assert embedding["usageDetails"] == {"input": 15, "total": 15}  # the wrapper sends no usage of it: counted
    assert close(trace["totalCost"], 3 * COST + 15 * EMBEDDING_PRICE)


def test_langchain_js_graph(arrived, api):
    shape = """
SPAN front-desk
  SPAN __start__
  SPAN agent
    GENERATION ChatOpenAI
    SPAN RunnableLambda
  SPAN agent
    GENERATION ChatOpenAI
    SPAN RunnableLambda
  SPAN tools
    TOOL get_weather !
    TOOL search_handbook
"""
    (trace,) = arrived(js_program("langchain_agent"), shape)
    expect_context(trace)
    plan, answer = named(trace, "ChatOpenAI")
    expect_call(plan)
    expect_call(answer)
    expect_conversation(plan, answer)
    expect_tools(api, trace, plan)
    expect_failed_tool(only(trace, "get_weather"))
    expect_tool(only(trace, "search_handbook"))
    assert close(trace["totalCost"], 2 * COST)
