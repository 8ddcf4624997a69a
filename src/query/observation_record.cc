#include "query/observation_record.h"

namespace clew::query {

namespace {

using analytics::Rows;
using enum ObservationPart;

struct StoredColumn {
  ObservationPart part;
  std::string_view name;
  void (*read)(ObservationRecord& record, const Rows& rows, std::size_t row, std::size_t column);
};

std::optional<domain::Picodollars> ticks(const Rows& rows, std::size_t row, std::size_t column) {
  if (rows.is_null(row, column)) return {};
  return rows.decimal(row, column);
}

std::uint64_t count(const Rows& rows, std::size_t row, std::size_t column) {
  return static_cast<std::uint64_t>(rows.integer(row, column));
}

std::optional<std::uint16_t> small(const Rows& rows, std::size_t row, std::size_t column) {
  if (rows.is_null(row, column)) return {};
  return static_cast<std::uint16_t>(rows.integer(row, column));
}

#define CLEW_COLUMN(part, name, field, expression)                                                                 \
  StoredColumn {                                                                                                   \
    part, name, [](ObservationRecord& o, const Rows& rows, std::size_t r, std::size_t c) { o.field = expression; } \
  }

constexpr StoredColumn kColumns[] = {
    CLEW_COLUMN(kCore, "trace_id", trace_id, rows.text(r, c)),
    CLEW_COLUMN(kCore, "span_id", span_id, rows.text(r, c)),
    CLEW_COLUMN(kCore, "parent_span_id", parent_span_id, rows.text(r, c)),
    CLEW_COLUMN(kCore, "start_time", start_time_us, rows.time(r, c)),
    CLEW_COLUMN(kCore, "end_time", end_time_us, rows.optional_time(r, c)),
    CLEW_COLUMN(kCore, "completion_start_time", completion_start_time_us, rows.optional_time(r, c)),
    CLEW_COLUMN(kCore, "type", type,
                domain::parse_observation_type(rows.text(r, c)).value_or(domain::ObservationType::kSpan)),
    CLEW_COLUMN(kCore, "level", level, domain::parse_level(rows.text(r, c)).value_or(domain::Level::kDefault)),
    CLEW_COLUMN(kCore, "name", name, rows.text(r, c)),
    CLEW_COLUMN(kCore, "status_message", status_message, rows.text(r, c)),
    CLEW_COLUMN(kCore, "environment", environment, rows.text(r, c)),
    CLEW_COLUMN(kCore, "version", version, rows.text(r, c)),
    CLEW_COLUMN(kCore, "release", release, rows.text(r, c)),
    CLEW_COLUMN(kCore, "trace_name", trace_name, rows.text(r, c)),
    CLEW_COLUMN(kCore, "user_id", user_id, rows.text(r, c)),
    CLEW_COLUMN(kCore, "session_id", session_id, rows.text(r, c)),
    CLEW_COLUMN(kCore, "tags", tags, rows.texts(r, c)),
    CLEW_COLUMN(kCore, "is_app_root", is_app_root, rows.integer(r, c) != 0),
    CLEW_COLUMN(kCore, "public", is_public, rows.integer(r, c) != 0),

    CLEW_COLUMN(kModel, "model", model, rows.text(r, c)),
    CLEW_COLUMN(kModel, "model_id", model_id, rows.text(r, c)),
    CLEW_COLUMN(kModel, "model_parameters", model_parameters, rows.text(r, c)),

    CLEW_COLUMN(kUsage, "provided_usage", provided_usage, usage_map(rows, r, c)),
    CLEW_COLUMN(kUsage, "usage", usage, usage_map(rows, r, c)),
    CLEW_COLUMN(kUsage, "provided_cost", provided_cost, rows.integer_map(r, c)),
    CLEW_COLUMN(kUsage, "cost", cost, rows.integer_map(r, c)),
    CLEW_COLUMN(kUsage, "pricing_tier_id", pricing_tier_id, rows.text(r, c)),
    CLEW_COLUMN(kUsage, "pricing_tier_name", pricing_tier_name, rows.text(r, c)),

    CLEW_COLUMN(kTotals, "total_cost", total_cost, ticks(rows, r, c)),
    CLEW_COLUMN(kTotals, "input_tokens", input_tokens, count(rows, r, c)),
    CLEW_COLUMN(kTotals, "output_tokens", output_tokens, count(rows, r, c)),
    CLEW_COLUMN(kTotals, "total_tokens", total_tokens, count(rows, r, c)),
    CLEW_COLUMN(kTotals, "input_cost", input_cost, ticks(rows, r, c)),
    CLEW_COLUMN(kTotals, "output_cost", output_cost, ticks(rows, r, c)),

    CLEW_COLUMN(kPrompt, "prompt_id", prompt_id, rows.text(r, c)),
    CLEW_COLUMN(kPrompt, "prompt_name", prompt_name, rows.text(r, c)),
    CLEW_COLUMN(kPrompt, "prompt_version", prompt_version, small(rows, r, c)),

    CLEW_COLUMN(kMetadata, "metadata", metadata, rows.text_map(r, c)),
    CLEW_COLUMN(kMetadata, "metadata_strings", metadata_strings, rows.texts(r, c)),

    CLEW_COLUMN(kTools, "tool_definitions", tool_definitions, rows.text_map(r, c)),
    CLEW_COLUMN(kTools, "tool_calls", tool_calls, rows.texts(r, c)),
    CLEW_COLUMN(kToolNames, "tool_call_names", tool_call_names, rows.texts(r, c)),

    CLEW_COLUMN(kPreviews, "input_preview", input_preview, rows.text(r, c)),
    CLEW_COLUMN(kPreviews, "output_preview", output_preview, rows.text(r, c)),
    CLEW_COLUMN(kPreviews, "input_length", input_length, count(rows, r, c)),
    CLEW_COLUMN(kPreviews, "output_length", output_length, count(rows, r, c)),

    CLEW_COLUMN(kSource, "source", source, rows.text(r, c)),
    CLEW_COLUMN(kSource, "service_name", service_name, rows.text(r, c)),
    CLEW_COLUMN(kSource, "service_version", service_version, rows.text(r, c)),
    CLEW_COLUMN(kSource, "scope_name", scope_name, rows.text(r, c)),
    CLEW_COLUMN(kSource, "scope_version", scope_version, rows.text(r, c)),
    CLEW_COLUMN(kSource, "telemetry_sdk_language", telemetry_sdk_language, rows.text(r, c)),
    CLEW_COLUMN(kSource, "telemetry_sdk_name", telemetry_sdk_name, rows.text(r, c)),
    CLEW_COLUMN(kSource, "telemetry_sdk_version", telemetry_sdk_version, rows.text(r, c)),
    CLEW_COLUMN(kSource, "ingestion_api_key", attribution.api_key, rows.text(r, c)),
    CLEW_COLUMN(kSource, "ingestion_sdk_name", attribution.sdk_name, rows.text(r, c)),
    CLEW_COLUMN(kSource, "ingestion_sdk_version", attribution.sdk_version, rows.text(r, c)),

    CLEW_COLUMN(kBookkeeping, "created_at", created_at_us, rows.time(r, c)),
    CLEW_COLUMN(kBookkeeping, "updated_at", updated_at_us, rows.time(r, c)),

    CLEW_COLUMN(kExperiment, "experiment_id", experiment.id, rows.text(r, c)),
    CLEW_COLUMN(kExperiment, "experiment_name", experiment.name, rows.text(r, c)),
    CLEW_COLUMN(kExperiment, "experiment_description", experiment.description, rows.text(r, c)),
    CLEW_COLUMN(kExperiment, "experiment_dataset_id", experiment.dataset_id, rows.text(r, c)),
    CLEW_COLUMN(kExperiment, "experiment_metadata", experiment.metadata, rows.text_map(r, c)),
    CLEW_COLUMN(kExperiment, "experiment_item_id", experiment.item_id, rows.text(r, c)),
    CLEW_COLUMN(kExperiment, "experiment_item_version", experiment.item_version_us, rows.optional_time(r, c)),
    CLEW_COLUMN(kExperiment, "experiment_item_root_span_id", experiment.item_root_span_id, rows.text(r, c)),
    CLEW_COLUMN(kExperiment, "experiment_item_expected_output", experiment.item_expected_output,
                rows.optional_text(r, c)),
    CLEW_COLUMN(kExperiment, "experiment_item_metadata", experiment.item_metadata, rows.text_map(r, c)),
};
#undef CLEW_COLUMN

}  // namespace

domain::UsageMap usage_map(const Rows& rows, std::size_t row, std::size_t column) {
  domain::UsageMap usage;
  for (auto& [key, units] : rows.integer_map(row, column)) {
    usage.emplace_back(std::move(key), static_cast<std::uint64_t>(units));
  }
  return usage;
}

std::string observation_columns(const ObservationParts& parts) {
  std::string sql;
  for (const StoredColumn& column : kColumns) {
    if (!parts.has(column.part)) continue;
    if (!sql.empty()) sql += ", ";
    sql += column.name;
  }
  return sql;
}

std::vector<ObservationRecord> read_observations(const Rows& rows, const ObservationParts& parts) {
  std::vector<ObservationRecord> records(rows.size());
  if (rows.empty()) return records;
  std::vector<std::pair<const StoredColumn*, std::size_t>> chosen;
  for (const StoredColumn& column : kColumns) {
    if (parts.has(column.part)) chosen.emplace_back(&column, rows.column(column.name));
  }
  // Row by row: a record is large, its columns are read in order.
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (const auto& [column, index] : chosen)
      column->read(records[row], rows, row, index);
  }
  return records;
}

}  // namespace clew::query
