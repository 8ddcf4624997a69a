// /trace/{traceId}: the link Python SDK 2 and JS SDK 3 print. It knows no project.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "api/endpoint.h"
#include "base/result.h"

namespace clew::api {

// Connected in app to the query module.
class TraceLocator {
 public:
  virtual ~TraceLocator() = default;
  // The project of the trace, among those `who` may read; null when there is none. May block.
  virtual Result<std::optional<std::string>> project_of(const domain::Principal& who, std::string_view trace_id) = 0;
};

// What to show when the trace is in no project of this user, or nobody is signed in: the UI, which says so.
using TraceLinkFallback = std::function<http::Response(const http::Request&)>;

// GET /trace/{traceId}: 302 to the trace in its project, else `otherwise`. `base_path` as in EndpointOptions.
void register_trace_link(Endpoints& endpoints, TraceLocator& locator, std::string base_path,
                         TraceLinkFallback otherwise);

}  // namespace clew::api
