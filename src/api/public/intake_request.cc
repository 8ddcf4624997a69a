#include "api/public/intake_request.h"

namespace clew::api {

ingest::RequestContext intake_context(const Context& context, ingest::Door door, const Clock& clock) {
  const auto header_or_unknown = [&](std::string_view name) {
    const std::string_view value = context.request.headers.get(name);
    return std::string(value.empty() ? "unknown" : value);
  };
  ingest::RequestContext out;
  out.project_id = context.project_id();
  out.door = door;
  out.scores_only = context.principal.kind == domain::PrincipalKind::kPublicKey;
  out.received_at_us = clock.now_us();
  out.request_id = context.request.request_id;
  out.attribution = {.api_key = context.principal.public_key,
                     .sdk_name = header_or_unknown("x-langfuse-sdk-name"),
                     .sdk_version = header_or_unknown("x-langfuse-sdk-version")};
  return out;
}

void accept_and_respond(IntakeDoors doors, ErrorShape errors, ingest::DecodedBatch batch, std::string_view body,
                        const std::string& request_id, http::Response answer, http::Respond respond) {
  doors.intake.accept(
      std::move(batch), body,
      [errors, request_id, answer = std::move(answer), respond = std::move(respond)](const Result<>& stored) mutable {
        respond(stored ? std::move(answer) : error_response(errors, stored.error(), request_id));
      });
}

}  // namespace clew::api
