#include "api/assets/trace_link.h"

#include "base/text.h"

namespace clew::api {

void register_trace_link(Endpoints& endpoints, TraceLocator& locator, std::string base_path) {
  endpoints.add({.method = http::Method::kGet,
                 .pattern = "/trace/{traceId}",
                 .scope = domain::Scope::kPublic,
                 .errors = ErrorShape::kUi},
                [&locator, base_path = std::move(base_path)](Context& context) -> Result<http::Response> {
                  std::string target = base_path + "/";
                  const std::string& trace_id = context.path("traceId");
                  if (context.principal.kind == domain::PrincipalKind::kUser) {
                    CLEW_TRY(const auto project, locator.project_of(context.principal, trace_id));
                    if (project) {
                      target = base_path + "/project/" + text::percent_encode(*project) + "/traces/" +
                               text::percent_encode(trace_id);
                    }
                  }
                  http::Response response{.status = 302};
                  response.headers.add("Location", target);
                  response.headers.add("Cache-Control", "no-store");
                  return response;
                });
}

}  // namespace clew::api
