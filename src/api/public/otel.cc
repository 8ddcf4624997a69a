#include "api/public/otel.h"

#include <charconv>

#include "base/text.h"
#include "ingest/decode/otlp/otlp.h"
#include "ingest/intake/record.h"

namespace clew::api {

namespace {

// SDK 5 sends up to 64 MiB before compression; a little more, so that its own bound is the one people meet.
constexpr std::size_t kBodyMax = 72ULL << 20;
constexpr int kIngestionVersionMax = 4;

// Null: neither of the two encodings.
std::optional<ingest::Door> door_of(std::string_view content_type) {
  const std::string type = text::lower(content_type);
  if (type.find("application/x-protobuf") != std::string::npos) return ingest::Door::kOtlpProtobuf;
  if (type.find("application/json") != std::string::npos) return ingest::Door::kOtlpJson;
  return std::nullopt;
}

Result<> check_ingestion_version(const http::Headers& headers) {
  const auto given = headers.find("x-langfuse-ingestion-version");
  if (!given) return ok();
  const std::string_view value = text::trim(*given);
  int version = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), version);
  const bool is_number = parsed.ec == std::errc{} && parsed.ptr == value.data() + value.size();
  if (is_number && version <= kIngestionVersionMax) return ok();
  return Error{Errc::kInvalidArgument, "Unsupported x-langfuse-ingestion-version: \"" + std::string(*given) +
                                           "\". Maximum supported: \"" + std::to_string(kIngestionVersionMax) + "\"."};
}

http::Response answer_of(ingest::Door door, std::string body) {
  if (door == ingest::Door::kOtlpJson) return http::json_response(200, std::move(body));
  http::Response response;
  response.headers.add("Content-Type", "application/x-protobuf");
  response.body = std::move(body);
  return response;
}

void post_traces(IntakeDoors doors, bool reject_invalid, Context& context, http::Respond respond) {
  const std::string request_id = context.request.request_id;
  const auto refuse = [&](const Error& error) { respond(error_response(ErrorShape::kOtlp, error, request_id)); };
  if (auto version = check_ingestion_version(context.request.headers); !version) return refuse(version.error());
  const auto door = door_of(context.request.headers.get("content-type"));
  if (!door) return refuse({Errc::kInvalidArgument, "Invalid content type"});
  std::string body = std::move(context.request.body);
  auto batch = ingest::decode(body, intake_context(context, *door, doors));
  if (!batch) return refuse(batch.error());
  if (reject_invalid && !batch->errors.empty()) {
    return refuse({Errc::kInvalidArgument, "Invalid OTLP trace export: " + ingest::otlp_rejections(*batch)});
  }
  mask(doors, context, ErrorShape::kOtlp, *std::move(batch), std::move(body), std::move(respond),
       [doors, &context, door = *door](ingest::DecodedBatch kept, std::string kept_body, http::Respond answer_with) {
         http::Response answer = answer_of(door, ingest::otlp_answer(door, kept));
         accept_and_respond(doors, context, ErrorShape::kOtlp, std::move(kept), kept_body, std::move(answer),
                            std::move(answer_with));
       });
}

// Exporters that send all signals must not log errors; nothing is kept.
Result<http::Response> post_metrics(Context& context) {
  const auto door = door_of(context.request.headers.get("content-type"));
  return answer_of(door.value_or(ingest::Door::kOtlpJson), door == ingest::Door::kOtlpProtobuf ? "" : "{}");
}

}  // namespace

void register_otel(Endpoints& endpoints, IntakeDoors doors, OtelOptions options) {
  endpoints.add_deferred({.method = http::Method::kPost,
                          .pattern = options.prefix + "/v1/traces",
                          .scope = domain::Scope::kIngest,
                          .errors = ErrorShape::kOtlp,
                          .body_bytes_max = kBodyMax,
                          .on_io_thread = true,
                          .before_body = room_in_log(doors)},
                         [doors, reject = options.reject_invalid](Context& context, http::Respond respond) {
                           post_traces(doors, reject, context, std::move(respond));
                         });
  endpoints.add({.method = http::Method::kPost,
                 .pattern = options.prefix + "/v1/metrics",
                 .scope = domain::Scope::kIngest,
                 .errors = ErrorShape::kOtlp,
                 .body_bytes_max = kBodyMax},
                post_metrics);
}

}  // namespace clew::api
