// What the lists of the UI have in common: range, filter, search, sort and page as query parameters.
#pragma once

#include <optional>
#include <string_view>

#include "api/endpoint.h"
#include "base/time.h"
#include "query/observation_reader.h"
#include "query/trace_reader.h"

namespace clew::api {

inline constexpr std::size_t kUiLimitMax = 200;

struct UiPage {
  std::size_t offset = 0, limit = 50;
};

// Each: kInvalidArgument with a message for people.
Result<query::TraceFilter> read_trace_filter(const http::Query& query);
Result<query::ObservationFilter> read_observation_filter(const http::Query& query);
Result<UiPage> read_ui_page(const http::Query& query);
Result<query::TraceSort> read_trace_sort(const http::Query& query);
Result<query::ObservationSort> read_observation_sort(const http::Query& query);

// Which rows a facet or a pulse is about.
Result<query::View> read_view(const http::Query& query);

}  // namespace clew::api
