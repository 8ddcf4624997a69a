"""Frameworks that OpenInference instruments, over plain OTLP."""

from brain import ANSWER
from expect import (
    COST,
    COST_WITHOUT_CACHE,
    EMBEDDING_COST,
    EMBEDDING_PRICE,
    QUESTION,
    close,
    expect_call,
    expect_called,
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
from programs import python_program


def test_openai_sdk(arrived, api):
    shape = """
SPAN front-desk
  EMBEDDING CreateEmbeddings
  GENERATION ChatCompletion
  GENERATION ChatCompletion
  GENERATION ChatCompletion !
  GENERATION Response
  GENERATION Response
"""
    (trace,) = arrived(python_program("openinference_openai", "openai3"), shape)
    expect_context(trace)
    assert (trace["input"], trace["output"]) == (QUESTION, ANSWER)
    for name in ("ChatCompletion", "Response"):
        plan, answer = [call for call in named(trace, name) if call["level"] != "ERROR"]
        expect_call(plan)
        expect_call(answer)
        expect_streamed(answer)
        expect_conversation(plan, answer)
        expect_tools(api, trace, plan)
        assert plan["metadata"]["attributes.metadata"] == {"tenant": "acme"}
    (gone,) = [call for call in named(trace, "ChatCompletion") if call["level"] == "ERROR"]
    assert "NotFoundError: Error code: 404 - The model `gpt-5-mini-gone` does not exist" in gone["statusMessage"]
    expect_embedding(only(trace, "CreateEmbeddings"))
    assert close(trace["totalCost"], 4 * COST + EMBEDDING_COST)


def test_langchain_agent(arrived, api):
    shape = """
AGENT weather_agent
  CHAIN model
    GENERATION ChatOpenAI
  CHAIN model
    GENERATION ChatOpenAI
  CHAIN tools
    TOOL get_weather !
  CHAIN tools
    TOOL search_handbook
"""
    (trace,) = arrived(python_program("openinference_langchain", "openai3"), shape)
    expect_context(trace, name="weather_agent")
    plan, answer = named(trace, "ChatOpenAI")
    expect_call(plan)
    expect_call(answer)
    expect_conversation(plan, answer)
    expect_tools(api, trace, plan)
    expect_failed_tool(only(trace, "get_weather"))
    expect_tool(only(trace, "search_handbook"))
    assert close(trace["totalCost"], 2 * COST)


def test_openai_agents_sdk_hands_over(arrived, api):
    shape = """
AGENT Agent workflow
  CHAIN Agent workflow
    AGENT front_desk
      CHAIN turn
        GENERATION response
        TOOL handoff to weather_agent
    AGENT weather_agent
      CHAIN turn
        GENERATION response
      CHAIN turn
        GENERATION response
        TOOL get_weather !
        TOOL search_handbook
"""
    (trace,) = arrived(python_program("openai_agents_handoff", "openai3"), shape)
    expect_context(trace, name="Agent workflow")
    hand_over, plan, answer = named(trace, "response")
    for call in (hand_over, plan, answer):
        expect_call(call)
    expect_conversation(plan, answer)
    expect_tools(api, trace, hand_over, ["transfer_to_weather_agent"])
    expect_tools(api, trace, plan)
    expect_tool(only(trace, "search_handbook"))
    # The SDK itself keeps the exception's words out of its traces.
    expect_failed_tool(only(trace, "get_weather"), "Error running tool (non-fatal)")
    assert close(trace["totalCost"], 3 * COST)


def test_smolagents_manager_and_managed_agent(arrived, api):
    shape = """
AGENT ToolCallingAgent.run
  CHAIN Step 1
    AGENT weather_agent.run
      CHAIN Step 1 !
        GENERATION OpenAIModel.generate
        TOOL SimpleTool
        TOOL SimpleTool !
      CHAIN Step 2
        GENERATION OpenAIModel.generate
        TOOL SimpleTool
      CHAIN Step 3
        GENERATION OpenAIModel.generate
        TOOL FinalAnswerTool
    GENERATION OpenAIModel.generate_stream
  CHAIN Step 2
    GENERATION OpenAIModel.generate_stream
    TOOL FinalAnswerTool
"""
    (trace,) = arrived(python_program("smolagents_manager", "openai3"), shape)
    expect_context(trace, name="ToolCallingAgent.run")
    for call in of_type(trace, "GENERATION"):
        expect_call(call, cached=False, reasoning=False, cost=COST_WITHOUT_CACHE)
    plan = named(trace, "OpenAIModel.generate")[0]
    assert QUESTION not in text(plan["output"])
    expect_tools(api, trace, plan)
    (failed,) = [tool for tool in named(trace, "SimpleTool") if tool["level"] == "ERROR"]
    expect_failed_tool(failed)
    for tool in named(trace, "SimpleTool"):
        if tool is not failed:
            expect_tool(tool)
    # The agents repeat the sums of their steps; without a model they cost nothing.
    assert close(trace["totalCost"], 5 * COST_WITHOUT_CACHE)


def test_llamaindex_query_engine_and_agent(arrived, api):
    shape = """
SPAN front-desk
  CHAIN FunctionAgent.run
    CHAIN BaseWorkflowAgent.call_tool
      TOOL FunctionTool.acall
    CHAIN BaseWorkflowAgent.call_tool
      TOOL FunctionTool.acall !
    CHAIN BaseWorkflowAgent.init_run
    CHAIN BaseWorkflowAgent.parse_agent_output
    CHAIN BaseWorkflowAgent.parse_agent_output
    CHAIN BaseWorkflowAgent.run_agent_step
      GENERATION OpenAI._prepare_chat_with_tools
      GENERATION OpenAI.astream_chat
    CHAIN BaseWorkflowAgent.run_agent_step
      GENERATION OpenAI._prepare_chat_with_tools
      GENERATION OpenAI.astream_chat
    CHAIN BaseWorkflowAgent.setup_agent
    CHAIN BaseWorkflowAgent.setup_agent
  CHAIN RetrieverQueryEngine.query
    CHAIN RetrieverQueryEngine._query
      CHAIN CompactAndRefine.synthesize
        CHAIN CompactAndRefine.get_response
          CHAIN CompactAndRefine.get_response
            CHAIN DefaultRefineProgram.__call__
              GENERATION OpenAI.predict
                GENERATION OpenAI.chat
            CHAIN TokenTextSplitter.split_text
          CHAIN TokenTextSplitter.split_text
      RETRIEVER VectorIndexRetriever.retrieve
        RETRIEVER VectorIndexRetriever._retrieve
          EMBEDDING OpenAIEmbedding.get_query_embedding
            EMBEDDING OpenAIEmbedding._get_query_embedding
"""
    # How often the workflow looks whether all results are there depends on its threads.
    ignored = {"BaseWorkflowAgent.aggregate_tool_results"}
    (trace,) = arrived(python_program("llamaindex_agent", "openai2"), shape, ignored=ignored)
    expect_context(trace)
    plan, answer = named(trace, "OpenAI.astream_chat")
    for call in (plan, answer, only(trace, "OpenAI.chat")):
        expect_call(call)
    expect_streamed(plan, ends_before=True)
    expect_streamed(answer, ends_before=True)
    expect_called(api, trace, plan)  # what it was offered, LlamaIndex only tells inside its own arguments
    assert QUESTION in text(plan["input"])
    assert ANSWER in text(answer["output"])
    assert only(trace, "RetrieverQueryEngine.query")["output"] == ANSWER
    assert only(trace, "VectorIndexRetriever.retrieve")["input"] == QUESTION
    # Every method is reported as a call. Tokens are counted where no usage came, but not of methods around or within
    # a call: its text would be charged twice.
    for name in ("OpenAI.predict", "OpenAI._prepare_chat_with_tools", "OpenAIEmbedding._get_query_embedding"):
        assert all(step["usageDetails"] == {} for step in named(trace, name))
    embedding = only(trace, "OpenAIEmbedding.get_query_embedding")
    assert embedding["model"] == "text-embedding-3-small"
    assert embedding["usageDetails"] == {"input": 19, "total": 19}
    tools = named(trace, "FunctionTool.acall")
    (failed,) = [tool for tool in tools if tool["level"] == "ERROR"]
    expect_failed_tool(failed)
    expect_tool(next(tool for tool in tools if tool is not failed))
    assert close(trace["totalCost"], 3 * COST + 19 * EMBEDDING_PRICE)


def test_dspy_react(arrived):
    predict = """
    CHAIN Predict(StringSignature).forward
      CHAIN ChatAdapter.__call__
        GENERATION LM.__call__"""
    deeper = predict.replace("\n", "\n  ")
    shape = f"""
CHAIN ReAct.forward
  CHAIN ChainOfThought.forward
    CHAIN Predict.forward{deeper}
  CHAIN Predict.forward{predict}
  CHAIN Predict.forward{predict}
  CHAIN Predict.forward{predict}
  TOOL finish.__call__
  TOOL get_weather.__call__ !
  TOOL search_handbook.__call__
"""
    (trace,) = arrived(python_program("dspy_react", "openai2"), shape)
    expect_context(trace, name="ReAct.forward")
    # The instrumentation sends no token counts.
    assert {call["model"] for call in of_type(trace, "GENERATION")} == {"gpt-5-mini"}
    plan, *_, answer = of_type(trace, "GENERATION")
    expect_conversation(plan, answer)
    expect_failed_tool(only(trace, "get_weather.__call__"))
    expect_tool(only(trace, "search_handbook.__call__"))
    assert ANSWER in text(trace["output"])


def test_crewai_crew(arrived, api):
    shape = """
CHAIN front-desk.kickoff
  AGENT Weather agent.answer._execute_core
    GENERATION ChatCompletion
    GENERATION ChatCompletion
    TOOL get_weather.run !
    TOOL search_handbook.run
"""
    (trace,) = arrived(python_program("crewai_crew", "crewai"), shape)
    expect_context(trace, name="front-desk.kickoff")
    plan, answer = named(trace, "ChatCompletion")
    expect_call(plan)
    expect_call(answer)
    expect_conversation(plan, answer)
    expect_tools(api, trace, plan)
    expect_failed_tool(only(trace, "get_weather.run"))
    expect_tool(only(trace, "search_handbook.run"))
    assert close(trace["totalCost"], 2 * COST)
