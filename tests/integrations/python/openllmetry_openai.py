"""The OpenAI SDK traced by OpenLLMetry (opentelemetry-instrumentation-openai) over plain OTLP."""

import openai
import otlp
from common import BROKEN_MODEL, EMBEDDING_MODEL, MODEL, QUESTION, SESSION, SYSTEM, USER
from openai_calls import chat_round, embed, responses_round
from opentelemetry.instrumentation.openai import OpenAIInstrumentor

provider = otlp.provider()
OpenAIInstrumentor().instrument(tracer_provider=provider)
tracer = provider.get_tracer("front-desk")
client = openai.OpenAI()
with tracer.start_as_current_span("front-desk", attributes={"user.id": USER, "session.id": SESSION}):
    embed(client, EMBEDDING_MODEL, QUESTION)
    print(chat_round(client, MODEL, SYSTEM, QUESTION))
    responses_round(client, MODEL, SYSTEM, QUESTION)
    try:
        client.chat.completions.create(model=BROKEN_MODEL, messages=[{"role": "user", "content": QUESTION}])
    except openai.NotFoundError:
        pass
provider.shutdown()
