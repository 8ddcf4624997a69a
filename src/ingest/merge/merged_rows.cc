#include "ingest/merge/merged_rows.h"

#include <algorithm>
#include <limits>

#include "ingest/merge/fields.h"
#include "ingest/merge/merged_span.h"
#include "ingest/merge/metadata_text.h"

namespace clew::ingest {

namespace {

std::string text(const json::Value* value) {
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string text_of(const EntityState& state, std::string_view name) {
  return text(state.field(name));
}

std::optional<std::string> optional_text(const EntityState& state, std::string_view name) {
  const json::Value* value = state.field(name);
  if (!value || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

std::optional<TimeUs> optional_time(const EntityState& state, std::string_view name) {
  const json::Value* value = state.field(name);
  if (!value || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

std::optional<bool> optional_bool(const EntityState& state, std::string_view name) {
  const json::Value* value = state.field(name);
  if (!value) return std::nullopt;
  return value->is_bool() && value->get_bool();
}

// Element `index` of a field that is a list, nullptr when there is none.
const json::Value* item(const EntityState& state, std::string_view name, std::size_t index) {
  const json::Value* value = state.field(name);
  const json::Array* list = value ? value->if_array() : nullptr;
  return list && index < list->size() ? &(*list)[index] : nullptr;
}

template <class Number>
std::optional<Number> number(const json::Value* value) {
  if (!value || !value->is_number()) return std::nullopt;
  boost::system::error_code failed;
  const auto out = value->to_number<Number>(failed);
  if (failed) return std::nullopt;
  return out;
}

TextSummary summary(const EntityState& state, std::string_view name) {
  return {.preview = text(item(state, name, 0)), .characters = number<std::uint64_t>(item(state, name, 1)).value_or(0)};
}

domain::Attribution attribution(const EntityState& state) {
  return {.api_key = text(item(state, field::kSender, 0)),
          .sdk_name = text(item(state, field::kSender, 1)),
          .sdk_version = text(item(state, field::kSender, 2))};
}

template <class Number, class Map>
void read_map(const EntityState& state, std::string_view name, Map& out) {
  const json::Value* value = state.field(name);
  if (!value || !value->is_object()) return;
  for (const auto& [key, amount] : value->get_object()) {
    if (const auto read = number<Number>(&amount)) out.emplace_back(key, *read);
  }
}

void read_tools(const EntityState& state, domain::Observation& row) {
  if (const json::Value* definitions = item(state, field::kInput, 2); definitions && definitions->is_object()) {
    for (const auto& [name, definition] : definitions->get_object()) {
      row.tool_definitions.emplace_back(name, text(&definition));
    }
  }
  for (const auto& [index, out] : {std::pair{2, &row.tool_calls}, std::pair{3, &row.tool_call_names}}) {
    const json::Value* list = item(state, field::kOutput, static_cast<std::size_t>(index));
    if (!list || !list->is_array()) continue;
    for (const json::Value& entry : list->get_array())
      out->push_back(text(&entry));
  }
}

std::optional<domain::PricingFacts> pricing_facts(const EntityState& state) {
  const json::Value* parameters = item(state, field::kUsageBy, 0);
  const json::Value* metadata = item(state, field::kUsageBy, 1);
  if (!parameters || !metadata) return std::nullopt;
  domain::PricingFacts facts;
  if (parameters->is_object()) facts.model_parameters = json::to_text(*parameters);
  if (metadata->is_object()) {
    for (const auto& [key, value] : metadata->get_object())
      facts.metadata.emplace_back(key, value.is_string() ? text(&value) : json::to_text(value));
  }
  return facts;
}

void read_prompt(const EntityState& state, domain::Observation& row) {
  row.prompt_name = text(item(state, field::kPrompt, 0));
  const auto version = number<std::int64_t>(item(state, field::kPrompt, 1));
  if (version && *version > 0 && *version <= std::numeric_limits<std::uint16_t>::max()) {
    row.prompt_version = static_cast<std::uint16_t>(*version);
  }
}

void read_score_value(const EntityState& state, domain::Score& row) {
  const json::Value* value = item(state, field::kValue, 0);
  row.data_type =
      domain::parse_score_data_type(text(item(state, field::kValue, 1))).value_or(domain::ScoreDataType::kNumeric);
  switch (row.data_type) {
    case domain::ScoreDataType::kNumeric:
      row.value = number<double>(value).value_or(0);
      break;
    case domain::ScoreDataType::kBoolean:
      row.value = number<double>(value).value_or(0);
      row.string_value = row.value != 0 ? "True" : "False";
      break;
    case domain::ScoreDataType::kCategorical:
      row.value = number<double>(item(state, field::kValue, 2)).value_or(0);
      row.string_value = text(value);
      break;
    case domain::ScoreDataType::kText:
      row.string_value = text(value);
      break;
    case domain::ScoreDataType::kCorrection:
      row.long_string_value = text(value);
      row.name = "output";
      break;
  }
}

}  // namespace

RowKey row_key(const EntityState& state) {
  RowKey key{.trace_id = text_of(state, "traceId"), .start_time_us = 0};
  if (key.trace_id.empty()) key.trace_id = state.id();  // a trace of its own until a message names one
  const auto explicit_start = optional_time(state, "startTime");
  if (const SpanPart* span = state.span()) {
    const bool said_earlier = explicit_start && *state.clock("startTime") < span->clock;
    return {.trace_id = span->row.trace_id, .start_time_us = said_earlier ? *explicit_start : span->row.start_time_us};
  }
  key.start_time_us = explicit_start ? *explicit_start : state.first_sent_us().value_or(state.created_us());
  return key;
}

MergedObservation to_observation(const EntityState& state) {
  MergedObservation out;
  domain::Observation& row = out.row;
  RowKey key = row_key(state);
  row.trace_id = std::move(key.trace_id);
  row.span_id = state.id();
  row.parent_span_id = text_of(state, "parentObservationId");
  row.start_time_us = key.start_time_us;
  row.end_time_us = optional_time(state, "endTime");
  if (row.end_time_us) row.end_time_us = std::max(*row.end_time_us, row.start_time_us);
  row.completion_start_time_us = optional_time(state, "completionStartTime");
  row.type = domain::parse_observation_type(text_of(state, field::kType)).value_or(domain::ObservationType::kSpan);
  row.level = domain::parse_level(text_of(state, "level")).value_or(domain::Level::kDefault);
  row.name = text_of(state, "name");
  row.status_message = text_of(state, "statusMessage");
  row.environment = optional_text(state, "environment").value_or("default");
  row.version = text_of(state, "version");
  read_prompt(state, row);
  row.model = text_of(state, "model");
  if (const json::Value* parameters = state.field("modelParameters"); parameters && parameters->is_object()) {
    row.model_parameters = json::to_text(*parameters);
  }
  read_map<std::uint64_t>(state, field::kUsage, row.provided_usage);
  read_map<domain::Picodollars>(state, field::kCost, row.provided_cost);
  out.pricing_facts = pricing_facts(state);
  read_tools(state, row);
  row.metadata = flat_metadata(state.metadata());
  row.source = "ingestion-api";

  out.input = summary(state, field::kInput);
  out.output = summary(state, field::kOutput);
  out.attribution = attribution(state);
  out.created_at_us = state.created_us();
  out.updated_at_us = state.updated_us();
  return state.span() ? merge_with_span(state, std::move(out)) : out;
}

MergedTrace to_trace(const EntityState& state) {
  MergedTrace out;
  domain::TraceAttributes& row = out.row;
  row.trace_id = state.id();
  row.timestamp_us = optional_time(state, "timestamp");
  if (!row.timestamp_us) row.timestamp_us = state.first_sent_us();
  row.name = optional_text(state, "name");
  row.user_id = optional_text(state, "userId");
  row.session_id = optional_text(state, "sessionId");
  row.release = optional_text(state, "release");
  row.version = optional_text(state, "version");
  row.environment = optional_text(state, "environment");
  row.tags.assign(state.tags().begin(), state.tags().end());
  row.is_public = optional_bool(state, "public");
  row.bookmarked = optional_bool(state, "bookmarked");
  row.metadata = top_level_metadata(state.metadata());

  out.input = summary(state, field::kInput);
  out.output = summary(state, field::kOutput);
  out.created_at_us = state.created_us();
  out.updated_at_us = state.updated_us();
  return out;
}

MergedScore to_score(const EntityState& state) {
  MergedScore out;
  domain::Score& row = out.row;
  row.id = state.id();
  row.timestamp_us = optional_time(state, "timestamp").value_or(state.first_sent_us().value_or(state.created_us()));
  row.name = text_of(state, "name");
  row.environment = optional_text(state, "environment").value_or("default");
  row.source = optional_text(state, "source").value_or("API");
  read_score_value(state, row);
  row.trace_id = text_of(state, "traceId");
  row.observation_id = text_of(state, "observationId");
  row.session_id = text_of(state, "sessionId");
  row.dataset_run_id = text_of(state, "datasetRunId");
  row.comment = optional_text(state, "comment");
  row.metadata = top_level_metadata(state.metadata());
  row.config_id = text_of(state, "configId");
  row.queue_id = text_of(state, "queueId");
  row.author_user_id = text_of(state, "authorUserId");
  row.execution_trace_id = text_of(state, "executionTraceId");

  out.attribution = attribution(state);
  out.created_at_us = state.created_us();
  out.updated_at_us = state.updated_us();
  return out;
}

}  // namespace clew::ingest
