// Input, output and events of observations, read by key once it is known which ones are shown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analytics/engine.h"

namespace clew::query {

struct Payload {
  std::optional<std::string> input, output;         // stored text; null = none
  std::string events;                               // JSON list, or ""
  std::uint64_t input_bytes = 0, output_bytes = 0;  // of the whole texts, also where only a beginning was read
};

// Of a text above `whole_bytes_max` only the first characters are read.
struct PayloadCut {
  std::uint64_t whole_bytes_max = 0, head_characters = 0;
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
                                        const std::vector<PayloadKey>& keys, std::optional<PayloadCut> cut);
  std::unordered_map<std::string, Payload> by_key_;
};

Result<Payloads> read_payloads(analytics::Engine& engine, std::string_view project_id,
                               const std::vector<PayloadKey>& keys, std::optional<PayloadCut> cut = {});

// One text whole; null when there is none. Span id '' is the trace's own.
enum class PayloadText : std::uint8_t { kInput, kOutput };
Result<std::optional<std::string>> read_payload_text(analytics::Engine& engine, std::string_view project_id,
                                                     const PayloadKey& key, PayloadText text);

}  // namespace clew::query
