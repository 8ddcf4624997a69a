#include "ingest/decode/otlp/payload.h"

namespace clew::ingest::otlp {

Payload Payload::of(const Value* value) {
  if (!value || value->kind == Value::Kind::kNone) return {};
  return value->is_text() ? Payload(value->text) : Payload(to_json(*value));
}

Payload Payload::parsed(const Value* value) {
  if (!value) return {};
  if (auto json = parse_json(*value)) return Payload(std::move(*json));
  return of(value);
}

std::string_view Payload::text() const {
  if (const auto* view = std::get_if<std::string_view>(&content_)) return *view;
  if (const auto* text = std::get_if<std::string>(&content_)) return *text;
  return {};
}

std::optional<json::Value> Payload::json() const {
  if (const auto* value = std::get_if<json::Value>(&content_)) return *value;
  return is_text() ? json::try_parse(text()) : std::nullopt;
}

std::optional<std::string> Payload::stored() && {
  if (auto* text = std::get_if<std::string>(&content_)) return std::move(*text);
  if (is_text()) return std::string(text());
  const auto* value = std::get_if<json::Value>(&content_);
  if (!value || value->is_null()) return std::nullopt;
  return value->is_string() ? std::string(std::string_view(value->get_string())) : json::to_text(*value);
}

}  // namespace clew::ingest::otlp
