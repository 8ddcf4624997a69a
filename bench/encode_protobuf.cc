#include <string_view>

#include "bench/encoders.h"

namespace clew::bench {

namespace {

// Field numbers of opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest and what is in it.
constexpr std::uint32_t kRequestResourceSpans = 1;
constexpr std::uint32_t kResourceSpansResource = 1, kResourceSpansScopeSpans = 2;
constexpr std::uint32_t kResourceAttributes = 1;
constexpr std::uint32_t kScopeSpansScope = 1, kScopeSpansSpans = 2;
constexpr std::uint32_t kScopeName = 1, kScopeVersion = 2;
constexpr std::uint32_t kSpanTraceId = 1, kSpanSpanId = 2, kSpanParentSpanId = 4, kSpanName = 5, kSpanKind = 6,
                        kSpanStart = 7, kSpanEnd = 8, kSpanAttributes = 9;
constexpr std::uint32_t kKeyValueKey = 1, kKeyValueValue = 2;
constexpr std::uint32_t kAnyString = 1, kAnyArray = 5;
constexpr std::uint32_t kArrayValues = 1;
constexpr std::uint32_t kWireVarint = 0, kWireFixed64 = 1, kWireBytes = 2;

void varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void tag(std::string& out, std::uint32_t field, std::uint32_t wire) {
  varint(out, field << 3 | wire);
}

void bytes(std::string& out, std::uint32_t field, std::string_view value) {
  tag(out, field, kWireBytes);
  varint(out, value.size());
  out += value;
}

std::string text_value(std::string_view value) {
  std::string out;
  bytes(out, kAnyString, value);
  return out;
}

void attribute(std::string& out, std::uint32_t field, std::string_view key, std::string_view any) {
  std::string pair;
  bytes(pair, kKeyValueKey, key);
  bytes(pair, kKeyValueValue, any);
  bytes(out, field, pair);
}

void text_attribute(std::string& out, std::string_view key, std::string_view value) {
  attribute(out, kSpanAttributes, key, text_value(value));
}

std::string attributes_of(const SpanTemplate& span) {
  std::string out;
  for_each_attribute(span, [&](std::string_view key, std::string_view value) { text_attribute(out, key, value); });
  if (!span.tags.empty()) {
    std::string list, any;
    for (const std::string& tag_text : span.tags)
      bytes(list, kArrayValues, text_value(tag_text));
    bytes(any, kAnyArray, list);
    attribute(out, kSpanAttributes, kTagsKey, any);
  }
  return out;
}

// Ids and times stand first, so that their places are known before the rest is.
void append_span(Body& body, std::size_t index, const SpanTemplate& span) {
  std::string rest;
  bytes(rest, kSpanName, span.name);
  tag(rest, kSpanKind, kWireVarint);
  varint(rest, 1);
  rest += attributes_of(span);
  const std::size_t head = (2 + 16) + (2 + 8) + (span.parent >= 0 ? 2 + 8 : 0) + 2 * (1 + 8);
  std::string& out = body.bytes;
  tag(out, kScopeSpansSpans, kWireBytes);
  varint(out, head + rest.size());
  const auto id = [&](std::uint32_t field, std::size_t size, Place place) {
    tag(out, field, kWireBytes);
    varint(out, size);
    append_place(body, index, place);
  };
  id(kSpanTraceId, 16, Place::kTraceRaw);
  id(kSpanSpanId, 8, Place::kSpanRaw);
  if (span.parent >= 0) id(kSpanParentSpanId, 8, Place::kParentRaw);
  tag(out, kSpanStart, kWireFixed64);
  append_place(body, index, Place::kStartRaw);
  tag(out, kSpanEnd, kWireFixed64);
  append_place(body, index, Place::kEndRaw);
  out += rest;
}

}  // namespace

Body encode_protobuf(std::span<const SpanTemplate> spans) {
  std::string resource;
  for_each_resource_attribute([&](std::string_view key, std::string_view value) {
    attribute(resource, kResourceAttributes, key, text_value(value));
  });
  std::string scope;
  bytes(scope, kScopeName, kScopeNameText);
  bytes(scope, kScopeVersion, kScopeVersionText);

  // The lengths of the enclosing messages are known only at the end: spans first, then moved behind the heads.
  Body body;
  bytes(body.bytes, kScopeSpansScope, scope);
  for (std::size_t i = 0; i < spans.size(); ++i)
    append_span(body, i, spans[i]);
  std::string head;
  std::string resource_spans;
  bytes(resource_spans, kResourceSpansResource, resource);
  tag(resource_spans, kResourceSpansScopeSpans, kWireBytes);
  varint(resource_spans, body.bytes.size());
  tag(head, kRequestResourceSpans, kWireBytes);
  varint(head, resource_spans.size() + body.bytes.size());
  head += resource_spans;
  body.bytes.insert(0, head);
  for (Patch& patch : body.patches)
    patch.offset += static_cast<std::uint32_t>(head.size());
  return body;
}

}  // namespace clew::bench
