#include "query/trace_summary.h"

#include <cmath>

#include "query/observation_record.h"

namespace clew::query {

namespace {

using analytics::Rows;

// Sums of decimals come as Decimal(38, 12), wider than Rows' ticks: as a number they are exact up to 9,000 dollar.
std::optional<domain::Picodollars> money(const Rows& rows, std::size_t row, std::size_t column) {
  if (rows.is_null(row, column)) return {};
  return std::llround(rows.real(row, column) * 1e12);
}

std::uint64_t count(const Rows& rows, std::size_t row, std::size_t column) {
  return static_cast<std::uint64_t>(rows.integer(row, column));
}

struct Reader {
  std::string_view column;
  void (*read)(TraceSummary& trace, const Rows& rows, std::size_t row, std::size_t column);
};

#define CLEW_READ(name, field, expression)                                                              \
  Reader {                                                                                              \
    name, [](TraceSummary& t, const Rows& rows, std::size_t r, std::size_t c) { t.field = expression; } \
  }

constexpr Reader kReaders[] = {
    CLEW_READ("trace_id", id, rows.text(r, c)),
    CLEW_READ("timestamp", timestamp_us, rows.time(r, c)),
    CLEW_READ("latency_us", latency_us, rows.integer(r, c)),
    CLEW_READ("observation_count", observation_count, count(rows, r, c)),
    CLEW_READ("name", name, rows.text(r, c)),
    CLEW_READ("user_id", user_id, rows.text(r, c)),
    CLEW_READ("session_id", session_id, rows.text(r, c)),
    CLEW_READ("environment", environment, rows.text(r, c)),
    CLEW_READ("version", version, rows.text(r, c)),
    CLEW_READ("release", release, rows.text(r, c)),
    CLEW_READ("tags", tags, rows.texts(r, c)),
    CLEW_READ("public", is_public, rows.integer(r, c) != 0),
    CLEW_READ("bookmarked", bookmarked, rows.integer(r, c) != 0),
    CLEW_READ("error_count", error_count, count(rows, r, c)),
    CLEW_READ("warning_count", warning_count, count(rows, r, c)),
    CLEW_READ("default_count", default_count, count(rows, r, c)),
    CLEW_READ("debug_count", debug_count, count(rows, r, c)),
    CLEW_READ("level", level, domain::parse_level(rows.text(r, c)).value_or(domain::Level::kDefault)),
    CLEW_READ("input_tokens", input_tokens, count(rows, r, c)),
    CLEW_READ("output_tokens", output_tokens, count(rows, r, c)),
    CLEW_READ("total_tokens", total_tokens, count(rows, r, c)),
    CLEW_READ("input_cost", input_cost, money(rows, r, c)),
    CLEW_READ("output_cost", output_cost, money(rows, r, c)),
    CLEW_READ("total_cost", total_cost, money(rows, r, c)),
    CLEW_READ("running", running, rows.integer(r, c) != 0),
    CLEW_READ("models", models, rows.texts(r, c)),
    CLEW_READ("root_id", root_id, rows.text(r, c)),
    CLEW_READ("input_preview", input_preview, rows.text(r, c)),
    CLEW_READ("output_preview", output_preview, rows.text(r, c)),
    CLEW_READ("metadata", metadata, rows.text_map(r, c)),
    CLEW_READ("metadata_strings", metadata_strings, rows.texts(r, c)),
    CLEW_READ("usage", usage, usage_map(rows, r, c)),
    CLEW_READ("cost", cost, rows.integer_map(r, c)),
    CLEW_READ("created_at", created_at_us, rows.time(r, c)),
    CLEW_READ("updated_at", updated_at_us, rows.time(r, c)),
    CLEW_READ("observation_ids", observation_ids, rows.texts(r, c)),
    CLEW_READ("begins_with_root", begins_with_root, rows.integer(r, c) != 0),
};
#undef CLEW_READ

const Reader& reader_of(std::string_view column) {
  for (const Reader& reader : kReaders) {
    if (reader.column == column) return reader;
  }
  CLEW_ASSERT(false, "a derived column without a reader");
  std::abort();
}

}  // namespace

std::vector<TraceSummary> read_traces(const Rows& rows, const TraceParts& parts) {
  std::vector<TraceSummary> traces(rows.size());
  if (rows.empty()) return traces;
  for (const std::string_view name : trace_columns(parts)) {
    const Reader& reader = reader_of(name);
    const std::size_t column = rows.column(name);
    for (std::size_t row = 0; row < rows.size(); ++row)
      reader.read(traces[row], rows, row, column);
  }
  return traces;
}

}  // namespace clew::query
