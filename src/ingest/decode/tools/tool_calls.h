// Reading tool calls from a parsed output (contract/otel-mapping.md 9.3, 9.4). Private to this module.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace clew::ingest {

struct ToolCalls {
  std::vector<std::string> calls;  // JSON text {"id","arguments","type","index"}
  std::vector<std::string> names;  // same order
};

ToolCalls read_calls(const json::Value& output);

}  // namespace clew::ingest
