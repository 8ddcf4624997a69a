#include "ingest/worker/stored_spans.h"

#include <algorithm>

#include <fmt/format.h>

namespace clew::ingest {

namespace {

constexpr std::size_t kIdsPerRead = 1'000;  // their text fits into one bound value

// One cell into a field of domain::Observation.
struct Cell {
  const analytics::Rows& rows;
  std::size_t row = 0, column = 0;

  void read(std::string& out) const { out = std::string(rows.text(row, column)); }
  void read(std::optional<std::string>& out) const { out = rows.optional_text(row, column); }
  void read(TimeUs& out) const { out = rows.time(row, column); }
  void read(std::optional<TimeUs>& out) const { out = rows.optional_time(row, column); }
  void read(bool& out) const { out = rows.integer(row, column) != 0; }
  void read(std::optional<bool>& out) const {
    if (rows.integer(row, column) != 0) out = true;
  }
  void read(std::optional<std::uint16_t>& out) const {
    if (!rows.is_null(row, column)) out = static_cast<std::uint16_t>(rows.integer(row, column));
  }
  void read(domain::ObservationType& out) const {
    out = domain::parse_observation_type(rows.text(row, column)).value_or(domain::ObservationType::kSpan);
  }
  void read(domain::Level& out) const {
    out = domain::parse_level(rows.text(row, column)).value_or(domain::Level::kDefault);
  }
  void read(std::vector<std::string>& out) const { out = rows.texts(row, column); }
  void read(domain::TextMap& out) const { out = rows.text_map(row, column); }
  void read(domain::CostMap& out) const { out = rows.integer_map(row, column); }
  void read(domain::UsageMap& out) const {
    for (const auto& [key, count] : rows.integer_map(row, column))
      out.emplace_back(key, static_cast<std::uint64_t>(count));
  }
};

// Columns beside those of for_each_span_field, in the order in which read_row() takes them.
constexpr std::string_view kMoreColumns =
    "input_preview, input_length, output_preview, output_length, ingestion_api_key, ingestion_sdk_name, "
    "ingestion_sdk_version, created_at, updated_at, seq";

SpanVersion read_row(const analytics::Rows& rows, std::size_t row) {
  SpanVersion span;
  std::size_t column = 0;
  for_each_span_field(span.row, [&](std::string_view, auto& field) { Cell{rows, row, column++}.read(field); });
  for (TextSummary* text : {&span.input, &span.output}) {
    text->preview = std::string(rows.text(row, column++));
    text->characters = static_cast<std::uint64_t>(rows.integer(row, column++));
  }
  for (std::string* text : {&span.attribution.api_key, &span.attribution.sdk_name, &span.attribution.sdk_version})
    *text = std::string(rows.text(row, column++));
  span.created_at_us = rows.time(row, column++);
  span.received_at_us = rows.time(row, column++);
  span.seq = static_cast<std::uint64_t>(rows.integer(row, column));
  span.row.source = "otel";
  return span;
}

}  // namespace

Result<std::vector<SpanVersion>> read_stored_spans(std::string_view project_id, const std::vector<std::string>& ids,
                                                   analytics::Engine& engine) {
  std::vector<SpanVersion> out;
  if (ids.empty()) return out;
  std::string columns;
  domain::Observation names;
  for_each_span_field(names, [&](std::string_view name, const auto&) { columns += fmt::format("{}, ", name); });
  const std::string sql = fmt::format(
      "SELECT {}{} FROM observations FINAL PREWHERE span_id IN {{ids:Array(String)}} "
      "WHERE project_id = {{project_id:String}} AND source != 'ingestion-api'",
      columns, kMoreColumns);
  for (std::size_t at = 0; at < ids.size(); at += kIdsPerRead) {
    const auto first = ids.begin() + static_cast<std::ptrdiff_t>(at);
    const auto last = ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), at + kIdsPerRead));
    analytics::Params params(project_id);
    params.texts("ids", std::vector<std::string>(first, last));
    CLEW_TRY(const analytics::Rows rows, engine.select("read_stored_spans", sql, params));
    for (std::size_t row = 0; row < rows.size(); ++row)
      out.push_back(read_row(rows, row));
  }
  return out;
}

}  // namespace clew::ingest
