#include "api/json/observation_json.h"

#include <array>

#include "api/json/metadata_json.h"
#include "base/text.h"

namespace clew::api {

namespace {

using query::ObservationRecord;

constexpr std::size_t kMetadataCharactersMax = 200;

void write_duration(JsonWriter& json, std::string_view key, const ObservationRecord& o,
                    const std::optional<TimeUs>& until) {
  json.key(key);
  if (until) {
    json.seconds(*until - o.start_time_us);
  } else {
    json.null();
  }
}

void write_number_or_null(JsonWriter& json, std::string_view key, std::string_view decimal) {
  json.key(key);
  if (decimal.empty()) {
    json.null();
  } else {
    json.raw(decimal);
  }
}

void write_prompt(JsonWriter& json, const ObservationRecord& o) {
  json.key("promptId").text_or_null(o.prompt_id);
  json.key("promptName").text_or_null(o.prompt_name);
  json.key("promptVersion");
  if (o.prompt_version) {
    json.integer(*o.prompt_version);
  } else {
    json.null();
  }
}

void write_model_parameters(JsonWriter& json, const ObservationRecord& o) {
  json.key("modelParameters");
  if (o.model_parameters.empty()) {
    json.null();
  } else {
    json.stored(std::string_view(o.model_parameters));
  }
}

void write_v1_usage(JsonWriter& json, const ObservationRecord& o) {
  json.key("usageDetails");
  write_usage(json, shown_usage(o));
  json.key("costDetails");
  write_costs(json, o.cost);
  json.key("usage").begin_object();
  json.key("unit").text("TOKENS");
  json.key("input").count(o.input_tokens);
  json.key("output").count(o.output_tokens);
  json.key("total").count(o.total_tokens);
  json.end_object();
  json.key("unit").text("TOKENS");
  json.key("promptTokens").count(o.input_tokens);
  json.key("completionTokens").count(o.output_tokens);
  json.key("totalTokens").count(o.total_tokens);
  json.key("usagePricingTierId").text_or_null(o.pricing_tier_id);
  json.key("usagePricingTierName").text_or_null(o.pricing_tier_name);
  json.key("calculatedInputCost").money_or_null(o.input_cost);
  json.key("calculatedOutputCost").money_or_null(o.output_cost);
  json.key("calculatedTotalCost").money_or_null(o.total_cost);
}

void write_v2_basic(JsonWriter& json, const ObservationRecord& o) {
  json.key("isRootObservation").boolean(o.is_root());
  json.key("name").text_or_null(o.name);
  json.key("level").text(to_text(o.level));
  json.key("statusMessage").text_or_null(o.status_message);
  json.key("version").text_or_null(o.version);
  json.key("environment").text(o.environment);
  json.key("bookmarked").boolean(o.bookmarked);
  json.key("public").boolean(o.is_public.value_or(false));
  json.key("userId").text_or_null(o.user_id);
  json.key("sessionId").text_or_null(o.session_id);
}

void write_v2_trace_context(JsonWriter& json, const ObservationRecord& o) {
  json.key("tags").texts(o.tags);
  json.key("release").text_or_null(o.release);
  json.key("traceName").text_or_null(o.trace_name.empty() && o.is_root() ? o.name : o.trace_name);
}

// These keys are there whatever the groups; prices are text here.
void write_v2_always(JsonWriter& json, const ObservationRecord& o, const ShownPrices& prices, bool with_model) {
  write_duration(json, "latency", o, o.end_time_us);
  write_duration(json, "timeToFirstToken", o, o.completion_start_time_us);
  json.key("modelId").text_or_null(with_model ? std::string_view(o.model_id) : std::string_view{});
  json.key("inputPrice").text_or_null(with_model ? std::string_view(prices.input) : std::string_view{});
  json.key("outputPrice").text_or_null(with_model ? std::string_view(prices.output) : std::string_view{});
  json.key("totalPrice").text_or_null(with_model ? std::string_view(prices.total) : std::string_view{});
}

struct GroupName {
  std::string_view name;
  ObservationGroup group;
};
constexpr std::array<GroupName, 10> kGroups = {{{"core", ObservationGroup::kCore},
                                                {"basic", ObservationGroup::kBasic},
                                                {"time", ObservationGroup::kTime},
                                                {"io", ObservationGroup::kIo},
                                                {"metadata", ObservationGroup::kMetadata},
                                                {"model", ObservationGroup::kModel},
                                                {"usage", ObservationGroup::kUsage},
                                                {"prompt", ObservationGroup::kPrompt},
                                                {"metrics", ObservationGroup::kMetrics},
                                                {"trace_context", ObservationGroup::kTraceContext}}};

}  // namespace

const domain::UsageMap& shown_usage(const ObservationRecord& o) {
  return o.usage.empty() ? o.provided_usage : o.usage;
}

void write_usage(JsonWriter& json, const domain::UsageMap& usage) {
  json.begin_object();
  for (const auto& [key, units] : usage)
    json.key(key).count(units);
  json.end_object();
}

void write_costs(JsonWriter& json, const domain::CostMap& costs) {
  json.begin_object();
  for (const auto& [key, amount] : costs)
    json.key(key).money(amount);
  json.end_object();
}

ShownPrices shown_prices(const query::UnitPrices& prices, std::string_view project_id, std::string_view model_id) {
  ShownPrices shown;
  if (model_id.empty()) return shown;
  const auto tier = prices.find(project_id, model_id, "");
  if (!tier) return shown;
  for (const auto& [usage_type, amount] : *tier) {
    if (usage_type == "input") shown.input = amount;
    if (usage_type == "output") shown.output = amount;
    if (usage_type == "total") shown.total = amount;
  }
  return shown;
}

void write_observation_v1(JsonWriter& json, std::string_view project_id, const ObservationRecord& o,
                          const query::Payload* payload, const ShownPrices* prices) {
  json.begin_object();
  json.key("id").text(o.span_id);
  json.key("projectId").text(project_id);
  json.key("traceId").text(o.trace_id);
  json.key("parentObservationId").text_or_null(o.parent_span_id);
  json.key("name").text_or_null(o.name);
  json.key("type").text(to_text(o.type));
  json.key("environment").text(o.environment);
  json.key("startTime").time(o.start_time_us);
  json.key("endTime").time_or_null(o.end_time_us);
  json.key("version").text_or_null(o.version);
  json.key("createdAt").time(o.created_at_us);
  json.key("updatedAt").time(o.updated_at_us);
  json.key("input").optional_stored(payload ? payload->input : std::nullopt);
  json.key("output").optional_stored(payload ? payload->output : std::nullopt);
  json.key("metadata");
  write_metadata(json, o.metadata, o.metadata_strings);
  json.key("level").text(to_text(o.level));
  json.key("statusMessage").text_or_null(o.status_message);
  json.key("model").text_or_null(o.model);
  write_model_parameters(json, o);
  json.key("completionStartTime").time_or_null(o.completion_start_time_us);
  write_prompt(json, o);
  write_v1_usage(json, o);
  json.key("modelId").text_or_null(o.model_id);
  write_number_or_null(json, "inputPrice", prices ? std::string_view(prices->input) : "0");
  write_number_or_null(json, "outputPrice", prices ? std::string_view(prices->output) : "0");
  write_number_or_null(json, "totalPrice", prices ? std::string_view(prices->total) : "0");
  write_duration(json, "latency", o, o.end_time_us);
  write_duration(json, "timeToFirstToken", o, o.completion_start_time_us);
  json.end_object();
}

ObservationGroups ObservationGroups::parse(std::string_view fields) {
  ObservationGroups groups;
  for (const std::string_view part : text::split(fields, ',')) {
    for (const auto& [name, group] : kGroups) {
      if (text::trim(part) == name) groups.bits_ |= static_cast<std::uint16_t>(group);
    }
  }
  if (groups.bits_ == 0) groups.bits_ = static_cast<std::uint16_t>(ObservationGroup::kBasic);
  groups.bits_ |= static_cast<std::uint16_t>(ObservationGroup::kCore);
  return groups;
}

query::ObservationParts ObservationGroups::parts() const {
  using query::ObservationPart;
  query::ObservationParts parts{ObservationPart::kCore};
  if (has(ObservationGroup::kTime)) parts.add(ObservationPart::kBookkeeping);
  if (has(ObservationGroup::kMetadata)) parts.add(ObservationPart::kMetadata);
  if (has(ObservationGroup::kModel)) parts.add(ObservationPart::kModel);
  if (has(ObservationGroup::kPrompt)) parts.add(ObservationPart::kPrompt);
  if (has(ObservationGroup::kUsage)) {
    parts.add(ObservationPart::kUsage);
    parts.add(ObservationPart::kTotals);
  }
  return parts;
}

void write_observation_v2(JsonWriter& json, std::string_view project_id, const ObservationRecord& o,
                          const query::Payload* payload, const ShownPrices& prices, ObservationGroups groups,
                          bool whole_metadata) {
  json.begin_object();
  json.key("id").text(o.span_id);
  json.key("traceId").text(o.trace_id);
  json.key("startTime").time(o.start_time_us);
  json.key("endTime").time_or_null(o.end_time_us);
  json.key("projectId").text(project_id);
  json.key("parentObservationId").text_or_null(o.parent_span_id);
  json.key("type").text(to_text(o.type));
  if (groups.has(ObservationGroup::kBasic)) write_v2_basic(json, o);
  if (groups.has(ObservationGroup::kTime)) {
    json.key("completionStartTime").time_or_null(o.completion_start_time_us);
    json.key("createdAt").time(o.created_at_us);
    json.key("updatedAt").time(o.updated_at_us);
  }
  if (groups.has(ObservationGroup::kIo)) {
    json.key("input").optional_text(payload ? payload->input : std::nullopt);
    json.key("output").optional_text(payload ? payload->output : std::nullopt);
  }
  if (groups.has(ObservationGroup::kMetadata)) {
    json.key("metadata");
    write_metadata(json, o.metadata, o.metadata_strings, whole_metadata ? 0 : kMetadataCharactersMax);
  }
  if (groups.has(ObservationGroup::kModel)) {
    json.key("model").text_or_null(o.model);
    json.key("providedModelName").text_or_null(o.model);
    json.key("internalModelId").text_or_null(o.model_id);
    write_model_parameters(json, o);
  }
  if (groups.has(ObservationGroup::kUsage)) {
    json.key("usageDetails");
    write_usage(json, shown_usage(o));
    json.key("costDetails");
    write_costs(json, o.cost);
    json.key("totalCost").money_or_null(o.total_cost);
    json.key("usagePricingTierId").text_or_null(o.pricing_tier_id);
    json.key("usagePricingTierName").text_or_null(o.pricing_tier_name);
  }
  if (groups.has(ObservationGroup::kPrompt)) write_prompt(json, o);
  if (groups.has(ObservationGroup::kTraceContext)) write_v2_trace_context(json, o);
  write_v2_always(json, o, prices, groups.has(ObservationGroup::kModel));
  json.end_object();
}

}  // namespace clew::api
