"""smolagents: a manager with a tool-calling agent below it, traced by OpenInference."""

import otlp
from common import MODEL, QUESTION, SESSION, TAGS, USER, get_weather, search_handbook
from openinference.instrumentation import using_attributes
from openinference.instrumentation.smolagents import SmolagentsInstrumentor
from smolagents import OpenAIServerModel, ToolCallingAgent, tool

provider = otlp.provider()
SmolagentsInstrumentor().instrument(tracer_provider=provider)
model = OpenAIServerModel(model_id=MODEL)
tools = [tool(search_handbook), tool(get_weather)]
weather_agent = ToolCallingAgent(
    tools, model, name="weather_agent", description="Knows weather and handbook.", max_tool_threads=1
)
manager = ToolCallingAgent([], model, managed_agents=[weather_agent], stream_outputs=True)
with using_attributes(session_id=SESSION, user_id=USER, tags=TAGS):
    print(manager.run(QUESTION))
provider.shutdown()
