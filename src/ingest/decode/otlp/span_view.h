// What the mapping rules see of one span. Private to this module.
#pragma once

#include <span>
#include <string>

#include "domain/observation.h"
#include "ingest/decode/decoded_batch.h"
#include "ingest/decode/otlp/attribute_index.h"
#include "ingest/decode/otlp/wire.h"

namespace clew::ingest::otlp {

// Instrumentations whose spans have rules of their own.
enum class ScopeKind : std::uint8_t { kOther, kLangfuseSdk, kAiSdk, kGenkit, kFlue, kAdk, kLiveKit, kPydanticAi };

// What all spans of one scope in one resource share, computed once.
struct GroupContext {
  GroupContext(const Request& request, const ResourceGroup& resource, const ScopeGroup& scope, bool sdk5);

  const Request& request;
  AttributeIndex resource;
  const Scope& scope;
  ScopeKind kind;
  bool is_langfuse_scope;  // the scope name starts with langfuse-sdk
  std::size_t list_slots_max;
  bool sdk5;                          // metadata values are JSON text (contract/sdk5.md 1.3)
  domain::TextMap resource_metadata;  // flat: resourceAttributes.*
  domain::TextMap scope_metadata;     // flat: scope.*
  domain::Observation common;         // service, scope and SDK fields of every span
};

struct SpanView {
  const Span& span;
  std::span<const Event> events;
  AttributeIndex attributes;
  const GroupContext& group;

  std::span<const Attribute> attributes_of(const Event& event) const { return group.request.attributes_of(event); }
};

// True when the metadata of this resource group was encoded by an SDK of generation 5.
bool is_sdk5(const RequestContext& context, const ResourceGroup& resource);

// Spans that repeat the sums of their children: no model, usage and cost (contract/otel-mapping.md 7).
bool is_agent_sum(const SpanView& view);

}  // namespace clew::ingest::otlp
