#include "api/public/list_parameters.h"

#include <charconv>
#include <cmath>

#include "base/json.h"
#include "base/text.h"

namespace clew::api {

void ListParameters::fail(std::string_view name, std::string_view code, std::string_view message) {
  if (!fault_) fault_ = Fault{std::string(code), {std::string(name)}, std::string(message)};
}

Result<http::Response> ListParameters::fault() const {
  if (fault_->code.empty()) return Error{Errc::kInvalidArgument, fault_->message};
  return validation_response(fault_->code, fault_->path, fault_->message);
}

std::optional<std::string> ListParameters::text(std::string_view name) const {
  const auto value = query_.find(name);
  if (!value || value->empty()) return {};
  return std::string(*value);
}

std::optional<std::string> ListParameters::given(std::string_view name) const {
  const auto value = query_.find(name);
  return value ? std::optional<std::string>(*value) : std::nullopt;
}

std::optional<ListParameters::Cursor> ListParameters::cursor(std::string_view time,
                                                             std::initializer_list<std::string_view> texts) {
  const auto given = text("cursor");
  if (!given) return {};
  const auto bytes = text::from_base64(*given);
  const auto value = bytes ? json::try_parse(*bytes) : std::nullopt;
  if (!value) {
    fail("cursor", "", "Invalid cursor format");
    return {};
  }
  const json::Object* object = value->if_object();
  const auto field = [&](std::string_view name) {
    return object ? json::find_text(*object, name) : std::optional<std::string_view>{};
  };
  const auto at = field(time);
  const auto time_us = at ? parse_iso_time(*at) : std::nullopt;
  Cursor cursor{time_us.value_or(0), {}};
  for (const std::string_view name : texts) {
    if (const auto found = field(name)) cursor.texts.emplace_back(*found);
  }
  if (!time_us || cursor.texts.size() != texts.size()) {
    fail("cursor", "invalid_type", "Invalid cursor");
    return {};
  }
  return cursor;
}

std::vector<std::string> ListParameters::repeated(std::string_view name) const {
  std::vector<std::string> values = query_.all(name);
  for (std::string& value : query_.all(std::string(name) + "[]"))
    values.push_back(std::move(value));
  std::erase(values, "");
  return values;
}

std::vector<std::string> ListParameters::comma_list(std::string_view name) const {
  std::vector<std::string> values;
  for (const std::string& value : query_.all(name)) {
    for (const std::string_view part : text::split(value, ',')) {
      if (const auto trimmed = text::trim(part); !trimmed.empty()) values.emplace_back(trimmed);
    }
  }
  return values;
}

std::optional<TimeUs> ListParameters::time(std::string_view name) {
  const auto value = text(name);
  if (!value) return {};
  auto time = parse_iso_time(*value);
  if (const std::size_t space = value->rfind(' '); !time && space != std::string::npos) {
    std::string zoned = *value;  // a plus sign that the client forgot to encode
    zoned[space] = '+';
    time = parse_iso_time(zoned);
  }
  if (!time) fail(name, "invalid_format", "Invalid ISO datetime");
  return time;
}

std::optional<double> ListParameters::number(std::string_view name) {
  const auto value = text(name);
  if (!value) return {};
  double number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error != std::errc{} || end != value->data() + value->size() || !std::isfinite(number)) {
    fail(name, "invalid_type", "Invalid input: expected number, received NaN");
    return {};
  }
  return number;
}

std::optional<bool> ListParameters::boolean(std::string_view name) {
  const auto value = text(name);
  if (!value) return {};
  if (*value != "true" && *value != "false") {
    fail(name, "invalid_value", "Invalid option: expected one of \"true\"|\"false\"");
    return {};
  }
  return *value == "true";
}

std::size_t ListParameters::integer(std::string_view name, std::size_t otherwise, std::size_t min, std::size_t max) {
  const auto value = number(name);
  if (!value) return otherwise;
  if (*value != std::floor(*value)) {
    fail(name, "invalid_type", "Invalid input: expected int, received number");
  } else if (*value < static_cast<double>(min)) {
    fail(name, "too_small", "Too small: expected number to be >=" + std::to_string(min));
  } else if (*value > static_cast<double>(max)) {
    fail(name, "too_big", "Too big: expected number to be <=" + std::to_string(max));
  } else {
    return static_cast<std::size_t>(*value);
  }
  return otherwise;
}

std::optional<std::string> ListParameters::one_of(std::string_view name,
                                                  std::initializer_list<std::string_view> allowed) {
  auto value = text(name);
  if (!value) return {};
  for (const std::string_view option : allowed) {
    if (*value == option) return value;
  }
  std::string options;
  for (const std::string_view option : allowed) {
    options += (options.empty() ? "\"" : "|\"") + std::string(option) + "\"";
  }
  fail(name, "invalid_value", "Invalid option: expected one of " + options);
  return {};
}

query::Conditions ListParameters::filter(query::View view) {
  auto parsed = query::parse_filter(view, query_.find("filter").value_or(""));
  if (parsed) return *std::move(parsed);
  if (!fault_) fault_ = Fault{parsed.error().code, parsed.error().path, parsed.error().message};
  return {};
}

void write_page_meta(JsonWriter& json, std::size_t page, std::size_t limit, std::uint64_t total) {
  json.key("meta").begin_object();
  json.key("page").count(page);
  json.key("limit").count(limit);
  json.key("totalItems").count(total);
  json.key("totalPages").count((total + limit - 1) / limit);
  json.end_object();
}

Handler with_query_limits(Handler handler) {
  return [handler = std::move(handler)](Context& context) -> Result<http::Response> {
    auto answer = handler(context);
    if (answer || (answer.error().code != Errc::kDeadlineExceeded && answer.error().code != Errc::kTooLarge)) {
      return answer;
    }
    JsonWriter json;
    json.begin_object();
    json.key("message").text("The query needs too much. Narrow the time range, add filters or lower the limit.");
    json.key("error").text("Request timed out");
    json.end_object();
    return http::json_response(422, json.take());
  };
}

}  // namespace clew::api
