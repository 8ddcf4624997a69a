"""What the fake model says: a pure function of the conversation, so that a run repeats itself.

It calls every tool it is offered once and then answers. The two tools all programs share are called in one message,
as real models do; anything else (a hand-over, another agent, a final answer) alone and afterwards. Where a framework
speaks through text instead of tool calls (DSPy's field markers), the same plan is spoken in that dialect.
"""

import json
import re
from dataclasses import dataclass

ANSWER = "Take an umbrella: the handbook asks for one, and nobody knows the weather in Atlantis."
# get_weather fails for this city in every program.
KNOWN_ARGUMENTS = {"search_handbook": {"query": "umbrellas"}, "get_weather": {"city": "Atlantis"}}
FINAL_TOOLS = ("final_answer", "finish", "final_result")


@dataclass(frozen=True)
class Tool:
    name: str
    schema: dict


@dataclass(frozen=True)
class Call:
    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Step:
    """Either calls or text."""

    calls: tuple[Call, ...] = ()
    text: str = ""


def next_step(prompt: str, tools: list[Tool], called: list[str], schema: dict | None, parallel: bool = True) -> Step:
    """prompt: all text of the conversation; called: names of the tools called so far; schema: of a JSON answer."""
    open_tools = [tool for tool in tools if tool.name not in called]
    shared = [tool for tool in open_tools if tool.name in KNOWN_ARGUMENTS]
    others = sorted((tool for tool in open_tools if tool not in shared), key=lambda tool: tool.name in FINAL_TOOLS)
    chosen = (shared if parallel else shared[:1]) or others[:1]
    if chosen:
        return Step(calls=tuple(call_of(tool) for tool in chosen))
    if schema is not None:
        return Step(text=json.dumps(filled(schema, schema)))
    if "[[ ## " in prompt:
        return Step(text=dspy_answer(prompt))
    return Step(text=ANSWER)


def call_of(tool: Tool) -> Call:
    arguments = KNOWN_ARGUMENTS.get(tool.name) or filled(tool.schema, tool.schema)
    return Call(f"call_{tool.name}", tool.name, json.dumps(arguments))


def filled(schema: dict, root: dict, name: str = "") -> object:
    """The plainest value that satisfies a JSON schema."""
    if "$ref" in schema:
        found = root
        for part in schema["$ref"].lstrip("#/").split("/"):
            found = found[part]
        return filled(found, root, name)
    if schema.get("enum"):
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    for group in ("anyOf", "oneOf", "allOf"):
        if schema.get(group):
            return filled(schema[group][0], root, name)
    match schema.get("type"):
        case "object":
            return {key: filled(value, root, key) for key, value in schema.get("properties", {}).items()}
        case "array":
            return [filled(schema.get("items", {"type": "string"}), root, name)]
        case "integer" | "number":
            return 1
        case "boolean":
            return True
    return ANSWER if name in ("answer", "output", "result", "input", "task") else "umbrellas"


def dspy_answer(prompt: str) -> str:
    """DSPy's chat adapter asks for `[[ ## field ## ]]` sections; a ReAct step is next_thought, next_tool_name/args."""
    request = prompt.rsplit("Respond with the corresponding output fields", 1)[-1]
    fields = re.findall(r"\[\[ ## (\w+) ## \]\]", request)
    made = [name for name in KNOWN_ARGUMENTS if f'"tool_name": "{name}"' in prompt or f"]]\n{name}\n" in prompt]
    left = [name for name in KNOWN_ARGUMENTS if name not in made]
    tool = left[0] if left else "finish"
    values = {
        "next_thought": "One step after the other.",
        "next_tool_name": tool,
        "next_tool_args": json.dumps(KNOWN_ARGUMENTS.get(tool, {})),
        "reasoning": "The handbook decides.",
    }
    sections = [f"[[ ## {field} ## ]]\n{values.get(field, ANSWER)}" for field in fields if field != "completed"]
    return "\n\n".join([*sections, "[[ ## completed ## ]]"])
