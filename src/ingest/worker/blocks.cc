#include "ingest/worker/blocks.h"

#include <algorithm>

#include "base/text.h"

namespace clew::ingest {

namespace {

using domain::Picodollars;

constexpr const char* kText = "String";
constexpr const char* kTime = "DateTime64(6, 'UTC')";
constexpr const char* kOptionalTime = "Nullable(DateTime64(6, 'UTC'))";
constexpr const char* kFlag = "UInt8";
constexpr const char* kTexts = "Array(String)";
constexpr const char* kTextMap = "Map(String, String)";
constexpr const char* kUsageMap = "Map(String, UInt64)";
constexpr const char* kCostMap = "Map(String, Decimal(18, 12))";
constexpr const char* kOptionalCost = "Nullable(Decimal(18, 12))";
constexpr const char* kOptionalText = "Nullable(String)";
// Places of the two wide columns in PayloadBlock.
constexpr std::size_t kInputColumn = 4;
constexpr std::size_t kOutputColumn = 5;

// Appends values to the columns of one row, in the order of their declaration.
class RowWriter {
 public:
  explicit RowWriter(analytics::NativeBlock& block) : block_(block) {}
  analytics::NativeColumn& next() { return block_[column_++]; }

  void text(std::string_view value) { next().text(value); }
  void flag(bool value) { next().fixed<std::uint8_t>(value ? 1 : 0); }
  void time(TimeUs value) { next().fixed<std::int64_t>(value); }
  void optional_time(const std::optional<TimeUs>& value) { next().nullable_fixed<std::int64_t>(value); }
  void optional_cost(const std::optional<Picodollars>& value) { next().nullable_fixed<std::int64_t>(value); }
  void number(std::uint64_t value) { next().fixed<std::uint64_t>(value); }
  void optional_flag(const std::optional<bool>& value) {
    next().nullable_fixed<std::uint8_t>(value ? std::optional<std::uint8_t>(*value ? 1 : 0) : std::nullopt);
  }

 private:
  analytics::NativeBlock& block_;
  std::size_t column_ = 0;
};

// Sums over the keys of a usage or cost map (contract/cost.md 1): keys that contain `part`.
std::uint64_t tokens_of(const domain::UsageMap& usage, std::string_view part) {
  std::uint64_t sum = 0;
  for (const auto& [key, value] : usage) {
    if (key.find(part) != std::string::npos) sum += value;
  }
  return sum;
}

std::optional<Picodollars> cost_of(const domain::CostMap& cost, std::string_view part) {
  std::optional<Picodollars> sum;
  for (const auto& [key, value] : cost) {
    if (key.find(part) != std::string::npos) sum = sum.value_or(0) + value;
  }
  return sum;
}

std::uint64_t total_tokens(const domain::UsageMap& usage) {
  const auto total = std::find_if(usage.begin(), usage.end(), [](const auto& entry) { return entry.first == "total"; });
  return total == usage.end() ? 0 : total->second;
}

void write_attribution(RowWriter& write, const domain::Attribution& attribution) {
  write.text(attribution.api_key);
  write.text(attribution.sdk_name);
  write.text(attribution.sdk_version);
}

void write_stamp(RowWriter& write, const RowStamp& stamp) {
  write.time(stamp.created_at_us);
  write.time(stamp.updated_at_us);
  write.number(stamp.seq);
  write.flag(stamp.is_deleted);
}

void write_experiment(RowWriter& write, const domain::Experiment& experiment) {
  write.text(experiment.id);
  write.text(experiment.name);
  write.text(experiment.description);
  write.text(experiment.dataset_id);
  write.next().text_map(experiment.metadata);
  write.text(experiment.item_id);
  write.optional_time(experiment.item_version_us);
  write.text(experiment.item_root_span_id);
  write.next().nullable_text(experiment.item_expected_output);
  write.next().text_map(experiment.item_metadata);
}

void write_model(RowWriter& write, const domain::Observation& row) {
  write.text(row.model);
  write.text(row.model_id);
  write.text(row.model_parameters);
  write.next().fixed_map(row.provided_usage);
  write.next().fixed_map(row.usage);
  write.next().fixed_map(row.provided_cost);
  write.next().fixed_map(row.cost);
  write.optional_cost(row.total_cost);
  write.number(tokens_of(row.usage, "input"));
  write.number(tokens_of(row.usage, "output"));
  write.number(total_tokens(row.usage));
  write.optional_cost(cost_of(row.cost, "input"));
  write.optional_cost(cost_of(row.cost, "output"));
  write.text(row.pricing_tier_id);
  write.text(row.pricing_tier_name);
}

}  // namespace

TextSummary summarize(const std::optional<std::string>& text) {
  if (!text) return {};
  return {.preview = std::string(text::prefix(*text, kPreviewCharacters)), .characters = text::characters(*text)};
}

ObservationBlock::ObservationBlock()
    : block_({{"project_id", kText},
              {"trace_id", kText},
              {"span_id", kText},
              {"parent_span_id", kText},
              {"start_time", kTime},
              {"end_time", kOptionalTime},
              {"completion_start_time", kOptionalTime},
              {"type", kText},
              {"level", kText},
              {"name", kText},
              {"status_message", kText},
              {"environment", kText},
              {"version", kText},
              {"release", kText},
              {"trace_name", kText},
              {"user_id", kText},
              {"session_id", kText},
              {"tags", kTexts},
              {"is_app_root", kFlag},
              {"public", kFlag},
              {"prompt_id", kText},
              {"prompt_name", kText},
              {"prompt_version", "Nullable(UInt16)"},
              {"model", kText},
              {"model_id", kText},
              {"model_parameters", kText},
              {"provided_usage", kUsageMap},
              {"usage", kUsageMap},
              {"provided_cost", kCostMap},
              {"cost", kCostMap},
              {"total_cost", kOptionalCost},
              {"input_tokens", "UInt64"},
              {"output_tokens", "UInt64"},
              {"total_tokens", "UInt64"},
              {"input_cost", kOptionalCost},
              {"output_cost", kOptionalCost},
              {"pricing_tier_id", kText},
              {"pricing_tier_name", kText},
              {"tool_definitions", kTextMap},
              {"tool_calls", kTexts},
              {"tool_call_names", kTexts},
              {"metadata", kTextMap},
              {"metadata_strings", kTexts},
              {"input_preview", kText},
              {"output_preview", kText},
              {"input_length", "UInt64"},
              {"output_length", "UInt64"},
              {"experiment_id", kText},
              {"experiment_name", kText},
              {"experiment_description", kText},
              {"experiment_dataset_id", kText},
              {"experiment_metadata", kTextMap},
              {"experiment_item_id", kText},
              {"experiment_item_version", kOptionalTime},
              {"experiment_item_root_span_id", kText},
              {"experiment_item_expected_output", kOptionalText},
              {"experiment_item_metadata", kTextMap},
              {"source", kText},
              {"service_name", kText},
              {"service_version", kText},
              {"scope_name", kText},
              {"scope_version", kText},
              {"telemetry_sdk_language", kText},
              {"telemetry_sdk_name", kText},
              {"telemetry_sdk_version", kText},
              {"ingestion_api_key", kText},
              {"ingestion_sdk_name", kText},
              {"ingestion_sdk_version", kText},
              {"created_at", kTime},
              {"updated_at", kTime},
              {"seq", "UInt64"},
              {"is_deleted", kFlag}}) {}

void ObservationBlock::add(const domain::Observation& row, const TextSummary& input, const TextSummary& output,
                           const RowStamp& stamp) {
  RowWriter write(block_);
  write.text(stamp.project_id);
  write.text(row.trace_id);
  write.text(row.span_id);
  write.text(row.parent_span_id);
  write.time(row.start_time_us);
  write.optional_time(row.end_time_us);
  write.optional_time(row.completion_start_time_us);
  write.text(domain::to_text(row.type));
  write.text(domain::to_text(row.level));
  write.text(row.name);
  write.text(row.status_message);
  write.text(row.environment);
  write.text(row.version);
  write.text(row.release);
  write.text(row.trace_name);
  write.text(row.user_id);
  write.text(row.session_id);
  write.next().texts(row.tags);
  write.flag(row.is_app_root);
  write.flag(row.is_public.value_or(false));
  write.text(row.prompt_id);
  write.text(row.prompt_name);
  write.next().nullable_fixed<std::uint16_t>(row.prompt_version);
  write_model(write, row);
  write.next().text_map(row.tool_definitions);
  write.next().texts(row.tool_calls);
  write.next().texts(row.tool_call_names);
  write.next().text_map(row.metadata);
  write.next().texts(row.metadata_strings);
  write.text(input.preview);
  write.text(output.preview);
  write.number(input.characters);
  write.number(output.characters);
  write_experiment(write, row.experiment);
  write.text(row.source);
  write.text(row.service_name);
  write.text(row.service_version);
  write.text(row.scope_name);
  write.text(row.scope_version);
  write.text(row.telemetry_sdk_language);
  write.text(row.telemetry_sdk_name);
  write.text(row.telemetry_sdk_version);
  write_attribution(write, *stamp.attribution);
  write_stamp(write, stamp);
}

void ObservationBlock::add_deleted(const domain::Observation& row, const RowKey& key, RowStamp stamp) {
  domain::Observation hidden;
  hidden.trace_id = key.trace_id;
  hidden.span_id = row.span_id;
  hidden.start_time_us = key.start_time_us;
  stamp.is_deleted = true;
  add(hidden, {}, {}, stamp);
}

PayloadBlock::PayloadBlock()
    : block_({{"project_id", kText},
              {"trace_id", kText},
              {"span_id", kText},
              {"start_time", kTime},
              {"input", kOptionalText},
              {"output", kOptionalText},
              {"events", kOptionalText},
              {"seq", "UInt64"}}) {}

void PayloadBlock::add(std::string_view project_id, std::string_view trace_id, std::string_view span_id,
                       TimeUs start_time_us, const std::optional<std::string>& input,
                       const std::optional<std::string>& output, std::string_view events, std::uint64_t seq) {
  RowWriter write(block_);
  write.text(project_id);
  write.text(trace_id);
  write.text(span_id);
  write.time(start_time_us);
  write.next().nullable_text(input);
  write.next().nullable_text(output);
  write.next().nullable_text(events.empty() ? std::nullopt : std::optional<std::string>(events));
  write.number(seq);
}

void PayloadBlock::reserve(std::size_t input_bytes, std::size_t output_bytes) {
  block_[kInputColumn].reserve(input_bytes);
  block_[kOutputColumn].reserve(output_bytes);
}

TraceAttributesBlock::TraceAttributesBlock()
    : block_({{"project_id", kText},
              {"trace_id", kText},
              {"timestamp", kOptionalTime},
              {"name", kOptionalText},
              {"user_id", kOptionalText},
              {"session_id", kOptionalText},
              {"release", kOptionalText},
              {"version", kOptionalText},
              {"environment", kOptionalText},
              {"tags", kTexts},
              {"public", "Nullable(UInt8)"},
              {"bookmarked", "Nullable(UInt8)"},
              {"metadata", kTextMap},
              {"input_preview", kText},
              {"output_preview", kText},
              {"created_at", kTime},
              {"updated_at", kTime},
              {"seq", "UInt64"},
              {"is_deleted", kFlag}}) {}

void TraceAttributesBlock::add(const MergedTrace& trace, const RowStamp& stamp) {
  const domain::TraceAttributes& row = trace.row;
  RowWriter write(block_);
  write.text(stamp.project_id);
  write.text(row.trace_id);
  write.optional_time(row.timestamp_us);
  write.next().nullable_text(row.name);
  write.next().nullable_text(row.user_id);
  write.next().nullable_text(row.session_id);
  write.next().nullable_text(row.release);
  write.next().nullable_text(row.version);
  write.next().nullable_text(row.environment);
  write.next().texts(row.tags);
  write.optional_flag(row.is_public);
  write.optional_flag(row.bookmarked);
  write.next().text_map(row.metadata);
  write.text(trace.input.preview);
  write.text(trace.output.preview);
  write_stamp(write, stamp);
}

ScoreBlock::ScoreBlock()
    : block_({{"project_id", kText},
              {"id", kText},
              {"timestamp", kTime},
              {"name", kText},
              {"environment", kText},
              {"source", kText},
              {"data_type", kText},
              {"value", "Float64"},
              {"string_value", kOptionalText},
              {"long_string_value", kText},
              {"trace_id", kText},
              {"observation_id", kText},
              {"session_id", kText},
              {"dataset_run_id", kText},
              {"comment", kOptionalText},
              {"metadata", kTextMap},
              {"config_id", kText},
              {"queue_id", kText},
              {"author_user_id", kText},
              {"execution_trace_id", kText},
              {"ingestion_api_key", kText},
              {"ingestion_sdk_name", kText},
              {"ingestion_sdk_version", kText},
              {"created_at", kTime},
              {"updated_at", kTime},
              {"seq", "UInt64"},
              {"is_deleted", kFlag}}) {}

void ScoreBlock::add(const MergedScore& score, const RowStamp& stamp) {
  const domain::Score& row = score.row;
  RowWriter write(block_);
  write.text(stamp.project_id);
  write.text(row.id);
  write.time(row.timestamp_us);
  write.text(row.name);
  write.text(row.environment);
  write.text(row.source);
  write.text(domain::to_text(row.data_type));
  write.next().fixed<double>(row.value);
  write.next().nullable_text(row.string_value);
  write.text(row.long_string_value);
  write.text(row.trace_id);
  write.text(row.observation_id);
  write.text(row.session_id);
  write.text(row.dataset_run_id);
  write.next().nullable_text(row.comment);
  write.next().text_map(row.metadata);
  write.text(row.config_id);
  write.text(row.queue_id);
  write.text(row.author_user_id);
  write.text(row.execution_trace_id);
  write_attribution(write, *stamp.attribution);
  write_stamp(write, stamp);
}

MergeStateBlock::MergeStateBlock()
    : block_({{"project_id", kText},
              {"kind", kText},
              {"id", kText},
              {"state", kText},
              {"updated_at", "DateTime('UTC')"},
              {"seq", "UInt64"}}) {}

void MergeStateBlock::add(std::string_view project_id, const StoredState& state, TimeUs updated_at_us,
                          std::uint64_t seq) {
  RowWriter write(block_);
  write.text(project_id);
  write.text(to_text(state.kind));
  write.text(state.id);
  write.text(state.text);
  write.next().fixed<std::uint32_t>(static_cast<std::uint32_t>(updated_at_us / 1'000'000));
  write.number(seq);
}

}  // namespace clew::ingest
