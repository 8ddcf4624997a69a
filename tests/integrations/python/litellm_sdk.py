"""LiteLLM's SDK with one of its Langfuse callbacks (argument): tools, a stream, embeddings, an error."""

import asyncio
import sys

import litellm
from common import BROKEN_MODEL, EMBEDDING_MODEL, MODEL, QUESTION, SESSION, SYSTEM, TAGS, USER
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
from litellm.litellm_core_utils.thread_pool_executor import executor
from openai_calls import TOOLS, run_calls

callback = sys.argv[1]
if callback == "langfuse":
    litellm.success_callback, litellm.failure_callback = [callback], [callback]
else:
    litellm.callbacks = [callback]


def told(name: str) -> dict:
    """What LiteLLM's docs list for Langfuse; the trace id is how the older callback puts calls together."""
    trace = {"trace_id": "0af7651916cd43dd8448eb211c80319c"} if callback == "langfuse" else {}
    return trace | {
        "trace_name": "front-desk",
        "trace_user_id": USER,
        "session_id": SESSION,
        "tags": TAGS,
        "generation_name": name,
    }


async def main() -> str:
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": QUESTION}]
    model = f"openai/{MODEL}"
    first = await litellm.acompletion(model, messages, tools=TOOLS, metadata=told("plan"))
    messages += run_calls(first.choices[0].message)
    options = {"stream": True, "stream_options": {"include_usage": True}}
    text = ""
    async for chunk in await litellm.acompletion(model, messages, tools=TOOLS, metadata=told("answer"), **options):
        text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
    await litellm.aembedding(f"openai/{EMBEDDING_MODEL}", input=[QUESTION], metadata=told("embed-question"))
    try:
        await litellm.acompletion(f"openai/{BROKEN_MODEL}", messages[:2], metadata=told("gone"))
    except litellm.NotFoundError:
        pass
    await GLOBAL_LOGGING_WORKER.flush()  # the callbacks run in the background, some of them in threads
    executor.shutdown(wait=True)
    return text


print(asyncio.run(main()))
