// For the fuzz targets only: what must hold for every body, however broken.
#pragma once

#include <cstdint>

#include "base/json.h"
#include "base/result.h"
#include "base/text.h"
#include "ingest/decode/otlp/otlp.h"

namespace clew::ingest::otlp {

inline void check_texts(const domain::TextMap& map) {
  for (const auto& [key, value] : map) {
    CLEW_ASSERT(text::is_utf8(key) && text::is_utf8(value), "stored map is not UTF-8");
  }
}

inline void check_span(const domain::Observation& o) {
  CLEW_ASSERT(!o.trace_id.empty() && !o.span_id.empty(), "a span without identity was stored");
  CLEW_ASSERT(o.end_time_us && *o.end_time_us >= o.start_time_us && o.start_time_us > 0, "impossible times");
  for (const std::string* text : {&o.name, &o.status_message, &o.environment, &o.user_id, &o.session_id, &o.model}) {
    CLEW_ASSERT(text::is_utf8(*text), "stored text is not UTF-8");
  }
  CLEW_ASSERT(text::is_utf8(o.input.value_or("")) && text::is_utf8(o.output.value_or("")), "stored text is not UTF-8");
  for (const std::string& call : o.tool_calls)
    CLEW_ASSERT(json::try_parse(call), "tool call is not JSON");
  CLEW_ASSERT(o.tool_calls.size() == o.tool_call_names.size(), "tool call names do not match");
  CLEW_ASSERT(o.model_parameters.empty() || json::try_parse(o.model_parameters), "parameters are not JSON");
  CLEW_ASSERT(o.events.empty() || json::try_parse(o.events), "events are not JSON");
  check_texts(o.metadata);
  check_texts(o.tool_definitions);
  check_texts(o.experiment.metadata);
}

inline void check_body(Door door, const std::uint8_t* data, std::size_t size) {
  RequestContext context;
  context.door = door;
  context.received_at_us = 1'790'000'000'000'000;
  context.attribution.sdk_name = size % 2 == 0 ? "python" : "unknown";
  context.attribution.sdk_version = "5.0.4";
  const auto batch = decode_otlp({reinterpret_cast<const char*>(data), size}, context);
  if (!batch) {
    CLEW_ASSERT(batch.error().code == Errc::kInvalidArgument, "a body is never our fault");
    return;
  }
  CLEW_ASSERT(batch->spans.size() + batch->errors.size() == batch->items_total, "a span was neither kept nor refused");
  for (const domain::Observation& span : batch->spans)
    check_span(span);
  CLEW_ASSERT(text::is_utf8(otlp_answer(Door::kOtlpJson, *batch)), "the answer is not UTF-8");
}

}  // namespace clew::ingest::otlp
