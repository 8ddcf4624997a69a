"""Integrations of the Langfuse SDK itself, and frameworks that write through it."""

from brain import ANSWER
from expect import (
    COST,
    COST_WITHOUT_CACHE,
    EMBEDDING_COST,
    FAILURE,
    QUESTION,
    SYSTEM,
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
    text,
)
from programs import python_program

GONE = "The model `gpt-5-mini-gone` does not exist"


def test_langchain_retrieval_chain(arrived):
    shape = """
CHAIN answer-from-handbook
  CHAIN ChatPromptTemplate
  CHAIN RunnableParallel<context,question>
    CHAIN RunnablePassthrough
    RETRIEVER VectorStoreRetriever
  CHAIN StrOutputParser
  GENERATION ChatOpenAI
"""
    (trace,) = arrived(python_program("langchain_rag", "openai3"), shape)
    expect_context(trace, name="answer-from-handbook", tenant=True)
    assert (trace["input"], trace["output"]) == (QUESTION, ANSWER)
    model = only(trace, "ChatOpenAI")
    expect_call(model)
    expect_streamed(model)
    assert model["input"][0] == {"role": "system", "content": SYSTEM}
    assert model["output"] == {"role": "assistant", "content": ANSWER}
    found = only(trace, "VectorStoreRetriever")
    assert found["input"] == QUESTION
    assert [document["type"] for document in found["output"]] == ["Document", "Document"]
    assert close(trace["totalCost"], COST)


def test_langgraph_agent_in_a_graph(arrived, api):
    shape = """
CHAIN front-desk
  AGENT ask_agent
    AGENT weather_agent
      CHAIN model
        GENERATION ChatOpenAI
      CHAIN model
        GENERATION ChatOpenAI
      CHAIN tools
        TOOL get_weather !
      CHAIN tools
        TOOL search_handbook
  CHAIN rephrase
"""
    (trace,) = arrived(python_program("langgraph_agent", "openai3"), shape)
    expect_context(trace)
    plan, answer = named(trace, "ChatOpenAI")
    expect_call(plan)
    expect_call(answer)
    expect_conversation(plan, answer)
    expect_tools(api, trace, plan)
    expect_tool(only(trace, "search_handbook"))
    expect_failed_tool(only(trace, "get_weather"))
    assert close(trace["totalCost"], 2 * COST)


def test_openai_wrapper(arrived, api):
    shape = """
SPAN front-desk
  AGENT chat_agent
    GENERATION OpenAI-generation
    GENERATION OpenAI-generation
    TOOL get_weather !
    TOOL search_handbook
  AGENT responses_agent
    GENERATION OpenAI-generation
    GENERATION OpenAI-generation
    TOOL get_weather !
    TOOL search_handbook
  EMBEDDING embed-question
  GENERATION gone !
"""
    (trace,) = arrived(python_program("openai_wrapper", "openai3"), shape)
    expect_context(trace, tenant=True)
    assert trace["output"] == ANSWER
    calls = named(trace, "OpenAI-generation")
    for agent in ("chat_agent", "responses_agent"):
        plan, answer = [call for call in calls if call["parentObservationId"] == only(trace, agent)["id"]]
        expect_call(plan)
        expect_call(answer)
        expect_streamed(answer)
        expect_conversation(plan, answer)
        expect_tools(api, trace, plan)
    for tool in named(trace, "get_weather"):
        expect_failed_tool(tool)
    for tool in named(trace, "search_handbook"):
        expect_tool(tool)
    expect_embedding(only(trace, "embed-question"))
    gone = only(trace, "gone")
    assert (gone["level"], gone["model"]) == ("ERROR", "gpt-5-mini-gone")
    assert GONE in gone["statusMessage"]
    assert close(trace["totalCost"], 4 * COST + EMBEDDING_COST)


def test_haystack_pipeline(arrived, api):
    shape = """
SPAN front-desk
  EMBEDDING embedder
  RETRIEVER retriever
  SPAN agent
    AGENT haystack.agent.run
      CHAIN agent step 0
        GENERATION llm
        TOOL tool - get_weather
        TOOL tool - search_handbook
      CHAIN agent step 1
        GENERATION llm
  SPAN prompt
  SPAN tracer
"""
    (trace,) = arrived(python_program("haystack_rag", "openai3"), shape)
    expect_context(trace)
    plan, answer = named(trace, "llm")
    # The connector reports totals only: neither cached nor reasoning tokens.
    expect_call(plan, cached=False, reasoning=False, cost=COST_WITHOUT_CACHE)
    expect_call(answer, cached=False, reasoning=False, cost=COST_WITHOUT_CACHE)
    expect_conversation(plan, answer)
    expect_tool(only(trace, "tool - search_handbook"))
    # Haystack turns the failure into a result for the model and calls the span a success.
    assert "Atlantis" in text(only(trace, "tool - get_weather")["input"])
    embedder = only(trace, "embedder")
    assert (embedder["type"], embedder["model"]) == ("EMBEDDING", "text-embedding-3-small")
    assert "Rain is announced" in text(only(trace, "retriever")["output"])


def test_litellm_with_the_langfuse_callback(arrived, api):
    shape = """
GENERATION answer
GENERATION embed-question
GENERATION gone !
GENERATION plan
"""
    (trace,) = arrived(python_program("litellm_sdk", "openai2", "langfuse"), shape)
    expect_context(trace)
    plan, answer = only(trace, "plan"), only(trace, "answer")
    expect_call(plan, reasoning=False)
    expect_call(answer, reasoning=False)
    expect_streamed(answer)
    expect_conversation(plan, answer)
    expect_tools(api, trace, plan)
    expect_embedding(only(trace, "embed-question"), kind="GENERATION")
    assert GONE in only(trace, "gone")["statusMessage"]
    assert FAILURE in text(answer["input"])
    assert close(trace["totalCost"], 2 * COST + EMBEDDING_COST)
