#include "api/request_body.h"

#include <fmt/format.h>

namespace clew::api {

namespace {

Error invalid(std::string_view name, std::string_view expected) {
  return Error{Errc::kInvalidArgument, fmt::format("{}: expected {}", name, expected)};
}

}  // namespace

Result<RequestBody> RequestBody::parse(const Context& context) {
  if (context.request.body.empty()) return RequestBody(json::Object());
  Result<json::Value> value = json::parse(context.request.body);
  if (!value) return std::move(value).error().with_context("The request body is not valid JSON");
  if (!value->is_object()) return Error{Errc::kInvalidArgument, "The request body is not a JSON object."};
  return RequestBody(std::move(value->as_object()));
}

Result<std::string> RequestBody::text(std::string_view name) const {
  CLEW_TRY(auto value, optional_text(name));
  if (!value) return invalid(name, "a string");
  return *std::move(value);
}

Result<std::optional<std::string>> RequestBody::optional_text(std::string_view name) const {
  const json::Value* value = find(name);
  if (value == nullptr || value->is_null()) return std::optional<std::string>();
  if (!value->is_string()) return invalid(name, "a string");
  return std::optional(std::string(value->as_string()));
}

Result<std::optional<std::int64_t>> RequestBody::optional_integer(std::string_view name) const {
  const json::Value* value = find(name);
  if (value == nullptr || value->is_null()) return std::optional<std::int64_t>();
  if (value->is_int64()) return std::optional<std::int64_t>(value->as_int64());
  // 3.0 is the integer 3 for every JSON client.
  if (value->is_double()) {
    const double number = value->as_double();
    if (number == static_cast<double>(static_cast<std::int32_t>(number))) {
      return std::optional<std::int64_t>(static_cast<std::int64_t>(number));
    }
  }
  return invalid(name, "an integer");
}

Result<std::optional<TimeUs>> RequestBody::optional_time(std::string_view name) const {
  CLEW_TRY(const auto text, optional_text(name));
  if (!text) return std::optional<TimeUs>();
  const auto time = parse_iso_time(*text);
  if (!time) return invalid(name, "a time like 2026-11-23T12:00:00Z");
  return time;
}

}  // namespace clew::api
