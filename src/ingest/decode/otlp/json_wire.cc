// The JSON encoding: lower camel case as the specification says, snake case as some exporters write it, and the forms
// of ids and 64-bit numbers that JavaScript exporters have produced over time (contract/otlp.md).
#include <algorithm>
#include <charconv>
#include <cmath>

#include <simdjson.h>

#include "base/text.h"
#include "ingest/decode/otlp/wire.h"
#include "ingest/decode/tolerant_json.h"

namespace clew::ingest::otlp {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kBodyDepthMax = 512;

bool is(std::string_view key, std::string_view camel, std::string_view snake) {
  return key == camel || key == snake;
}

std::optional<std::string_view> text_in(dom::element element) {
  std::string_view text;
  if (element.get(text)) return std::nullopt;
  return text;
}

bool is_null(dom::element element) {
  return element.is_null();
}

// {low, high} halves of a 64-bit number, each signed or unsigned.
std::optional<std::int64_t> number_of_halves(dom::element element) {
  dom::object object;
  std::int64_t low = 0, high = 0;
  if (element.get(object) || object["low"].get(low) || object["high"].get(high)) return std::nullopt;
  const auto bits = static_cast<std::uint64_t>(static_cast<std::uint32_t>(high)) << 32 |
                    static_cast<std::uint64_t>(static_cast<std::uint32_t>(low));
  return static_cast<std::int64_t>(bits);
}

// A 64-bit integer as a JSON number, decimal text or halves. What is above the range becomes the greatest integer.
std::optional<std::int64_t> integer_in(dom::element element) {
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  std::int64_t integer = 0;
  std::uint64_t above = 0;
  double number = 0;
  if (!element.get(integer)) return integer;
  if (!element.get(above)) return kMax;
  if (!element.get(number)) {
    if (number != std::floor(number) || number < -9.2e18) return std::nullopt;
    return number > 9.2e18 ? kMax : static_cast<std::int64_t>(number);
  }
  if (const auto text = text_in(element)) {
    const std::string_view digits = text::trim(*text);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), integer);
    if (digits.empty() || end != digits.data() + digits.size()) return std::nullopt;
    if (error == std::errc::result_out_of_range && digits.front() != '-') return kMax;
    if (error != std::errc{}) return std::nullopt;
    return integer;
  }
  return number_of_halves(element);
}

// Bytes given as a list of numbers.
std::optional<std::string> bytes_of_list(dom::element element) {
  dom::array list;
  if (element.get(list)) return std::nullopt;
  std::string bytes;
  for (const dom::element item : list) {
    std::uint64_t byte = 0;
    if (item.get(byte) || byte > 255) return std::nullopt;
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

// Bytes as a list of numbers or as a serialised Node.js Buffer.
std::optional<std::string> bytes_in(dom::element element) {
  if (auto bytes = bytes_of_list(element)) return bytes;
  dom::object object;
  dom::element data;
  if (element.get(object) || object["data"].get(data)) return std::nullopt;
  return bytes_of_list(data);
}

class Reader {
 public:
  explicit Reader(Request& request) : request_(request) {}

  bool read_request(dom::element root) {
    dom::object object;
    if (root.get(object)) return false;
    for (const auto& [key, value] : object) {
      if (!is(key, "resourceSpans", "resource_spans") || is_null(value)) continue;
      dom::array list;
      if (value.get(list)) {
        add_outer(request_.defects, Defect::kResourceSpansNotAnArray);
        continue;
      }
      for (const dom::element item : list)
        read_resource_spans(item);
    }
    return true;
  }

 private:
  void add_outer(Defects& defects, Defect defect) {
    defects = defects | defect;
    ++request_.outer_defects;
  }

  void read_resource_spans(dom::element element) {
    dom::object object;
    if (element.get(object)) return;
    ResourceGroup group;
    for (const auto& [key, value] : object) {
      if (key == "resource") {
        dom::object resource;
        if (value.get(resource)) continue;
        for (const auto& [name, attributes] : resource) {
          if (name == "attributes" && !read_attributes(attributes, group.attributes)) {
            add_outer(group.defects, Defect::kResourceAttributesNotAnArray);
          }
        }
      } else if (is(key, "scopeSpans", "scope_spans") && !is_null(value)) {
        dom::array list;
        if (value.get(list)) {
          add_outer(group.defects, Defect::kScopeSpansNotAnArray);
          continue;
        }
        for (const dom::element item : list)
          read_scope_spans(item, group);
      }
    }
    request_.resources.push_back(std::move(group));
  }

  void read_scope_spans(dom::element element, ResourceGroup& resource) {
    dom::object object;
    if (element.get(object)) return;
    ScopeGroup group;
    for (const auto& [key, value] : object) {
      if (key == "scope") {
        read_scope(value, group);
      } else if (key == "spans" && !is_null(value)) {
        dom::array list;
        if (value.get(list)) {
          add_outer(group.defects, Defect::kSpansNotAnArray);
          continue;
        }
        group.spans.reserve(list.size());
        for (const dom::element item : list)
          read_span(item, group.spans.emplace_back());
      }
    }
    resource.scopes.push_back(std::move(group));
  }

  void read_scope(dom::element element, ScopeGroup& group) {
    dom::object object;
    if (element.get(object)) return;
    for (const auto& [key, value] : object) {
      if (key == "name") group.scope.name = text_in(value).value_or("");
      if (key == "version") group.scope.version = text_in(value).value_or("");
      if (key == "attributes" && !read_attributes(value, group.scope.attributes)) {
        add_outer(group.defects, Defect::kScopeAttributesNotAnArray);
      }
    }
  }

  void read_span(dom::element element, Span& span) {
    span.attributes.first = request_.span_attributes.size();
    span.events.first = request_.events.size();
    IdState trace = IdState::kAbsent, own = IdState::kAbsent, parent = IdState::kAbsent;
    dom::object object;
    if (element.get(object)) {
      span.defects = span.defects | Defect::kSpanNotAnObject;
    } else {
      for (const auto& [key, value] : object) {
        if (is_null(value)) continue;
        if (is(key, "traceId", "trace_id")) {
          trace = read_id(value, span.trace_id);
        } else if (is(key, "spanId", "span_id")) {
          own = read_id(value, span.span_id);
        } else if (is(key, "parentSpanId", "parent_span_id")) {
          parent = read_id(value, span.parent_span_id);
        } else {
          read_span_field(key, value, span);
        }
      }
    }
    span.defects |= id_defects(trace, own, parent);
    span.attributes.count = request_.span_attributes.size() - span.attributes.first;
    span.events.count = request_.events.size() - span.events.first;
  }

  void read_span_field(std::string_view key, dom::element value, Span& span) {
    if (key == "name") {
      span.name = text_in(value).value_or("");
    } else if (key == "attributes") {
      if (!read_attributes(value, request_.span_attributes))
        span.defects = span.defects | Defect::kAttributesNotAnArray;
    } else if (is(key, "startTimeUnixNano", "start_time_unix_nano")) {
      span.start_ns = time_in(value);
    } else if (is(key, "endTimeUnixNano", "end_time_unix_nano")) {
      span.end_ns = time_in(value);
    } else if (key == "status") {
      read_status(value, span);
    } else if (key == "events") {
      read_events(value, span);
    }
  }

  static IdState read_id(dom::element element, std::string& id) {
    if (const auto text = text_in(element)) return take_id_text(*text, id);
    if (const auto bytes = bytes_in(element)) return take_id_bytes(*bytes, id);
    return IdState::kNotAnId;
  }

  // Zero means "not given", as in the protobuf encoding.
  static std::optional<std::int64_t> time_in(dom::element element) {
    const auto ns = integer_in(element);
    return ns == 0 ? std::nullopt : ns;
  }

  static void read_status(dom::element element, Span& span) {
    dom::object object;
    if (element.get(object)) return;
    for (const auto& [key, value] : object) {
      if (key == "code") span.is_error = integer_in(value) == 2 || text_in(value) == "STATUS_CODE_ERROR";
      if (key == "message") span.status_message = text_in(value).value_or("");
    }
  }

  void read_events(dom::element element, Span& span) {
    dom::array list;
    if (element.get(list)) {
      span.defects = span.defects | Defect::kEventsNotAnArray;
      return;
    }
    for (const dom::element item : list) {
      dom::object object;
      if (item.get(object)) continue;
      Event event;
      event.attributes.first = request_.event_attributes.size();
      for (const auto& [key, value] : object) {
        if (key == "name") event.name = text_in(value).value_or("");
        if (is(key, "timeUnixNano", "time_unix_nano")) event.time_ns = integer_in(value).value_or(0);
        if (key == "attributes" && !read_attributes(value, request_.event_attributes)) {
          span.defects = span.defects | Defect::kEventAttributesNotAnArray;
        }
      }
      event.attributes.count = request_.event_attributes.size() - event.attributes.first;
      request_.events.push_back(event);
    }
  }

  // False: present but not a list.
  bool read_attributes(dom::element element, std::vector<Attribute>& out) {
    if (is_null(element)) return true;
    dom::array list;
    if (element.get(list)) return false;
    const std::size_t first = out.size();
    for (const dom::element item : list) {
      dom::object object;
      std::string_view key;
      dom::element wire;
      if (item.get(object) || object["key"].get(key) || object["value"].get(wire)) continue;
      const Value value = read_value(wire);
      if (value.kind != Value::Kind::kNone) out.push_back({key, value});
    }
    keep_last_of_each_key(out, first);
    return true;
  }

  Value read_value(dom::element wire) {
    dom::object object;
    if (wire.get(object)) return {};
    Value value;
    for (const auto& [key, element] : object) {
      if (is_null(element)) continue;
      if (is(key, "stringValue", "string_value")) {
        if (const auto text = text_in(element)) return Value::of_text(*text);
      } else if (is(key, "doubleValue", "double_value")) {
        value = read_double(element);
      } else if (is(key, "boolValue", "bool_value")) {
        bool boolean = false;
        if (!element.get(boolean)) value = Value::of_bool(boolean);
      } else if (is(key, "intValue", "int_value")) {
        value = read_integer(element);
      } else if (is(key, "bytesValue", "bytes_value")) {
        value = read_bytes(element);
      } else if (is(key, "arrayValue", "array_value")) {
        value = Value::of_json(request_.keep(read_list(element, 1)));
      } else if (is(key, "kvlistValue", "kvlist_value")) {
        value = Value::of_json(request_.keep(read_map(element, 1)));
      }
    }
    return value;
  }

  static Value read_double(dom::element element) {
    double number = 0;
    if (!element.get(number)) return Value::of_double(number);
    const auto text = text_in(element);
    if (!text) return {};
    const Value as_text = Value::of_text(*text);
    const auto parsed = to_number(as_text);
    return parsed ? Value::of_double(*parsed) : as_text;
  }

  // What is no 64-bit integer stays text.
  Value read_integer(dom::element element) {
    std::int64_t integer = 0;
    if (!element.get(integer)) return Value::of_int(integer);
    if (const auto text = text_in(element)) {
      const std::string_view digits = text::trim(*text);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), integer);
      if (error == std::errc{} && end == digits.data() + digits.size()) return Value::of_int(integer);
      return Value::of_text(*text);
    }
    if (const auto halves = number_of_halves(element)) return Value::of_int(*halves);
    double number = 0;
    if (!element.get(number)) return Value::of_double(number);
    return {};
  }

  Value read_bytes(dom::element element) {
    if (const auto text = text_in(element)) return Value::of_text(*text);
    if (const auto bytes = bytes_in(element)) return Value::of_text(request_.keep(text::to_base64(*bytes)));
    return {};
  }

  // The list under `values`; a list given directly is taken as well.
  static bool values_of(dom::element element, dom::array& list) {
    dom::object object;
    if (!element.get(list)) return true;
    return !element.get(object) && !object["values"].get(list);
  }

  json::Value read_list(dom::element element, int depth) {
    json::Array out;
    dom::array list;
    if (!values_of(element, list)) return out;
    for (const dom::element item : list)
      out.push_back(read_nested(item, depth));
    return out;
  }

  json::Value read_map(dom::element element, int depth) {
    json::Object out;
    dom::array list;
    if (!values_of(element, list)) return out;
    for (const dom::element item : list) {
      dom::object object;
      std::string_view key;
      dom::element wire;
      if (item.get(object) || object["key"].get(key)) continue;
      out[key] = object["value"].get(wire) ? json::Value() : read_nested(wire, depth);
    }
    return out;
  }

  json::Value read_nested(dom::element wire, int depth) {
    if (depth >= kValueDepthMax) return nullptr;
    dom::object object;
    if (wire.get(object)) return nullptr;
    for (const auto& [key, element] : object) {
      if (is(key, "arrayValue", "array_value")) return read_list(element, depth + 1);
      if (is(key, "kvlistValue", "kvlist_value")) return read_map(element, depth + 1);
    }
    return to_json(read_value(wire));
  }

  Request& request_;
};

}  // namespace

Result<std::unique_ptr<Request>> read_json(std::string_view body) {
  const Error refused{Errc::kInvalidArgument, "Failed to parse OTel JSON Trace"};
  const auto parser = std::make_shared<dom::parser>();
  if (parser->allocate(std::max<std::size_t>(body.size(), 64), kBodyDepthMax)) return refused;

  dom::element root;
  if (parser->parse(body.data(), body.size()).get(root)) {
    // Rare, so it may be slow: JSON that is fine but for something simdjson refuses as a whole. Written anew, a number
    // beyond every machine type becomes the nearest double.
    const auto repaired = json::try_parse(ingest::repair_json(body));
    if (!repaired || parser->parse(json::to_text(*repaired)).get(root)) return refused;
  }
  auto request = std::make_unique<Request>();
  request->parser = parser;
  if (!Reader(*request).read_request(root)) return refused;
  return request;
}

}  // namespace clew::ingest::otlp
