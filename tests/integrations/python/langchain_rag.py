"""LangChain: a retrieval chain that streams, traced by Langfuse's callback handler."""

from common import EMBEDDING_MODEL, HANDBOOK, MODEL, QUESTION, SESSION, SYSTEM, TAGS, USER
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from langfuse import get_client
from langfuse.langchain import CallbackHandler

# check_embedding_ctx_length would fetch a tokeniser from the network.
embeddings = OpenAIEmbeddings(model=EMBEDDING_MODEL, check_embedding_ctx_length=False)
store = InMemoryVectorStore.from_texts(HANDBOOK, embedding=embeddings)
prompt = ChatPromptTemplate.from_messages([("system", SYSTEM), ("user", "{question}\n\nHandbook:\n{context}")])
model = ChatOpenAI(model=MODEL, stream_usage=True)
retriever = store.as_retriever(search_kwargs={"k": 2})
chain = {"context": retriever, "question": RunnablePassthrough()} | prompt | model | StrOutputParser()

config = {
    "callbacks": [CallbackHandler()],
    "run_name": "answer-from-handbook",
    "metadata": {"langfuse_user_id": USER, "langfuse_session_id": SESSION, "langfuse_tags": TAGS, "tenant": "acme"},
}
print("".join(chain.stream(QUESTION, config=config)))
get_client().flush()
