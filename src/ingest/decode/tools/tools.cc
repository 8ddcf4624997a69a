#include "ingest/decode/tools/tools.h"

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "ingest/decode/tools/tool_calls.h"
#include "ingest/decode/tools/tool_definitions.h"

namespace clew::ingest {

namespace {

bool contains(std::string_view text, std::string_view word) {
  return ::memmem(text.data(), text.size(), word.data(), word.size()) != nullptr;
}

// Only lists and objects can hold tools; most text is neither, and of the rest most names no tool.
bool is_container(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

bool may_define_tools(std::string_view text) {
  return is_container(text) &&
         (contains(text, "\"tools\"") || (contains(text, "\"tool\"") && contains(text, "\"function\"")));
}

// `word` followed by one of `endings`, anywhere in the text.
bool contains(std::string_view text, std::string_view word, std::initializer_list<std::string_view> endings) {
  while (const void* at = ::memmem(text.data(), text.size(), word.data(), word.size())) {
    text.remove_prefix(static_cast<std::size_t>(static_cast<const char*>(at) - text.data()) + word.size());
    if (std::ranges::any_of(endings, [&](std::string_view ending) { return text.starts_with(ending); })) return true;
  }
  return false;
}

// Every shape of 9.3 and 9.4 has a key or a type of these names. The quotes may be escaped, because a message may be
// JSON text inside JSON; that prose speaks of tools and functions is no reason to parse it.
bool may_call_tools(std::string_view text) {
  return is_container(text) &&
         (contains(text, "tool", {"_call", "Call", "Name", "_use", "-call"}) ||
          contains(text, "arguments", {"\"", "\\"}) || contains(text, "unction", {"_call", "Call"}));
}

}  // namespace

void extract_tools(domain::Observation& observation) {
  observation.tool_definitions.clear();
  observation.tool_calls.clear();
  observation.tool_call_names.clear();
  if (observation.input && may_define_tools(*observation.input)) {
    if (const auto input = json::try_parse(*observation.input)) observation.tool_definitions = read_definitions(*input);
  }
  if (observation.output && may_call_tools(*observation.output)) {
    if (const auto output = json::try_parse(*observation.output)) take_tool_calls(*output, observation);
  }
}

void take_tool_calls(const json::Value& messages, domain::Observation& observation) {
  ToolCalls found = read_calls(messages);
  observation.tool_calls = std::move(found.calls);
  observation.tool_call_names = std::move(found.names);
}

}  // namespace clew::ingest
