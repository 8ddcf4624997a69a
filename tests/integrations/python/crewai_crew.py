"""CrewAI: a crew of one agent with two tools, traced by OpenInference (crew and OpenAI SDK)."""

import otlp
from common import MODEL, QUESTION, SESSION, TAGS, USER, get_weather, search_handbook
from crewai import LLM, Agent, Crew, Task
from crewai.tools import tool
from openinference.instrumentation import using_attributes
from openinference.instrumentation.crewai import CrewAIInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor

provider = otlp.provider()
CrewAIInstrumentor().instrument(tracer_provider=provider)
OpenAIInstrumentor().instrument(tracer_provider=provider)
agent = Agent(
    role="Weather agent",
    goal="Answer from tools.",
    backstory="You work at the front desk.",
    llm=LLM(model=MODEL),
    tools=[tool("search_handbook")(search_handbook), tool("get_weather")(get_weather)],
)
task = Task(description=QUESTION, expected_output="One sentence.", agent=agent, name="answer")
with using_attributes(session_id=SESSION, user_id=USER, tags=TAGS):
    print(Crew(agents=[agent], tasks=[task], name="front-desk").kickoff())
provider.shutdown()
