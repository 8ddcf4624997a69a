// Input, output and events of observations, read by key once it is known which ones are shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analytics/engine.h"

namespace clew::query {

struct Payload {
  std::optional<std::string> input, output;  // stored text; null = none
  std::string events;                        // JSON list, or ""
};

// (trace id, span id); span id '' is the input and output given to the trace itself.
using PayloadKey = std::pair<std::string, std::string>;

class Payloads {
 public:
  // Null when there is none.
  const Payload* find(std::string_view trace_id, std::string_view span_id) const;
  // What a trace shows: its own input and output where given, else those of its root.
  Payload of_trace(std::string_view trace_id, std::string_view root_id) const;

 private:
  friend Result<Payloads> read_payloads(analytics::Engine& engine, std::string_view project_id,
                                        const std::vector<PayloadKey>& keys);
  std::unordered_map<std::string, Payload> by_key_;
};

Result<Payloads> read_payloads(analytics::Engine& engine, std::string_view project_id,
                               const std::vector<PayloadKey>& keys);

}  // namespace clew::query
