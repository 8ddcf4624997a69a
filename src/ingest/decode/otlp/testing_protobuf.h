// For tests only: writes an OTLP/JSON request as protobuf, so that every case runs through both encodings.
#pragma once

#include <charconv>
#include <limits>
#include <string>

#include <protozero/pbf_writer.hpp>

#include "base/json.h"
#include "base/text.h"

namespace clew::ingest::otlp::testing {

inline std::int64_t integer(const json::Value& value) {
  if (value.is_string()) return std::stoll(std::string(std::string_view(value.get_string())));
  if (const json::Value* low = json::find(value, "low")) {
    const auto bits = static_cast<std::uint64_t>(json::find(value, "high")->to_number<std::int64_t>()) << 32 |
                      static_cast<std::uint32_t>(low->to_number<std::int64_t>());
    return static_cast<std::int64_t>(bits);
  }
  return value.to_number<std::int64_t>();
}

inline double number(const json::Value& value) {
  if (!value.is_string()) return value.to_number<double>();
  const std::string text(std::string_view(value.get_string()));
  return std::strtod(text.c_str(), nullptr);  // understands NaN and Infinity
}

// An id is hexadecimal text, a list of bytes or a serialised Buffer.
inline std::string id_bytes(const json::Value& value) {
  if (value.is_string()) return text::from_hex(std::string_view(value.get_string())).value();
  std::string bytes;
  const json::Value* data = json::find(value, "data");
  for (const json::Value& byte : (data ? *data : value).as_array())
    bytes += static_cast<char>(byte.as_int64());
  return bytes;
}

inline std::string any_value(const json::Value& value);

inline std::string key_value(const json::Value& attribute) {
  std::string out;
  protozero::pbf_writer writer(out);
  writer.add_string(1, std::string(std::string_view(attribute.at("key").as_string())));
  if (const json::Value* value = json::find(attribute, "value")) writer.add_message(2, any_value(*value));
  return out;
}

inline std::string any_value(const json::Value& value) {
  std::string out;
  protozero::pbf_writer writer(out);
  for (const auto& [key, item] : value.as_object()) {
    if (key == "stringValue") writer.add_string(1, std::string(std::string_view(item.as_string())));
    if (key == "boolValue") writer.add_bool(2, item.as_bool());
    if (key == "intValue") writer.add_int64(3, integer(item));
    if (key == "doubleValue") writer.add_double(4, number(item));
    if (key == "bytesValue") {
      writer.add_bytes(7, text::from_base64(std::string_view(item.as_string())).value());
    }
    if (key != "arrayValue" && key != "kvlistValue") continue;
    std::string list;
    protozero::pbf_writer items(list);
    if (const json::Value* values = json::find(item, "values")) {
      for (const json::Value& member : values->as_array()) {
        items.add_message(1, key == "arrayValue" ? any_value(member) : key_value(member));
      }
    }
    writer.add_message(key == "arrayValue" ? 5 : 6, list);
  }
  return out;
}

inline void add_attributes(protozero::pbf_writer& writer, std::uint32_t field, const json::Value& holder) {
  const json::Value* attributes = json::find(holder, "attributes");
  if (!attributes) return;
  for (const json::Value& attribute : attributes->as_array())
    writer.add_message(field, key_value(attribute));
}

inline std::string_view text_at(const json::Value& object, std::string_view key) {
  const json::Value* value = json::find(object, key);
  return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

inline std::string event(const json::Value& given) {
  std::string out;
  protozero::pbf_writer writer(out);
  if (const json::Value* time = json::find(given, "timeUnixNano")) {
    writer.add_fixed64(1, static_cast<std::uint64_t>(integer(*time)));
  }
  writer.add_string(2, std::string(text_at(given, "name")));
  add_attributes(writer, 3, given);
  return out;
}

inline std::string status(const json::Value& given) {
  std::string out;
  protozero::pbf_writer writer(out);
  if (!text_at(given, "message").empty()) writer.add_string(2, std::string(text_at(given, "message")));
  if (const json::Value* code = json::find(given, "code")) {
    writer.add_enum(3, code->is_string() ? (code->get_string() == "STATUS_CODE_ERROR" ? 2 : 0)
                                         : static_cast<int>(code->as_int64()));
  }
  return out;
}

inline std::string encode_span(const json::Value& given) {
  std::string out;
  protozero::pbf_writer writer(out);
  const auto add_id = [&](std::uint32_t field, std::string_view key) {
    if (const json::Value* id = json::find(given, key); id && !id->is_null()) writer.add_bytes(field, id_bytes(*id));
  };
  const auto add_time = [&](std::uint32_t field, std::string_view key) {
    if (const json::Value* time = json::find(given, key); time && !time->is_null()) {
      writer.add_fixed64(field, static_cast<std::uint64_t>(integer(*time)));
    }
  };
  add_id(1, "traceId");
  add_id(2, "spanId");
  add_id(4, "parentSpanId");
  writer.add_string(5, std::string(text_at(given, "name")));
  add_time(7, "startTimeUnixNano");
  add_time(8, "endTimeUnixNano");
  add_attributes(writer, 9, given);
  if (const json::Value* events = json::find(given, "events")) {
    for (const json::Value& item : events->as_array())
      writer.add_message(11, event(item));
  }
  if (const json::Value* state = json::find(given, "status")) writer.add_message(15, status(*state));
  return out;
}

inline std::string scope_spans(const json::Value& given) {
  std::string out;
  protozero::pbf_writer writer(out);
  if (const json::Value* scope = json::find(given, "scope")) {
    std::string text;
    protozero::pbf_writer scope_writer(text);
    scope_writer.add_string(1, std::string(text_at(*scope, "name")));
    scope_writer.add_string(2, std::string(text_at(*scope, "version")));
    add_attributes(scope_writer, 3, *scope);
    writer.add_message(1, text);
  }
  for (const json::Value& item : given.at("spans").as_array())
    writer.add_message(2, encode_span(item));
  return out;
}

inline std::string to_protobuf(const json::Value& request) {
  std::string out;
  protozero::pbf_writer writer(out);
  for (const json::Value& group : request.at("resourceSpans").as_array()) {
    std::string resource_spans;
    protozero::pbf_writer group_writer(resource_spans);
    if (const json::Value* resource = json::find(group, "resource")) {
      std::string text;
      protozero::pbf_writer resource_writer(text);
      add_attributes(resource_writer, 1, *resource);
      group_writer.add_message(1, text);
    }
    for (const json::Value& item : group.at("scopeSpans").as_array())
      group_writer.add_message(2, scope_spans(item));
    writer.add_message(1, resource_spans);
  }
  return out;
}

}  // namespace clew::ingest::otlp::testing
