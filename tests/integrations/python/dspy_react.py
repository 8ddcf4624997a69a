"""DSPy: a ReAct program with two tools, traced by OpenInference."""

import dspy
import otlp
from common import MODEL, QUESTION, SESSION, TAGS, USER, get_weather, search_handbook
from openinference.instrumentation import using_attributes
from openinference.instrumentation.dspy import DSPyInstrumentor

provider = otlp.provider()
DSPyInstrumentor().instrument(tracer_provider=provider)
dspy.configure(lm=dspy.LM(f"openai/{MODEL}", cache=False))
react = dspy.ReAct("question -> answer", tools=[search_handbook, get_weather], max_iters=4)
with using_attributes(session_id=SESSION, user_id=USER, tags=TAGS):
    print(react(question=QUESTION).answer)
provider.shutdown()
