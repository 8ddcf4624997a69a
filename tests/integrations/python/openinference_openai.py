"""The OpenAI SDK traced by OpenInference: chat with tools, a stream, responses, embeddings, an error."""

import openai
import otlp
from common import BROKEN_MODEL, EMBEDDING_MODEL, MODEL, QUESTION, SESSION, SYSTEM, TAGS, USER
from openai_calls import chat_round, embed, responses_round
from openinference.instrumentation import using_attributes
from openinference.instrumentation.openai import OpenAIInstrumentor

provider = otlp.provider()
OpenAIInstrumentor().instrument(tracer_provider=provider)
tracer = provider.get_tracer("front-desk")
client = openai.OpenAI()
with using_attributes(session_id=SESSION, user_id=USER, tags=TAGS, metadata={"tenant": "acme"}):
    with tracer.start_as_current_span("front-desk", attributes={"input.value": QUESTION}) as span:
        embed(client, EMBEDDING_MODEL, QUESTION)
        answer = chat_round(client, MODEL, SYSTEM, QUESTION)
        responses_round(client, MODEL, SYSTEM, QUESTION)
        try:
            client.chat.completions.create(model=BROKEN_MODEL, messages=[{"role": "user", "content": QUESTION}])
        except openai.NotFoundError:
            pass
        span.set_attribute("output.value", answer)
print(answer)
provider.shutdown()
