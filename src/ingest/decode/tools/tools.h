// Tool definitions and tool calls inside the input, output and metadata of an observation (contract/otel-mapping.md 9).
// Both doors use these functions, after input and output have their stored text. Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "domain/observation.h"

namespace clew::ingest {

// Section 9.1: definitions hidden in `metadata` (its key `tools`, and `ai.prompt.tools`, `gen_ai.tool.definitions`,
// `model_request_parameters.function_tools`, `llm.tools.<n>.tool.json_schema` of its object `attributes`) move into the
// stored text `input` as `tools`. `metadata` is the nested form, before flattening.
// False: nothing was found or the input cannot take them, and nothing was changed.
bool move_tool_definitions(std::optional<std::string>& input, json::Object& metadata);

// Sections 9.2 to 9.4: fills tool_definitions from observation.input, tool_calls and tool_call_names from
// observation.output. What these fields held before is replaced. Texts without any sign of a tool are not parsed.
void extract_tools(domain::Observation& observation);
// Sections 9.3 and 9.4 on messages that are not the observation's output: replaces tool_calls and tool_call_names.
void take_tool_calls(const json::Value& messages, domain::Observation& observation);

}  // namespace clew::ingest
