"""The same conversation with OpenAI's own SDK, for instrumentations that patch it."""

import json

from common import get_weather, search_handbook


def definition(name: str, parameter: str, description: str) -> dict:
    parameters = {"type": "object", "properties": {parameter: {"type": "string"}}, "required": [parameter]}
    return {"name": name, "description": description, "parameters": parameters}


DEFINITIONS = [
    definition("search_handbook", "query", "Searches the staff handbook."),
    definition("get_weather", "city", "Says what the weather is like."),
]
TOOLS = [{"type": "function", "function": entry} for entry in DEFINITIONS]
RESPONSE_TOOLS = [{"type": "function", "strict": False, **entry} for entry in DEFINITIONS]
FUNCTIONS = {"search_handbook": search_handbook, "get_weather": get_weather}


def run(name: str, arguments: str, functions: dict) -> str:
    try:
        return functions[name](**json.loads(arguments))
    except ValueError as error:
        return f"Error: {error}"


def run_calls(message, functions: dict = FUNCTIONS) -> list[dict]:
    """The assistant's message and the results of the calls in it."""
    results = [
        {
            "role": "tool",
            "tool_call_id": call.id,
            "content": run(call.function.name, call.function.arguments, functions),
        }
        for call in message.tool_calls
    ]
    return [message.model_dump(exclude_none=True), *results]


def embed(client, model: str, text: str, **options) -> None:
    client.embeddings.create(model=model, input=text, **options)


def chat_round(client, model: str, system: str, question: str, functions: dict = FUNCTIONS) -> str:
    """Plan with tool calls, run them, stream the answer."""
    messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
    first = client.chat.completions.create(model=model, messages=messages, tools=TOOLS)
    messages += run_calls(first.choices[0].message, functions)
    options = {"stream": True, "stream_options": {"include_usage": True}}
    stream = client.chat.completions.create(model=model, messages=messages, tools=TOOLS, **options)
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)


def responses_round(client, model: str, system: str, question: str, functions: dict = FUNCTIONS) -> str:
    items = [{"role": "user", "content": question}]
    first = client.responses.create(model=model, instructions=system, input=items, tools=RESPONSE_TOOLS)
    items += [item.model_dump(exclude_none=True) for item in first.output]
    for item in first.output:
        result = run(item.name, item.arguments, functions)
        items.append({"type": "function_call_output", "call_id": item.call_id, "output": result})
    text = ""
    for event in client.responses.create(model=model, input=items, tools=RESPONSE_TOOLS, stream=True):
        text += event.delta if event.type == "response.output_text.delta" else ""
    return text
