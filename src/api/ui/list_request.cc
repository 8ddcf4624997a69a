#include "api/ui/list_request.h"

#include <charconv>

namespace clew::api {

namespace {

Error bad(std::string message) {
  return Error{Errc::kInvalidArgument, std::move(message)};
}

Result<std::optional<TimeUs>> read_time(const http::Query& query, std::string_view name) {
  const auto text = query.find(name);
  if (!text || text->empty()) return std::optional<TimeUs>{};
  const auto time = query::parse_loose_time(*text);
  if (!time) return bad(std::string(name) + " is not a time: " + std::string(*text));
  return std::optional<TimeUs>(*time);
}

Result<std::size_t> read_integer(const http::Query& query, std::string_view name, std::size_t otherwise,
                                 std::size_t max) {
  const auto text = query.find(name);
  if (!text || text->empty()) return std::size_t{otherwise};
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size() || value < 1 || value > max) {
    return bad(std::string(name) + " must be a number from 1 to " + std::to_string(max));
  }
  return std::size_t{value};
}

template <class Filter>
Result<Filter> read_filter(const http::Query& query, query::View view) {
  Filter filter;
  CLEW_TRY(filter.from_us, read_time(query, "from"));
  CLEW_TRY(filter.to_us, read_time(query, "to"));
  auto conditions = query::parse_filter(view, query.find("filter").value_or(""));
  if (!conditions) return bad(conditions.error().message);
  filter.conditions = *std::move(conditions);
  query::take_time_range(filter.conditions, filter.from_us, filter.to_us);
  filter.search = query::Search::parse(query.find("search").value_or(""));
  return filter;
}

template <class Sort>
Result<Sort> read_sort(const http::Query& query, query::View view) {
  const auto text = query.find("sort");
  if (!text || text->empty()) return Sort{};
  const std::size_t dot = text->rfind('.');
  const std::string_view direction = dot == std::string_view::npos ? "" : text->substr(dot + 1);
  if (direction != "asc" && direction != "desc") return bad("sort must be column.asc or column.desc");
  std::string_view name = text->substr(0, dot);
  // The rows of the UI call some columns by other names than the filter does.
  if (name == "durationMs") name = "latency";
  if (name == "cost") name = "totalCost";
  if (name == "timeToFirstTokenMs") name = "timeToFirstToken";
  const query::Column* column = query::find_column(view, name);
  if (!column) return bad("no column to sort by: " + std::string(name));
  return Sort{column->field, direction == "desc"};
}

}  // namespace

Result<query::TraceFilter> read_trace_filter(const http::Query& query) {
  return read_filter<query::TraceFilter>(query, query::View::kTraces);
}

Result<query::ObservationFilter> read_observation_filter(const http::Query& query) {
  return read_filter<query::ObservationFilter>(query, query::View::kObservationsV2);
}

Result<UiPage> read_ui_page(const http::Query& query) {
  constexpr std::size_t kPageMax = 10'000;
  CLEW_TRY(const std::size_t limit, read_integer(query, "limit", 50, kUiLimitMax));
  CLEW_TRY(const std::size_t page, read_integer(query, "page", 1, kPageMax));
  return UiPage{.offset = (page - 1) * limit, .limit = limit};
}

Result<query::TraceSort> read_trace_sort(const http::Query& query) {
  return read_sort<query::TraceSort>(query, query::View::kTraces);
}

Result<query::ObservationSort> read_observation_sort(const http::Query& query) {
  return read_sort<query::ObservationSort>(query, query::View::kObservationsV2);
}

Result<query::View> read_view(const http::Query& query) {
  const auto view = query.find("view");
  if (view == "traces") return query::View::kTraces;
  if (view == "observations") return query::View::kObservationsV2;
  return bad("view must be traces or observations");
}

}  // namespace clew::api
