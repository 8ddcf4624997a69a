#include "api/assets/trace_link.h"

#include "base/text.h"

namespace clew::api {

void register_trace_link(Endpoints& endpoints, TraceLocator& locator, std::string base_path,
                         TraceLinkFallback otherwise) {
  endpoints.add({.method = http::Method::kGet,
                 .pattern = "/trace/{traceId}",
                 .scope = domain::Scope::kPublic,
                 .errors = ErrorShape::kUi},
                [&locator, base_path = std::move(base_path),
                 otherwise = std::move(otherwise)](Context& context) -> Result<http::Response> {
                  if (context.principal.kind != domain::PrincipalKind::kUser) return otherwise(context.request);
                  const std::string& trace_id = context.path("traceId");
                  CLEW_TRY(const auto project, locator.project_of(context.principal, trace_id));
                  if (!project) return otherwise(context.request);
                  http::Response response{.status = 302};
                  response.headers.add("Location", base_path + "/project/" + text::percent_encode(*project) +
                                                       "/traces/" + text::percent_encode(trace_id));
                  response.headers.add("Cache-Control", "no-store");
                  return response;
                });
}

}  // namespace clew::api
