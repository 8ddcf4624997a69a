"""langfuse.openai: the drop-in client inside observed functions: tools, a stream, responses, embeddings, an error."""

import openai as plain_openai
from common import (
    BROKEN_MODEL,
    EMBEDDING_MODEL,
    MODEL,
    QUESTION,
    SESSION,
    SYSTEM,
    TAGS,
    USER,
    get_weather,
    search_handbook,
)
from langfuse import get_client, observe, propagate_attributes
from langfuse.openai import OpenAI
from openai_calls import chat_round, embed, responses_round

client = OpenAI()
functions = {
    "search_handbook": observe(search_handbook, as_type="tool"),
    "get_weather": observe(get_weather, as_type="tool"),
}


@observe(as_type="agent")
def chat_agent(question: str) -> str:
    return chat_round(client, MODEL, SYSTEM, question, functions)


@observe(as_type="agent")
def responses_agent(question: str) -> str:
    return responses_round(client, MODEL, SYSTEM, question, functions)


@observe(name="front-desk")
def main(question: str) -> str:
    embed(client, EMBEDDING_MODEL, question, name="embed-question")
    try:
        client.chat.completions.create(
            model=BROKEN_MODEL, messages=[{"role": "user", "content": question}], name="gone"
        )
    except plain_openai.NotFoundError:
        pass
    responses_agent(question)
    return chat_agent(question)


with propagate_attributes(user_id=USER, session_id=SESSION, tags=TAGS, metadata={"tenant": "acme"}):
    print(main(QUESTION))
get_client().flush()
