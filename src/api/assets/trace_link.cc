#include "api/assets/trace_link.h"

#include <fmt/format.h>

namespace clew::api {

namespace {

std::string segment(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace

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
                      target = base_path + "/project/" + segment(*project) + "/traces/" + segment(trace_id);
                    }
                  }
                  http::Response response{.status = 302};
                  response.headers.add("Location", target);
                  response.headers.add("Cache-Control", "no-store");
                  return response;
                });
}

}  // namespace clew::api
