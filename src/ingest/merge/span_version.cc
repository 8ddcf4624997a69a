#include "ingest/merge/span_version.h"

#include <algorithm>

#include "ingest/merge/message_clock.h"

namespace clew::ingest {

namespace {

json::Value text_value(std::string_view text) {
  return json::Value(boost::json::string_view(text));
}

// Field → JSON; null = says nothing.
struct ToJson {
  static json::Value of(const std::string& text) { return text.empty() ? json::Value() : text_value(text); }
  static json::Value of(const std::optional<std::string>& text) { return text ? text_value(*text) : json::Value(); }
  static json::Value of(TimeUs time) { return time; }
  static json::Value of(bool flag) { return flag ? json::Value(true) : json::Value(); }
  static json::Value of(const std::optional<bool>& flag) { return flag ? json::Value(*flag) : json::Value(); }
  static json::Value of(domain::ObservationType type) { return text_value(domain::to_text(type)); }
  static json::Value of(domain::Level level) { return text_value(domain::to_text(level)); }
  template <class Number>
    requires std::is_integral_v<Number>
  static json::Value of(const std::optional<Number>& number) {
    return number ? json::Value(*number) : json::Value();
  }
  static json::Value of(const std::vector<std::string>& texts) {
    if (texts.empty()) return nullptr;
    json::Array out;
    for (const std::string& text : texts)
      out.push_back(text_value(text));
    return out;
  }
  // Pairs, not an object: order and repeated keys stay.
  template <class Amount>
  static json::Value of(const std::vector<std::pair<std::string, Amount>>& map) {
    if (map.empty()) return nullptr;
    json::Array out;
    for (const auto& [key, amount] : map) {
      out.push_back(text_value(key));
      if constexpr (std::is_same_v<Amount, std::string>) {
        out.push_back(text_value(amount));
      } else {
        out.push_back(json::Value(amount));
      }
    }
    return out;
  }
};

template <class Number>
void read_number(const json::Value& value, Number& out) {
  boost::system::error_code failed;
  const auto number = value.is_number() ? value.to_number<Number>(failed) : Number{};
  if (!failed) out = number;
}

struct FromJson {
  static void read(const json::Value& value, std::string& out) {
    if (value.is_string()) out = std::string(value.get_string());
  }
  static void read(const json::Value& value, TimeUs& out) { read_number(value, out); }
  static void read(const json::Value& value, std::uint64_t& out) { read_number(value, out); }
  static void read(const json::Value& value, std::uint16_t& out) { read_number(value, out); }
  static void read(const json::Value& value, bool& out) { out = value.is_bool() && value.get_bool(); }
  static void read(const json::Value& value, domain::ObservationType& out) {
    if (value.is_string()) out = domain::parse_observation_type(value.get_string()).value_or(out);
  }
  static void read(const json::Value& value, domain::Level& out) {
    if (value.is_string()) out = domain::parse_level(value.get_string()).value_or(out);
  }
  template <class T>
  static void read(const json::Value& value, std::optional<T>& out) {
    read(value, out.emplace());
  }
  static void read(const json::Value& value, std::vector<std::string>& out) {
    if (!value.is_array()) return;
    for (const json::Value& text : value.get_array())
      read(text, out.emplace_back());
  }
  template <class Amount>
  static void read(const json::Value& value, std::vector<std::pair<std::string, Amount>>& out) {
    if (!value.is_array()) return;
    const json::Array& pairs = value.get_array();
    for (std::size_t at = 0; at + 1 < pairs.size(); at += 2) {
      auto& [key, amount] = out.emplace_back();
      read(pairs[at], key);
      read(pairs[at + 1], amount);
    }
  }
};

}  // namespace

MessageClock clock_of(const SpanVersion& version) {
  return {.sent_us = std::max(version.row.end_time_us.value_or(0), version.row.start_time_us),
          .is_update = false,
          .received_us = version.received_at_us,
          .position = 0,
          .envelope = version.seq};
}

json::Object span_to_json(const domain::Observation& row) {
  json::Object out;
  for_each_span_field(row, [&](std::string_view name, const auto& field) {
    if (json::Value value = ToJson::of(field); !value.is_null()) out[name] = std::move(value);
  });
  return out;
}

domain::Observation span_from_json(const json::Object& fields) {
  domain::Observation row;
  row.environment.clear();
  for_each_span_field(row, [&](std::string_view name, auto& field) {
    if (const json::Value* value = json::find(fields, name)) FromJson::read(*value, field);
  });
  row.source = "otel";
  return row;
}

}  // namespace clew::ingest
