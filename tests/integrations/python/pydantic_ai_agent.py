"""Pydantic AI: an agent that asks another agent, instrumented by Logfire over plain OTLP."""

import logfire
from common import MODEL, QUESTION, SESSION, SYSTEM, USER, get_weather, search_handbook
from pydantic import BaseModel
from pydantic_ai import Agent, ModelRetry

logfire.configure(send_to_logfire=False, console=False, scrubbing=False)
logfire.instrument_pydantic_ai()


class Advice(BaseModel):
    answer: str
    certain: bool


weather_agent = Agent(f"openai-chat:{MODEL}", name="weather_agent", instructions=SYSTEM)
weather_agent.tool_plain(search_handbook)


@weather_agent.tool_plain(name="get_weather", retries=2)
def weather(city: str) -> str:
    """Says what the weather is like."""
    try:
        return get_weather(city)
    except ValueError as error:
        raise ModelRetry(str(error)) from error


desk = Agent(f"openai-chat:{MODEL}", name="front_desk", system_prompt=SYSTEM, output_type=Advice)


@desk.tool_plain
async def ask_weather_agent(question: str) -> str:
    """Asks the colleague who knows the weather."""
    async with weather_agent.run_stream(QUESTION) as result:
        return await result.get_output()


with logfire.span("front-desk", **{"user.id": USER, "session.id": SESSION}):
    print(desk.run_sync(QUESTION).output)
logfire.force_flush()
