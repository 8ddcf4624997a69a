// An attribute value as the mapping sees it: small, cheap to copy, pointing into memory of the request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace clew::ingest::otlp {

// Contract: otel-mapping.md 3.3. Integers are exact; numbers that are not finite are text; lists and maps are JSON;
// bytes are base64 text. kNone means that the attribute is absent.
struct Value {
  enum class Kind : std::uint8_t { kNone, kText, kBool, kInt, kDouble, kJson };

  Kind kind = Kind::kNone;
  union {
    bool boolean;
    std::int64_t integer = 0;
    double number;
    const json::Value* composite;  // list or object, owned by the request
  };
  std::string_view text;

  static Value of_text(std::string_view text);
  static Value of_bool(bool boolean);
  static Value of_int(std::int64_t integer);
  static Value of_double(double number);
  static Value of_json(const json::Value* composite);

  bool is_text() const { return kind == Kind::kText; }
  // Truthy: not "", 0 or false.
  bool is_set() const;
  // Not "", an empty list or an empty object.
  bool counts() const;
  // True, or the text "true".
  bool is_true() const;
};

// Text as it is, everything else as compact JSON.
void append_text(std::string& out, const Value& value);
std::string to_text(const Value& value);
json::Value to_json(const Value& value);

// The value as JSON: text is parsed; null when the text is not JSON.
std::optional<json::Value> parse_json(const Value& value);
// The same for a JSON object.
std::optional<json::Object> parse_object(const Value& value);

// A number, or numeric text. Null for everything else.
std::optional<double> to_number(const Value& value);
std::optional<double> to_number(const json::Value& value);

}  // namespace clew::ingest::otlp
