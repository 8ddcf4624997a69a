#include "ingest/decode/events/body_reader.h"

#include <cmath>

#include "base/text.h"
#include "base/time.h"
#include "domain/observation.h"
#include "ingest/decode/tolerant_json.h"

namespace clew::ingest {

namespace {

// Half of what our parser takes: stored forms wrap metadata in further levels.
constexpr std::size_t kMetadataDepthMax = json::kDepthMax / 2;
constexpr double kSafeIntegerMax = 9007199254740991.0;

std::string options_message(std::span<const std::string_view> options) {
  std::string message = "Invalid option: expected one of ";
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (i > 0) message += '|';
    message.append("\"").append(options[i]).append("\"");
  }
  return message;
}

}  // namespace

void check_id(const json::Value& value, const json::Array& path, Issues& issues) {
  if (!value.is_string()) return issues.wrong_type(path, "string", &value);
  const std::string_view text = value.get_string();
  if (text.empty()) return issues.add("too_small", path, "Too small: expected string to have >=1 characters");
  if (text.size() > kIdCharactersMax && text::characters(text) > kIdCharactersMax) {
    issues.add("too_big", path, "Too big: expected string to have <=800 characters");
  }
  if (text.find('\r') != text.npos) issues.add("custom", path, "ID cannot contain carriage return characters");
}

std::optional<std::int64_t> as_integer(const json::Value& value) {
  if (const auto* number = value.if_int64()) return *number;
  if (const auto* number = value.if_double()) {
    if (std::trunc(*number) == *number && std::fabs(*number) <= kSafeIntegerMax) {
      return static_cast<std::int64_t>(*number);
    }
  }
  return std::nullopt;
}

json::Array BodyReader::path_to(std::string_view key) const {
  json::Array path = path_;
  path.emplace_back(key);
  return path;
}

json::Value* BodyReader::present(std::string_view key) {
  json::Value* value = body_.if_contains(key);
  if (value && value->is_null()) {
    out_[key] = nullptr;
    return nullptr;
  }
  return value;
}

void BodyReader::required_id(std::string_view key) {
  json::Value* value = body_.if_contains(key);
  if (!value) return issues_.wrong_type(path_to(key), "string", nullptr);
  check_id(*value, path_to(key), issues_);
  out_[key] = std::move(*value);
}

void BodyReader::id(std::string_view key) {
  json::Value* value = present(key);
  if (!value) return;
  check_id(*value, path_to(key), issues_);
  out_[key] = std::move(*value);
}

void BodyReader::text(std::string_view key, std::size_t characters_max) {
  json::Value* value = present(key);
  if (!value) return;
  if (!value->is_string()) return issues_.wrong_type(path_to(key), "string", value);
  const std::string_view text = value->get_string();
  if (characters_max > 0 && text.size() > characters_max && text::characters(text) > characters_max) {
    issues_.add("too_big", path_to(key),
                "Too big: expected string to have <=" + std::to_string(characters_max) + " characters");
  }
  out_[key] = std::move(*value);
}

void BodyReader::texts(std::string_view key) {
  json::Value* value = present(key);
  if (!value) return;
  if (!value->is_array()) return issues_.wrong_type(path_to(key), "array", value);
  const json::Array& items = value->get_array();
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].is_string()) continue;
    json::Array path = path_to(key);
    path.emplace_back(i);
    issues_.wrong_type(std::move(path), "string", &items[i]);
  }
  out_[key] = std::move(*value);
}

void BodyReader::boolean(std::string_view key) {
  json::Value* value = present(key);
  if (!value) return;
  if (!value->is_bool()) return issues_.wrong_type(path_to(key), "boolean", value);
  out_[key] = std::move(*value);
}

void BodyReader::integer(std::string_view key) {
  json::Value* value = present(key);
  if (!value) return;
  const auto number = as_integer(*value);
  if (!number) return issues_.wrong_type(path_to(key), value->is_number() ? "int" : "number", value);
  out_[key] = *number;
}

void BodyReader::time(std::string_view key) {
  json::Value* value = present(key);
  if (!value) return;
  if (!value->is_string()) return issues_.wrong_type(path_to(key), "string", value);
  if (!parse_iso_time(value->get_string())) issues_.add("invalid_format", path_to(key), "Invalid ISO datetime");
  out_[key] = std::move(*value);
}

void BodyReader::any(std::string_view key) {
  json::Value* value = present(key);
  if (value) out_[key] = std::move(*value);
}

void BodyReader::metadata() {
  json::Value* value = present("metadata");
  if (!value) return;
  limit_depth(*value, kMetadataDepthMax);
  out_["metadata"] = std::move(*value);
}

void BodyReader::payload(std::string_view key) {
  json::Value* value = present(key);
  if (!value) return;
  if (value->is_string()) {
    out_[key] = std::move(*value);
  } else {
    out_[key] = json::to_text(*value);
  }
}

void BodyReader::one_of(std::string_view key, std::span<const std::string_view> options) {
  json::Value* value = present(key);
  if (!value) return;
  if (value->is_string()) {
    const std::string_view text = value->get_string();
    for (const std::string_view option : options) {
      if (option == text) {
        out_[key] = std::move(*value);
        return;
      }
    }
  }
  issues_.add("invalid_value", path_to(key), options_message(options));
}

void BodyReader::environment() {
  json::Value* value = body_.if_contains("environment");
  if (value && value->is_string()) out_["environment"] = domain::normalize_environment(value->get_string());
}

}  // namespace clew::ingest
