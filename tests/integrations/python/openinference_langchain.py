"""LangChain's agent, traced by OpenInference over plain OTLP."""

import otlp
from common import MODEL, QUESTION, SESSION, SYSTEM, TAGS, USER, get_weather, search_handbook
from langchain.agents import create_agent
from langchain.agents.middleware import wrap_tool_call
from langchain_core.messages import ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from openinference.instrumentation import using_attributes
from openinference.instrumentation.langchain import LangChainInstrumentor

provider = otlp.provider()
LangChainInstrumentor().instrument(tracer_provider=provider)


@wrap_tool_call
def report_failure(request, handler):
    try:
        return handler(request)
    except ValueError as error:
        call = request.tool_call
        return ToolMessage(f"Error: {error}", tool_call_id=call["id"], name=call["name"], status="error")


tools = [tool(search_handbook), tool(get_weather)]
model = ChatOpenAI(model=MODEL, streaming=True, stream_usage=True)
agent = create_agent(model, tools, system_prompt=SYSTEM, middleware=[report_failure], name="weather_agent")
with using_attributes(session_id=SESSION, user_id=USER, tags=TAGS, metadata={"tenant": "acme"}):
    result = agent.invoke({"messages": [{"role": "user", "content": QUESTION}]})
print(result["messages"][-1].content)
provider.shutdown()
