#include "api/json/json_writer.h"

#include "api/json/stored_json.h"

namespace clew::api {

void JsonWriter::separate() {
  if (out_.empty()) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':') out_ += ',';
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  json::append_quoted(out_, name);
  out_ += ':';
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
  separate();
  json::append_quoted(out_, value);
  return *this;
}

JsonWriter& JsonWriter::text_or_null(std::string_view value) {
  return value.empty() ? null() : text(value);
}

JsonWriter& JsonWriter::optional_text(const std::optional<std::string>& value) {
  return value ? text(*value) : null();
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  return raw(std::to_string(value));
}
JsonWriter& JsonWriter::count(std::uint64_t value) {
  return raw(std::to_string(value));
}
JsonWriter& JsonWriter::number(double value) {
  return raw(json::number_text(value));
}
JsonWriter& JsonWriter::boolean(bool value) {
  return raw(value ? "true" : "false");
}
JsonWriter& JsonWriter::null() {
  return raw("null");
}
JsonWriter& JsonWriter::time(TimeUs value) {
  return text(iso_ms(value));
}

JsonWriter& JsonWriter::time_or_null(const std::optional<TimeUs>& value) {
  return value ? time(*value) : null();
}

JsonWriter& JsonWriter::texts(const std::vector<std::string>& values) {
  begin_array();
  for (const std::string& value : values)
    text(value);
  return end_array();
}

JsonWriter& JsonWriter::value(const json::Value& value) {
  separate();
  json::append_text(out_, value);
  return *this;
}

JsonWriter& JsonWriter::money(domain::Picodollars value) {
  return raw(dollars(value));
}

JsonWriter& JsonWriter::money_or_null(const std::optional<domain::Picodollars>& value) {
  return value ? money(*value) : null();
}

JsonWriter& JsonWriter::optional_stored(const std::optional<std::string>& value) {
  return value && !value->empty() ? stored(std::string_view(*value)) : null();
}

JsonWriter& JsonWriter::stored(std::string_view value) {
  separate();
  if (!append_if_json(out_, value)) json::append_quoted(out_, value);
  return *this;
}

std::string dollars(domain::Picodollars value) {
  constexpr std::uint64_t kDollar = 1'000'000'000'000;
  const bool negative = value < 0;
  const std::uint64_t amount = negative ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  std::string text = negative ? "-" : "";
  text += std::to_string(amount / kDollar);
  std::uint64_t fraction = amount % kDollar;
  if (fraction == 0) return text;
  std::string digits = std::to_string(fraction);
  digits.insert(0, 12 - digits.size(), '0');
  digits.erase(digits.find_last_not_of('0') + 1);
  return text + "." + digits;
}

}  // namespace clew::api
