// One OTLP trace export in memory, whatever its encoding was. Texts are valid UTF-8 and point into the body or into
// memory of the request; a Request must outlive everything read from it, and the body must outlive the Request.
#pragma once

#include <cstdint>
#include <forward_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "ingest/decode/otlp/value.h"

namespace clew::ingest::otlp {

struct Attribute {
  std::string_view key;
  Value value;  // never kNone
};

// A part of one of the request's pools.
struct Range {
  std::size_t first = 0, count = 0;
};

struct Event {
  std::string_view name;
  std::int64_t time_ns = 0;  // 0 = not given
  Range attributes;          // of Request::event_attributes
};

// Why a span or a group of spans cannot be stored (contract/otel-mapping.md 1.4), as bits.
enum class Defect : std::uint32_t {
  kTraceIdAbsent = 1U << 0,
  kTraceIdZero = 1U << 1,
  kTraceIdNotAnId = 1U << 2,
  kSpanIdAbsent = 1U << 3,
  kSpanIdZero = 1U << 4,
  kSpanIdNotAnId = 1U << 5,
  kParentNotAnId = 1U << 6,
  kSpanNotAnObject = 1U << 7,
  kAttributesNotAnArray = 1U << 8,
  kEventsNotAnArray = 1U << 9,
  kEventAttributesNotAnArray = 1U << 10,
  kResourceAttributesNotAnArray = 1U << 11,
  kScopeSpansNotAnArray = 1U << 12,
  kScopeAttributesNotAnArray = 1U << 13,
  kSpansNotAnArray = 1U << 14,
  kResourceSpansNotAnArray = 1U << 15,
};
using Defects = std::uint32_t;
inline Defects operator|(Defects defects, Defect defect) {
  return defects | static_cast<Defects>(defect);
}
// "traceId:absent, attributes:not_an_array"
std::string defects_text(Defects defects);

struct Span {
  std::string trace_id, span_id;
  std::string parent_span_id;  // "" = root
  std::string_view name;
  std::optional<std::int64_t> start_ns, end_ns;  // null = missing or unreadable; may be out of any sensible range
  bool is_error = false;                         // status code 2
  std::string_view status_message;
  Range attributes;  // of Request::span_attributes
  Range events;      // of Request::events
  Defects defects = 0;
};

struct Scope {
  std::string_view name, version;
  std::vector<Attribute> attributes;
};

struct ScopeGroup {
  Scope scope;
  std::vector<Span> spans;
  Defects defects = 0;  // of the scope and of everything around it: its spans are unusable
};

struct ResourceGroup {
  std::vector<Attribute> attributes;
  std::vector<ScopeGroup> scopes;
  Defects defects = 0;
};

struct Request {
  std::vector<ResourceGroup> resources;
  std::vector<Attribute> span_attributes;
  std::vector<Event> events;
  std::vector<Attribute> event_attributes;
  Defects defects = 0;
  std::size_t spans_total() const;
  std::size_t outer_defects = 0;  // how many resource- or scope-level fields are unusable

  std::span<const Attribute> attributes_of(const Span& span) const {
    return std::span(span_attributes).subspan(span.attributes.first, span.attributes.count);
  }
  std::span<const Event> events_of(const Span& span) const {
    return std::span(events).subspan(span.events.first, span.events.count);
  }
  std::span<const Attribute> attributes_of(const Event& event) const {
    return std::span(event_attributes).subspan(event.attributes.first, event.attributes.count);
  }

  // Memory of the request; addresses are stable.
  std::string_view keep(std::string text) { return texts.emplace_front(std::move(text)); }
  const json::Value* keep(json::Value value) { return &composites.emplace_front(std::move(value)); }
  // The text itself if it is UTF-8, else a repaired copy.
  std::string_view keep_utf8(std::string_view text);

  std::forward_list<std::string> texts;
  std::forward_list<json::Value> composites;
  std::shared_ptr<void> parser;  // what the JSON reader's texts point into
};

// Nested attribute values deeper than this are stored as null.
inline constexpr int kValueDepthMax = 64;
// Ids longer than this are not ids.
inline constexpr std::size_t kIdSizeMax = 800;

enum class IdState : std::uint8_t { kAbsent, kGood, kZero, kNotAnId };
// Ids as text are opaque, but hexadecimal ones of the standard lengths are lower-cased; as bytes they become
// hexadecimal. `id` is set only for kGood.
IdState take_id_text(std::string_view given, std::string& id);
IdState take_id_bytes(std::string_view given, std::string& id);
// A span needs a trace id and a span id; an absent or all-zero parent makes it a root.
Defects id_defects(IdState trace, IdState span, IdState parent);

// Makes keys of the pool from `first` on unique: the last value wins, at the place of the first.
void keep_last_of_each_key(std::vector<Attribute>& pool, std::size_t first);

// kInvalidArgument: not a readable message at all. Everything else is told as defects.
Result<std::unique_ptr<Request>> read_protobuf(std::string_view body);
Result<std::unique_ptr<Request>> read_json(std::string_view body);

}  // namespace clew::ingest::otlp
