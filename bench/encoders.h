// The three encodings of a request. Ids and times are written as zeros and noted as places to patch.
#pragma once

#include <span>
#include <string_view>

#include <fmt/format.h>

#include "bench/bodies.h"

namespace clew::bench {

Body encode_protobuf(std::span<const SpanTemplate> spans);
Body encode_otlp_json(std::span<const SpanTemplate> spans);
Body encode_events(std::span<const SpanTemplate> spans);

// Notes a place at the end of the body and fills it with zeros.
void append_place(Body& body, std::size_t span, Place place);

inline constexpr std::string_view kTagsKey = "langfuse.trace.tags";
inline constexpr std::string_view kScopeNameText = "langfuse-sdk";
inline constexpr std::string_view kScopeVersionText = "4.5.0";

// The text attributes of a span as the Langfuse SDKs send them.
template <class Visit>
void for_each_attribute(const SpanTemplate& span, Visit&& visit) {
  visit("langfuse.observation.type", span.type);
  visit("langfuse.environment", "production");
  visit("user.id", span.user);
  visit("session.id", span.session);
  if (span.position == 0) visit("langfuse.trace.name", span.trace_name);
  visit("langfuse.observation.input", span.input);
  visit("langfuse.observation.output", span.output);
  if (!span.model.empty()) {
    visit("langfuse.observation.model.name", span.model);
    visit("langfuse.observation.model.parameters", R"({"temperature":0.2,"max_tokens":1024})");
    visit("langfuse.observation.usage_details",
          fmt::format(R"({{"input":{},"output":{},"total":{}}})", span.input_tokens, span.output_tokens,
                      span.input_tokens + span.output_tokens));
  }
  for (const auto& [key, value] : span.metadata)
    visit("langfuse.observation.metadata." + key, value);
}

template <class Visit>
void for_each_resource_attribute(Visit&& visit) {
  visit("service.name", "travel-assistant");
  visit("service.version", "2.14.1");
  visit("telemetry.sdk.language", "python");
  visit("telemetry.sdk.name", "opentelemetry");
  visit("telemetry.sdk.version", "1.38.0");
  visit("langfuse.release", "2026.11.2");
}

}  // namespace clew::bench
