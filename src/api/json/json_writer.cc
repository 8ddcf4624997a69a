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
  constexpr TimeUs kSecondUs = 1'000'000;
  if (value < 0) return text(iso_ms(value));
  if (value / kSecondUs != second_) {
    second_ = value / kSecondUs;
    second_text_ = iso_ms(value).substr(0, std::string_view("2026-01-02T03:04:05.").size());
  }
  const auto ms = static_cast<int>(value % kSecondUs / 1000);
  separate();
  out_ += '"';
  out_ += second_text_;
  for (const int digit : {ms / 100, ms / 10 % 10, ms % 10})
    out_ += static_cast<char>('0' + digit);
  out_ += "Z\"";
  return *this;
}

// value · 10^-digits, without zeros at the end.
JsonWriter& JsonWriter::decimal(std::int64_t value, int digits) {
  std::string text = std::to_string(value < 0 ? -value : value);
  const auto places = static_cast<std::size_t>(digits);
  if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
  text.insert(text.size() - places, 1, '.');
  while (text.back() == '0')
    text.pop_back();
  if (text.back() == '.') text.pop_back();
  if (value < 0) text.insert(0, 1, '-');
  return raw(text);
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
