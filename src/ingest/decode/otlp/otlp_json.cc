#include "ingest/decode/otlp/otlp_json.h"

#include "ingest/decode/otlp/wire.h"

namespace clew::ingest {

namespace {

using otlp::Value;

json::Value any_value(const json::Value& value);

json::Value any_list(const json::Array& items) {
  json::Array values;
  for (const json::Value& item : items)
    values.push_back(any_value(item));
  return json::Object{{"arrayValue", json::Object{{"values", std::move(values)}}}};
}

json::Value any_map(const json::Object& items) {
  json::Array values;
  for (const auto& [key, item] : items)
    values.push_back(json::Object{{"key", key}, {"value", any_value(item)}});
  return json::Object{{"kvlistValue", json::Object{{"values", std::move(values)}}}};
}

// A value inside a list or map.
json::Value any_value(const json::Value& value) {
  if (value.is_string()) return json::Object{{"stringValue", value}};
  if (value.is_bool()) return json::Object{{"boolValue", value}};
  if (value.is_int64()) return json::Object{{"intValue", std::to_string(value.get_int64())}};
  if (value.is_number()) return json::Object{{"doubleValue", value.to_number<double>()}};
  if (const json::Array* list = value.if_array()) return any_list(*list);
  if (const json::Object* map = value.if_object()) return any_map(*map);
  return json::Object{};
}

json::Value any_value(const Value& value) {
  switch (value.kind) {
    case Value::Kind::kText:
      return json::Object{{"stringValue", value.text}};
    case Value::Kind::kBool:
      return json::Object{{"boolValue", value.boolean}};
    case Value::Kind::kInt:
      return json::Object{{"intValue", std::to_string(value.integer)}};
    case Value::Kind::kDouble:
      return json::Object{{"doubleValue", value.number}};
    case Value::Kind::kJson:
      return any_value(*value.composite);
    case Value::Kind::kNone:
      break;
  }
  return json::Object{};
}

json::Array attribute_list(std::span<const otlp::Attribute> attributes) {
  json::Array out;
  for (const otlp::Attribute& attribute : attributes)
    out.push_back(json::Object{{"key", attribute.key}, {"value", any_value(attribute.value)}});
  return out;
}

json::Array event_list(const otlp::Request& request, const otlp::Span& span) {
  json::Array out;
  for (const otlp::Event& event : request.events_of(span)) {
    json::Object entry{{"name", event.name}, {"attributes", attribute_list(request.attributes_of(event))}};
    if (event.time_ns != 0) entry["timeUnixNano"] = std::to_string(event.time_ns);
    out.push_back(std::move(entry));
  }
  return out;
}

json::Object span_json(const otlp::Request& request, const otlp::Span& span) {
  json::Object out{{"traceId", span.trace_id}, {"spanId", span.span_id}, {"name", span.name}};
  if (!span.parent_span_id.empty()) out["parentSpanId"] = span.parent_span_id;
  if (span.start_ns) out["startTimeUnixNano"] = std::to_string(*span.start_ns);
  if (span.end_ns) out["endTimeUnixNano"] = std::to_string(*span.end_ns);
  json::Object status;
  if (span.is_error) status["code"] = 2;
  if (!span.status_message.empty()) status["message"] = span.status_message;
  if (!status.empty()) out["status"] = std::move(status);
  out["attributes"] = attribute_list(request.attributes_of(span));
  if (span.events.count > 0) out["events"] = event_list(request, span);
  return out;
}

json::Object scope_json(const otlp::Request& request, const otlp::ScopeGroup& group) {
  json::Array spans;
  for (const otlp::Span& span : group.spans)
    spans.push_back(span_json(request, span));
  return {{"scope", json::Object{{"name", group.scope.name},
                                 {"version", group.scope.version},
                                 {"attributes", attribute_list(group.scope.attributes)}}},
          {"spans", std::move(spans)}};
}

}  // namespace

Result<std::string> resource_spans_json(std::string_view body, Door door) {
  CLEW_TRY(const auto request, door == Door::kOtlpJson ? otlp::read_json(body) : otlp::read_protobuf(body));
  std::string out = "[";
  for (const otlp::ResourceGroup& resource : request->resources) {
    json::Array scopes;
    for (const otlp::ScopeGroup& scope : resource.scopes)
      scopes.push_back(scope_json(*request, scope));
    if (out.size() > 1) out += ',';
    // One resource at a time: the whole request need not stand in memory twice.
    json::append_text(out, json::Object{{"resource", json::Object{{"attributes", attribute_list(resource.attributes)}}},
                                        {"scopeSpans", std::move(scopes)}});
  }
  return out + "]";
}

}  // namespace clew::ingest
