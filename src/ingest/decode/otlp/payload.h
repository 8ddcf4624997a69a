// One side of an observation's input and output before it gets its stored form. Private to this module.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/json.h"
#include "ingest/decode/otlp/value.h"

namespace clew::ingest::otlp {

class Payload {
 public:
  Payload() = default;
  explicit Payload(std::string_view text) : content_(text) {}  // text of the request
  explicit Payload(std::string text) : content_(std::move(text)) {}
  explicit Payload(json::Value value) : content_(std::move(value)) {}
  static Payload of(const Value* value);
  // JSON if the text is JSON, else the text.
  static Payload parsed(const Value* value);

  bool has_value() const { return content_.index() != 0; }
  bool is_text() const { return content_.index() == 1 || content_.index() == 2; }
  std::string_view text() const;
  std::optional<json::Value> json() const;  // parsed when it is text; null when that is not JSON

  // Text as it is, everything else as compact JSON; null when there is none.
  std::optional<std::string> stored() &&;

 private:
  std::variant<std::monostate, std::string_view, std::string, json::Value> content_;
};

struct Io {
  Payload input, output;
  bool has_value() const { return input.has_value() || output.has_value(); }
};

}  // namespace clew::ingest::otlp
