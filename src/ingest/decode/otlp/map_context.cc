// Context of a span: environment, version, user, session, tags, flags, first token, prompt: contract/otel-mapping.md 6.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_set>

#include "base/text.h"
#include "base/time.h"
#include "ingest/decode/otlp/date_text.h"
#include "ingest/decode/otlp/mapping.h"

namespace clew::ingest::otlp {

namespace {

constexpr std::array kEnvironmentKeys = {Key::kLangfuseEnvironment, Key::kDeploymentEnvironmentName,
                                         Key::kDeploymentEnvironment};
constexpr std::string_view kJudgeEnvironment = "langfuse-llm-as-a-judge";

std::string text_or_empty(const Value* value) {
  return value ? to_text(*value) : std::string();
}

// Failed calls of the built-in evaluator that come back through the provider's broadcast must not be evaluated again.
bool is_broadcast_judge_call(const SpanView& view) {
  if (view.group.resource.text(Key::kServiceName) != "openrouter") return false;
  if (view.attributes.text(Key::kOpenRouterSource) != "openrouter") return false;
  const Value* completion = view.attributes.find(Key::kGenAiCompletion);
  const auto object = completion ? parse_object(*completion) : std::nullopt;
  if (!object) return false;
  const json::Value* answer = json::find(*object, "completion");
  const json::Value* request = json::find(*object, "rawRequest");
  const json::Value* trace = request ? json::find(*request, "trace") : nullptr;
  const json::Value* environment = trace ? json::find(*trace, "environment") : nullptr;
  return answer && answer->is_null() && environment && environment->is_string() &&
         environment->get_string() == kJudgeEnvironment;
}

std::string map_environment(const SpanView& view) {
  for (const Key key : kEnvironmentKeys) {
    for (const AttributeIndex* attributes : {&view.attributes, &view.group.resource}) {
      const Value* value = attributes->find_set(key);
      if (value) return domain::normalize_environment(value->is_text() ? value->text : std::string_view());
    }
  }
  return is_broadcast_judge_call(view) ? domain::normalize_environment(kJudgeEnvironment) : "default";
}

bool is_metadata_key(Key key) {
  return key == Key::kObservationMetadataUserId || key == Key::kObservationMetadataSessionId ||
         key == Key::kObservationMetadataTags || key == Key::kTraceMetadataUserId ||
         key == Key::kTraceMetadataSessionId || key == Key::kTraceMetadataTags;
}

// The first set value; metadata of generation 5 is decoded first (contract/sdk5.md 1.3 rule 5).
std::optional<json::Value> first_set_decoded(const SpanView& view, std::initializer_list<Key> keys) {
  for (const Key key : keys) {
    const Value* value = view.attributes.find_set(key);
    if (!value) continue;
    if (view.group.sdk5 && value->is_text() && is_metadata_key(key)) {
      if (auto decoded = json::try_parse(value->text)) return decoded;
    }
    return to_json(*value);
  }
  return std::nullopt;
}

std::string text_of(const std::optional<json::Value>& value) {
  if (!value || value->is_null()) return {};
  return value->is_string() ? std::string(std::string_view(value->get_string())) : json::to_text(*value);
}

// Collects tags in order, without empty and repeated ones.
class Tags {
 public:
  void add(std::string_view tag) {
    tag = text::trim(tag);
    if (!tag.empty() && seen_.emplace(tag).second) tags_.emplace_back(tag);
  }

  void add(const json::Value& value) {
    if (const json::Array* list = value.if_array()) {
      for (const json::Value& item : *list)
        add(std::string_view(text_of(item)));
      return;
    }
    if (!value.is_string()) return;
    const std::string_view given = text::trim(std::string_view(value.get_string()));
    if (given.starts_with('[')) {
      const auto list = json::try_parse(given);
      return list && list->is_array() ? add(*list) : add(given);
    }
    for (const std::string_view tag : text::split(given, ','))
      add(tag);
  }

  std::vector<std::string> take() { return std::move(tags_); }

 private:
  std::vector<std::string> tags_;
  std::unordered_set<std::string> seen_;
};

// `duration` in units of `unit_us`, rounded up to whole milliseconds, behind the start.
std::optional<TimeUs> after_start(const Value* duration, double unit_us, TimeUs start_us) {
  const auto number = duration && duration->is_set() ? to_number(*duration) : std::nullopt;
  constexpr double kYearMs = 366.0 * 24 * 3600 * 1000;
  const double ms = number.value_or(-1) * unit_us / 1000;
  if (!(ms >= 0) || ms > kYearMs) return std::nullopt;
  return start_us + static_cast<TimeUs>(std::ceil(ms)) * 1000;
}

// OpenInference says with an event when the stream's first token came.
std::optional<TimeUs> first_token_event(const SpanView& view, TimeUs start_us) {
  for (const Event& event : view.events) {
    if (event.name != "First Token Stream Event") continue;
    const TimeUs time_us = static_cast<TimeUs>(event.time_ns / 1000);
    return time_us >= start_us ? std::optional(time_us) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<TimeUs> map_completion_start(const SpanView& view, TimeUs start_us) {
  const AttributeIndex& a = view.attributes;
  if (const Value* given = a.find(Key::kObservationCompletionStart)) {
    return given->is_text() ? parse_date_text(given->text) : std::nullopt;
  }
  if (const Value* ms = a.first_present({Key::kAiResponseMsToFirstChunk, Key::kAiStreamMsToFirstChunk})) {
    return after_start(ms, 1000, start_us);
  }
  if (const Value* seconds = a.find(Key::kGenAiTimeToFirstChunk)) return after_start(seconds, 1'000'000, start_us);
  return first_token_event(view, start_us);
}

std::optional<std::uint16_t> prompt_version_of(const json::Value& value) {
  const auto number = to_number(value);
  if (!number || *number != std::floor(*number) || *number < 0 || *number > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

}  // namespace

void map_context(const SpanView& view, domain::Observation& out) {
  const AttributeIndex& a = view.attributes;
  const AttributeIndex& resource = view.group.resource;
  out.environment = map_environment(view);
  const Value* version = a.find(Key::kLangfuseVersion);
  out.version = text_or_empty(version ? version : resource.find(Key::kServiceVersion));
  const Value* release = a.find(Key::kLangfuseRelease);
  out.release = text_or_empty(release ? release : resource.find(Key::kLangfuseRelease));
  out.trace_name = text_or_empty(a.find(Key::kTraceName));
  out.user_id = text_of(first_set_decoded(view, {Key::kLangfuseUserId, Key::kUserId, Key::kObservationMetadataUserId,
                                                 Key::kTraceMetadataUserId, Key::kAiMetadataUserId}));
  out.session_id = text_of(first_set_decoded(
      view, {Key::kLangfuseSessionId, Key::kSessionId, Key::kGenAiConversationId, Key::kObservationMetadataSessionId,
             Key::kTraceMetadataSessionId, Key::kAiMetadataSessionId}));
  if (const auto tags = first_set_decoded(view, {Key::kTraceTags, Key::kLangfuseTags, Key::kObservationMetadataTags,
                                                 Key::kTraceMetadataTags, Key::kAiMetadataTags, Key::kTagTags})) {
    Tags collected;
    collected.add(*tags);
    out.tags = collected.take();
  }
  if (const Value* is_public = a.first_present({Key::kTracePublic, Key::kLangfusePublic})) {
    out.is_public = is_public->is_true();
  }
  // Spans that older SDKs started with an explicit trace id are roots of their trace as well.
  for (const Key key : {Key::kIsAppRoot, Key::kAsRoot}) {
    const Value* flag = a.find(key);
    if (flag && flag->is_true()) out.is_app_root = true;
  }
  out.completion_start_time_us = map_completion_start(view, out.start_time_us);
}

void map_prompt(const SpanView& view, domain::Observation& out) {
  if (out.type != domain::ObservationType::kGeneration) return;
  const AttributeIndex& a = view.attributes;
  std::optional<json::Object> linked;
  if (const Value* prompt = a.find(Key::kAiMetadataPrompt)) linked = parse_object(*prompt);

  // The first of the two attributes, else the member of the linked prompt.
  const auto field = [&](std::initializer_list<Key> keys, std::string_view member) {
    if (const Value* value = a.first_present(keys)) return to_json(*value);
    const json::Value* value = linked ? json::find(*linked, member) : nullptr;
    return value ? *value : json::Value();
  };
  out.prompt_name = text_of(field({Key::kObservationPromptName, Key::kLangfusePromptName}, "name"));
  out.prompt_version =
      prompt_version_of(field({Key::kObservationPromptVersion, Key::kLangfusePromptVersion}, "version"));
}

}  // namespace clew::ingest::otlp
