#include "api/public/intake_request.h"

#include "base/text.h"

namespace clew::api {

namespace {

ingest::Arrival arrival_of(const http::Request& request, int status, std::uint64_t items, TimeUs now_us) {
  ingest::Arrival out;
  out.time_us = now_us;
  out.method = http::to_text(request.method);
  out.path = request.path;
  out.status = status;
  out.sdk = request.headers.get("x-langfuse-sdk-name");
  if (!out.sdk.empty()) out.sdk += " " + std::string(request.headers.get("x-langfuse-sdk-version"));
  if (out.sdk.empty()) out.sdk = request.headers.get("user-agent");
  out.remote_address = request.remote_address;
  out.items = items;
  return out;
}

}  // namespace

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

void accept_and_respond(IntakeDoors doors, const Context& context, ErrorShape errors, ingest::DecodedBatch batch,
                        std::string_view body, http::Response answer, http::Respond respond) {
  const std::uint64_t items = batch.spans.size() + batch.events.size();
  doors.arrivals.add(context.principal.public_key,
                     arrival_of(context.request, answer.status, items, batch.context.received_at_us));
  const std::string request_id = context.request.request_id;
  doors.intake.accept(
      std::move(batch), body,
      [errors, request_id, answer = std::move(answer), respond = std::move(respond)](const Result<>& stored) mutable {
        respond(stored ? std::move(answer) : error_response(errors, stored.error(), request_id));
      });
}

void note_refused(ingest::ArrivalLog& arrivals, const http::Request& request, int status, TimeUs now_us) {
  const std::string_view header = text::trim(request.headers.get("authorization"));
  const auto space = header.find(' ');
  if (space == std::string_view::npos || !text::equals_ignore_case(header.substr(0, space), "basic")) return;
  const auto decoded = text::from_base64(text::trim(header.substr(space + 1)));
  if (!decoded) return;
  const auto parts = text::split(*decoded, ':');
  if (parts.size() < 2 || parts[0].empty()) return;
  ingest::Arrival arrival = arrival_of(request, status, 0, now_us);
  if (status == 401 && parts[1].size() > 8) arrival.secret_end = parts[1].substr(parts[1].size() - 4);
  arrivals.add(parts[0], std::move(arrival));
}

}  // namespace clew::api
