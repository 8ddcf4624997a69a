"""Haystack: retrieval and an agent in one pipeline, traced by langfuse-haystack's connector."""

from common import EMBEDDING_MODEL, HANDBOOK, MODEL, QUESTION, SESSION, SYSTEM, TAGS, USER, get_weather, search_handbook
from haystack import Document, Pipeline
from haystack.components.agents import Agent
from haystack.components.builders import ChatPromptBuilder
from haystack.components.embedders import OpenAIDocumentEmbedder, OpenAITextEmbedder
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.dataclasses import ChatMessage
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.tools import create_tool_from_function
from haystack_integrations.components.connectors.langfuse import LangfuseConnector
from haystack_integrations.tracing.langfuse.tracer import tracing_context_var
from langfuse import get_client

store = InMemoryDocumentStore()
documents = [Document(content=text) for text in HANDBOOK]
store.write_documents(OpenAIDocumentEmbedder(model=EMBEDDING_MODEL, progress_bar=False).run(documents)["documents"])
tools = [create_tool_from_function(search_handbook), create_tool_from_function(get_weather)]
template = [
    ChatMessage.from_system(SYSTEM),
    ChatMessage.from_user("{{question}}\n{% for document in documents %}{{document.content}}\n{% endfor %}"),
]
pipeline = Pipeline()
pipeline.add_component("tracer", LangfuseConnector("front-desk"))
pipeline.add_component("embedder", OpenAITextEmbedder(model=EMBEDDING_MODEL))
pipeline.add_component("retriever", InMemoryEmbeddingRetriever(store, top_k=2))
pipeline.add_component("prompt", ChatPromptBuilder(template, required_variables="*"))
pipeline.add_component("agent", Agent(chat_generator=OpenAIChatGenerator(model=MODEL), tools=tools))
pipeline.connect("embedder.embedding", "retriever.query_embedding")
pipeline.connect("retriever.documents", "prompt.documents")
pipeline.connect("prompt.prompt", "agent.messages")
tracing_context_var.set({"user_id": USER, "session_id": SESSION, "tags": TAGS})
result = pipeline.run({"embedder": {"text": QUESTION}, "prompt": {"question": QUESTION}})
print(result["agent"]["last_message"].text)
get_client().flush()
