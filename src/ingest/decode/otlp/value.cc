#include "ingest/decode/otlp/value.h"

#include <charconv>
#include <cmath>
#include <utility>

#include "base/text.h"

namespace clew::ingest::otlp {

namespace {

std::optional<double> number_in(std::string_view text) {
  text = text::trim(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

}  // namespace

Value Value::of_text(std::string_view text) {
  Value value;
  value.kind = Kind::kText;
  value.text = text;
  return value;
}

Value Value::of_bool(bool boolean) {
  Value value;
  value.kind = Kind::kBool;
  value.boolean = boolean;
  return value;
}

Value Value::of_int(std::int64_t integer) {
  Value value;
  value.kind = Kind::kInt;
  value.integer = integer;
  return value;
}

Value Value::of_double(double number) {
  if (std::isnan(number)) return of_text("NaN");
  if (std::isinf(number)) return of_text(number > 0 ? "Infinity" : "-Infinity");
  Value value;
  value.kind = Kind::kDouble;
  value.number = number;
  return value;
}

Value Value::of_json(const json::Value* composite) {
  Value value;
  value.kind = Kind::kJson;
  value.composite = composite;
  return value;
}

bool Value::is_set() const {
  switch (kind) {
    case Kind::kNone:
      return false;
    case Kind::kText:
      return !text.empty();
    case Kind::kBool:
      return boolean;
    case Kind::kInt:
      return integer != 0;
    case Kind::kDouble:
      return number != 0;
    case Kind::kJson:
      return true;
  }
  return false;
}

bool Value::counts() const {
  switch (kind) {
    case Kind::kNone:
      return false;
    case Kind::kText:
      return !text.empty();
    case Kind::kJson:
      return composite->is_array() ? !composite->get_array().empty()
                                   : !composite->is_object() || !composite->get_object().empty();
    default:
      return true;
  }
}

bool Value::is_true() const {
  return (kind == Kind::kBool && boolean) || (kind == Kind::kText && text == "true");
}

void append_text(std::string& out, const Value& value) {
  switch (value.kind) {
    case Value::Kind::kNone:
      return;
    case Value::Kind::kText:
      out += value.text;
      return;
    case Value::Kind::kBool:
      out += value.boolean ? "true" : "false";
      return;
    case Value::Kind::kInt: {
      char digits[24];
      const auto end = std::to_chars(digits, digits + sizeof digits, value.integer).ptr;
      out.append(digits, end);
      return;
    }
    case Value::Kind::kDouble:
      out += json::number_text(value.number);
      return;
    case Value::Kind::kJson:
      json::append_text(out, *value.composite);
      return;
  }
}

std::string to_text(const Value& value) {
  std::string out;
  append_text(out, value);
  return out;
}

json::Value to_json(const Value& value) {
  switch (value.kind) {
    case Value::Kind::kNone:
      return nullptr;
    case Value::Kind::kText:
      return json::Value(value.text);
    case Value::Kind::kBool:
      return value.boolean;
    case Value::Kind::kInt:
      return value.integer;
    case Value::Kind::kDouble:
      return value.number;
    case Value::Kind::kJson:
      return *value.composite;
  }
  return nullptr;
}

std::optional<json::Value> parse_json(const Value& value) {
  if (value.kind == Value::Kind::kNone) return std::nullopt;
  if (value.is_text()) return json::try_parse(value.text);
  return to_json(value);
}

std::optional<json::Object> parse_object(const Value& value) {
  auto parsed = parse_json(value);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  return std::move(parsed->get_object());
}

std::optional<double> to_number(const Value& value) {
  switch (value.kind) {
    case Value::Kind::kInt:
      return static_cast<double>(value.integer);
    case Value::Kind::kDouble:
      return value.number;
    case Value::Kind::kText:
      return number_in(value.text);
    default:
      return std::nullopt;
  }
}

std::optional<double> to_number(const json::Value& value) {
  if (const auto* i = value.if_int64()) return static_cast<double>(*i);
  if (const auto* u = value.if_uint64()) return static_cast<double>(*u);
  if (const auto* d = value.if_double()) return *d;
  if (value.is_string()) return number_in(std::string_view(value.get_string()));
  return std::nullopt;
}

}  // namespace clew::ingest::otlp
