"""LlamaIndex: a query engine and a streaming function agent, traced by OpenInference."""

import asyncio

import otlp
from common import EMBEDDING_MODEL, HANDBOOK, MODEL, QUESTION, SESSION, SYSTEM, TAGS, USER, get_weather, search_handbook
from llama_index.core import Document, Settings, VectorStoreIndex
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAI
from openinference.instrumentation import using_attributes
from openinference.instrumentation.llama_index import LlamaIndexInstrumentor

provider = otlp.provider()
Settings.llm = OpenAI(model=MODEL, additional_kwargs={"stream_options": {"include_usage": True}})
Settings.embed_model = OpenAIEmbedding(model=EMBEDDING_MODEL)
index = VectorStoreIndex.from_documents([Document(text=text) for text in HANDBOOK])
LlamaIndexInstrumentor().instrument(tracer_provider=provider)
plain = OpenAI(model=MODEL)


async def ask_agent() -> str:
    agent = FunctionAgent(
        tools=[search_handbook, get_weather], llm=Settings.llm, system_prompt=SYSTEM, name="weather_agent"
    )
    return str(await agent.run(QUESTION))


with using_attributes(session_id=SESSION, user_id=USER, tags=TAGS):
    with provider.get_tracer("front-desk").start_as_current_span("front-desk"):
        print(index.as_query_engine(llm=plain, similarity_top_k=2).query(QUESTION))
        print(asyncio.run(ask_agent()))
provider.shutdown()
