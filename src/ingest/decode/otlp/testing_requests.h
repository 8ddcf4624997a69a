// For tests only: small requests and their decoding.
#pragma once

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "base/json.h"
#include "ingest/decode/otlp/otlp.h"
#include "ingest/decode/otlp/testing_protobuf.h"

namespace clew::ingest::otlp::testing {

inline constexpr TimeUs kReceived = 1'790'000'000'000'000;

inline RequestContext context(Door door = Door::kOtlpJson) {
  RequestContext context;
  context.door = door;
  context.received_at_us = kReceived;
  context.attribution = {.api_key = "pk", .sdk_name = "unknown", .sdk_version = "unknown"};
  return context;
}

// One request of a Langfuse SDK of this generation.
inline RequestContext sdk(std::string name, std::string version, Door door = Door::kOtlpJson) {
  RequestContext made = context(door);
  made.attribution.sdk_name = std::move(name);
  made.attribution.sdk_version = std::move(version);
  return made;
}

inline json::Object attribute(std::string_view key, json::Value value) {
  json::Object wire;
  if (value.is_string()) wire["stringValue"] = value;
  if (value.is_bool()) wire["boolValue"] = value;
  if (value.is_int64()) wire["intValue"] = std::to_string(value.get_int64());
  if (value.is_double()) wire["doubleValue"] = value;
  return {{"key", key}, {"value", wire}};
}

// {"key": value, …} as an attribute list.
inline json::Array attributes(const json::Object& values) {
  json::Array out;
  for (const auto& [key, value] : values)
    out.push_back(attribute(key, value));
  return out;
}

inline json::Object span_with(const json::Object& values = {}) {
  return {{"traceId", "0af7651916cd43dd8448eb211c80319c"},
          {"spanId", "00f067aa0ba902b7"},
          {"name", "span"},
          {"startTimeUnixNano", "1700000000000000000"},
          {"endTimeUnixNano", "1700000001500000000"},
          {"attributes", attributes(values)}};
}

inline json::Object scope(std::string_view name, std::string_view version, json::Array spans) {
  return {{"scope", {{"name", name}, {"version", version}}}, {"spans", std::move(spans)}};
}

inline json::Object request(json::Array scopes, const json::Object& resource = {}) {
  return {{"resourceSpans", json::Array{json::Object{{"resource", {{"attributes", attributes(resource)}}},
                                                     {"scopeSpans", std::move(scopes)}}}}};
}

inline json::Object request(json::Object span) {
  return request(json::Array{scope("my-lib", "1.0", json::Array{std::move(span)})});
}

inline DecodedBatch decode(const json::Value& given, const RequestContext& with = context()) {
  auto batch = decode_otlp(with.door == Door::kOtlpJson ? json::to_text(given) : to_protobuf(given), with);
  if (!batch) {
    ADD_FAILURE() << batch.error().message;
    return {};
  }
  return *std::move(batch);
}

inline domain::Observation decode_one(const json::Value& given, const RequestContext& with = context()) {
  DecodedBatch batch = decode(given, with);
  EXPECT_EQ(batch.spans.size(), 1U);
  return batch.spans.empty() ? domain::Observation{} : std::move(batch.spans.front());
}

inline std::string refusal(std::string_view body, Door door = Door::kOtlpJson) {
  const auto batch = decode_otlp(body, context(door));
  if (batch) return "accepted";
  EXPECT_EQ(batch.error().code, Errc::kInvalidArgument);
  return batch.error().message;
}

inline std::map<std::string, std::string> sorted(const domain::TextMap& map) {
  return {map.begin(), map.end()};
}

}  // namespace clew::ingest::otlp::testing
