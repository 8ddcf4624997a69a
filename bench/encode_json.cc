#include "base/json.h"
#include "bench/encoders.h"

namespace clew::bench {

namespace {

void append_text_attribute(std::string& out, std::string_view key, std::string_view value) {
  if (out.back() != '[') out += ',';
  out += R"({"key":)";
  json::append_quoted(out, key);
  out += R"(,"value":{"stringValue":)";
  json::append_quoted(out, value);
  out += "}}";
}

void append_otlp_span(Body& body, std::size_t index, const SpanTemplate& span) {
  std::string& out = body.bytes;
  const auto placed = [&](std::string_view before, Place place) {
    out += before;
    append_place(body, index, place);
    out += '"';
  };
  placed(R"({"traceId":")", Place::kTraceHex);
  placed(R"(,"spanId":")", Place::kSpanHex);
  if (span.parent >= 0) placed(R"(,"parentSpanId":")", Place::kParentHex);
  placed(R"(,"startTimeUnixNano":")", Place::kStartDigits);
  placed(R"(,"endTimeUnixNano":")", Place::kEndDigits);
  out += R"(,"kind":1,"name":)";
  json::append_quoted(out, span.name);
  out += R"(,"attributes":[)";
  for_each_attribute(span, [&](std::string_view key, std::string_view v) { append_text_attribute(out, key, v); });
  if (!span.tags.empty()) {
    out += fmt::format(R"(,{{"key":"{}","value":{{"arrayValue":{{"values":[)", kTagsKey);
    for (const std::string& tag : span.tags) {
      if (out.back() != '[') out += ',';
      out += fmt::format(R"({{"stringValue":{}}})", json::quoted(tag));
    }
    out += "]}}}";
  }
  out += "],\"status\":{}}";
}

// One event of the batch; its envelope id must be new in every send, so the span id is part of it.
void open_event(Body& body, std::size_t index, std::string_view type, char mark) {
  std::string& out = body.bytes;
  if (out.back() != '[') out += ',';
  out += R"({"id":")";
  out += mark;
  append_place(body, index, Place::kTraceHex);
  append_place(body, index, Place::kSpanHex);
  out += fmt::format(R"(","type":"{}","timestamp":")", type);
  append_place(body, index, Place::kEndIso);
  out += R"(","body":{"id":")";
}

void append_trace_event(Body& body, std::size_t index, const SpanTemplate& span) {
  std::string& out = body.bytes;
  open_event(body, index, "trace-create", 't');
  append_place(body, index, Place::kTraceHex);
  out += R"(","timestamp":")";
  append_place(body, index, Place::kStartIso);
  out += fmt::format(R"(","name":"{}","userId":"{}","sessionId":"{}","environment":"production","tags":[)",
                     span.trace_name, span.user, span.session);
  for (const std::string& tag : span.tags) {
    if (out.back() != '[') out += ',';
    json::append_quoted(out, tag);
  }
  out += "]}}";
}

void append_observation_event(Body& body, std::size_t index, const SpanTemplate& span) {
  std::string& out = body.bytes;
  const bool generation = !span.model.empty();
  open_event(body, index, generation ? "generation-create" : "span-create", 'o');
  append_place(body, index, Place::kSpanHex);
  const auto placed = [&](std::string_view key, Place place) {
    out += fmt::format(R"(","{}":")", key);
    append_place(body, index, place);
  };
  placed("traceId", Place::kTraceHex);
  if (span.parent >= 0) placed("parentObservationId", Place::kParentHex);
  placed("startTime", Place::kStartIso);
  placed("endTime", Place::kEndIso);
  out += fmt::format(R"(","name":"{}","environment":"production","input":{},"output":{})", span.name, span.input,
                     span.output);
  if (generation) {
    out += fmt::format(R"(,"model":"{}","modelParameters":{{"temperature":0.2,"max_tokens":1024}},)"
                       R"("usageDetails":{{"input":{},"output":{},"total":{}}})",
                       span.model, span.input_tokens, span.output_tokens, span.input_tokens + span.output_tokens);
  }
  out += R"(,"metadata":{)";
  for (const auto& [key, value] : span.metadata) {
    if (out.back() != '{') out += ',';
    out += fmt::format(R"("{}":"{}")", key, value);
  }
  out += "}}}";
}

}  // namespace

Body encode_otlp_json(std::span<const SpanTemplate> spans) {
  Body body;
  std::string& out = body.bytes;
  out = R"({"resourceSpans":[{"resource":{"attributes":[)";
  for_each_resource_attribute([&](std::string_view key, std::string_view v) { append_text_attribute(out, key, v); });
  out += fmt::format(R"(]}},"scopeSpans":[{{"scope":{{"name":"{}","version":"{}"}},"spans":[)", kScopeNameText,
                     kScopeVersionText);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (i > 0) out += ',';
    append_otlp_span(body, i, spans[i]);
  }
  out += "]}]}]}";
  return body;
}

Body encode_events(std::span<const SpanTemplate> spans) {
  Body body;
  body.bytes = R"({"batch":[)";
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (spans[i].position == 0) append_trace_event(body, i, spans[i]);
    append_observation_event(body, i, spans[i]);
  }
  body.bytes += R"(],"metadata":{"sdk_name":"python","sdk_version":"2.60.10","public_key":"benchmark"}})";
  return body;
}

}  // namespace clew::bench
