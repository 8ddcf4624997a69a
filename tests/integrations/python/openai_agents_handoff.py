"""OpenAI Agents SDK: a triage agent hands over to one with tools, which streams; traced by OpenInference."""

import asyncio

import otlp
from agents import Agent, ModelSettings, Runner, function_tool
from common import MODEL, QUESTION, SESSION, SYSTEM, TAGS, USER, get_weather, search_handbook
from openinference.instrumentation import using_attributes
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor

provider = otlp.provider()
OpenAIAgentsInstrumentor().instrument(tracer_provider=provider)
settings = ModelSettings(include_usage=True)
tools = [function_tool(search_handbook), function_tool(get_weather)]
weather_agent = Agent(name="weather_agent", instructions=SYSTEM, model=MODEL, tools=tools, model_settings=settings)
desk = Agent(name="front_desk", instructions="Hand over.", model=MODEL, handoffs=[weather_agent])


async def main() -> str:
    result = Runner.run_streamed(desk, QUESTION)
    async for _ in result.stream_events():
        pass
    return result.final_output


with using_attributes(session_id=SESSION, user_id=USER, tags=TAGS):
    print(asyncio.run(main()))
provider.shutdown()
