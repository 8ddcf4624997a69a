// Writes JSON text from front to back. Commas are its business; that begin and end match is the caller's.
//
//   JsonWriter json;
//   json.begin_object().key("id").text(id).key("tags").texts(tags).end_object();
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "domain/observation.h"

namespace clew::api {

class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  // A name in our own text needs no escapes.
  template <std::size_t N>
  JsonWriter& key(const char (&name)[N]) {
    separate();
    out_ += '"';
    out_.append(name, N - 1);
    out_ += "\":";
    return *this;
  }

  JsonWriter& text(std::string_view value);
  JsonWriter& text_or_null(std::string_view value);  // "" is null
  JsonWriter& optional_text(const std::optional<std::string>& value);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& count(std::uint64_t value);
  JsonWriter& number(double value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  JsonWriter& time(TimeUs value);  // ISO 8601, milliseconds
  JsonWriter& time_or_null(const std::optional<TimeUs>& value);
  JsonWriter& texts(const std::vector<std::string>& values);
  JsonWriter& value(const json::Value& value);
  // Text that is JSON already.
  JsonWriter& raw(std::string_view json);

  // Dollars, exact.
  JsonWriter& money(domain::Picodollars value);
  JsonWriter& money_or_null(const std::optional<domain::Picodollars>& value);
  // Microseconds as seconds or milliseconds, exact.
  JsonWriter& seconds(std::int64_t us) { return decimal(us, 6); }
  JsonWriter& milliseconds(std::int64_t us) { return decimal(us, 3); }

  // Stored text as the JSON it is, else as text (stored_json.h); null when there is none.
  JsonWriter& optional_stored(const std::optional<std::string>& value);
  JsonWriter& stored(std::string_view value);

  const std::string& str() const { return out_; }
  std::string take() { return std::move(out_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& decimal(std::int64_t value, int digits);
  void separate();

  std::string out_;
  // The last second written and its text: the times of a list are close together.
  std::int64_t second_ = -1;
  std::string second_text_;
};

// 10^-12 dollar as decimal text: "0.000123", "-2", "0".
std::string dollars(domain::Picodollars value);

}  // namespace clew::api
