#include "ingest/decode/otlp/span_view.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "ingest/decode/otlp/flat_messages.h"
#include "ingest/decode/otlp/flatten.h"

namespace clew::ingest::otlp {

namespace {

ScopeKind kind_of(std::string_view name) {
  if (name == "langfuse-sdk") return ScopeKind::kLangfuseSdk;
  if (name == "ai") return ScopeKind::kAiSdk;
  if (name == "genkit-tracer") return ScopeKind::kGenkit;
  if (name == "@flue/opentelemetry") return ScopeKind::kFlue;
  if (name == "gcp.vertex.agent") return ScopeKind::kAdk;
  if (name == "livekit-agents") return ScopeKind::kLiveKit;
  if (name == "pydantic-ai") return ScopeKind::kPydanticAi;
  return ScopeKind::kOther;
}

// The major number; suffixes such as b1, rc1 or -beta.1 come after it.
unsigned major_version(std::string_view version) {
  unsigned major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  return major;
}

// The first generation that encodes metadata: Python 5, JavaScript 6.
bool encodes(bool is_python, std::string_view version) {
  return major_version(version) >= (is_python ? 5U : 6U);
}

void add_block(std::string_view block, std::span<const Attribute> attributes, domain::TextMap& out) {
  for (const Attribute& attribute : attributes) {
    append_flat(out, std::string(block).append(".").append(attribute.key), to_json(attribute.value));
  }
}

std::string text_at(const AttributeIndex& attributes, Key key) {
  const Value* value = attributes.find(key);
  return value ? to_text(*value) : std::string();
}

}  // namespace

GroupContext::GroupContext(const Request& the_request, const ResourceGroup& resource_group,
                           const ScopeGroup& scope_group, bool encoded)
    : request(the_request),
      resource(resource_group.attributes),
      scope(scope_group.scope),
      kind(kind_of(scope.name)),
      is_langfuse_scope(scope.name.starts_with("langfuse-sdk")),
      list_slots_max(otlp::list_slots_max(request.spans_total())),
      sdk5(encoded) {
  add_block("resourceAttributes", resource.all(), resource_metadata);
  keep_first_of_each_path(resource_metadata);
  if (!scope.name.empty()) scope_metadata.emplace_back("scope.name", scope.name);
  if (!scope.version.empty()) scope_metadata.emplace_back("scope.version", scope.version);
  add_block("scope.attributes", scope.attributes, scope_metadata);
  keep_first_of_each_path(scope_metadata);

  common.source = "otel";
  common.scope_name = scope.name;
  common.scope_version = scope.version;
  common.service_name = text_at(resource, Key::kServiceName);
  common.service_version = text_at(resource, Key::kServiceVersion);
  common.telemetry_sdk_language = text_at(resource, Key::kSdkLanguage);
  common.telemetry_sdk_name = text_at(resource, Key::kSdkName);
  common.telemetry_sdk_version = text_at(resource, Key::kSdkVersion);
}

bool is_sdk5(const RequestContext& context, const ResourceGroup& resource) {
  const std::string sdk = text::lower(text::trim(context.attribution.sdk_name));
  if (sdk == "python" || sdk == "javascript")
    return encodes(sdk == "python", text::trim(context.attribution.sdk_version));

  // Without headers the scope tells. A language that is not told is Python: the JS SDK always tells it.
  std::string_view language = "python";
  for (const Attribute& attribute : resource.attributes) {
    if (attribute.key == "telemetry.sdk.language" && attribute.value.is_text()) language = attribute.value.text;
  }
  return std::ranges::any_of(resource.scopes, [&](const ScopeGroup& group) {
    return group.scope.name == "langfuse-sdk" && encodes(language == "python", group.scope.version);
  });
}

}  // namespace clew::ingest::otlp
