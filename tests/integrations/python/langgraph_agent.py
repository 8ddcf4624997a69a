"""LangGraph: a graph with a retrieving node and an agent as a sub-graph; one of the agent's tools fails."""

from typing import TypedDict

from common import MODEL, QUESTION, SESSION, SYSTEM, TAGS, USER, get_weather, search_handbook
from langchain.agents import create_agent
from langchain.agents.middleware import wrap_tool_call
from langchain_core.messages import ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langfuse import get_client
from langfuse.langchain import CallbackHandler
from langgraph.graph import END, START, StateGraph


class State(TypedDict):
    question: str
    answer: str


@wrap_tool_call
def report_failure(request, handler):
    try:
        return handler(request)
    except ValueError as error:
        call = request.tool_call
        return ToolMessage(f"Error: {error}", tool_call_id=call["id"], name=call["name"], status="error")


agent = create_agent(
    ChatOpenAI(model=MODEL),
    [tool(search_handbook), tool(get_weather)],
    system_prompt=SYSTEM,
    middleware=[report_failure],
    name="weather_agent",
)


def ask_agent(state: State) -> dict:
    result = agent.invoke({"messages": [{"role": "user", "content": state["question"]}]})
    return {"answer": result["messages"][-1].content}


graph = StateGraph(State)
graph.add_node("rephrase", lambda state: {"question": state["question"].strip()})
graph.add_node("ask_agent", ask_agent)
graph.add_edge(START, "rephrase")
graph.add_edge("rephrase", "ask_agent")
graph.add_edge("ask_agent", END)
metadata = {"langfuse_user_id": USER, "langfuse_session_id": SESSION, "langfuse_tags": TAGS}
config = {"callbacks": [CallbackHandler()], "metadata": metadata, "run_name": "front-desk"}
print(graph.compile().invoke({"question": QUESTION, "answer": ""}, config)["answer"])
get_client().flush()
