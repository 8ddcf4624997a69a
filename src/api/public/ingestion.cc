#include "api/public/ingestion.h"

#include "base/json.h"
#include "ingest/decode/events/events.h"

namespace clew::api {

namespace {

// SDKs keep batches below 2.5 MB; ours is generous to those whose users raised it.
constexpr std::size_t kBodyMax = 32ULL << 20;

void rule_and_accept(const IntakeDoors& doors, const Context& context, ingest::DecodedBatch batch, std::string body,
                     http::Respond respond) {
  rule_scores(doors, context, ErrorShape::kIngestion, std::move(batch), std::move(respond),
              [doors, &context, body = std::move(body)](ingest::DecodedBatch ruled, http::Respond answer_with) {
                http::Response answer = http::json_response(207, ingest::event_batch_answer(ruled));
                accept_and_respond(doors, context, ErrorShape::kIngestion, std::move(ruled), body, std::move(answer),
                                   std::move(answer_with));
              });
}

void post_batch(IntakeDoors doors, Context& context, http::Respond respond) {
  const std::string request_id = context.request.request_id;
  std::string body = std::move(context.request.body);
  auto batch = ingest::decode_event_batch(body, intake_context(context, ingest::Door::kEventBatch, doors));
  if (!batch) {
    return respond(error_response(ErrorShape::kIngestion, batch.error(), request_id));
  }
  mask(doors, context, ErrorShape::kIngestion, *std::move(batch), std::move(body), std::move(respond),
       [doors, &context](ingest::DecodedBatch kept, std::string kept_body, http::Respond answer_with) {
         log_sdk_reports(doors, kept);
         rule_and_accept(doors, context, std::move(kept), std::move(kept_body), std::move(answer_with));
       });
}

void write_one(IntakeDoors doors, ingest::SingleWrite kind, Context& context, http::Respond respond) {
  const std::string request_id = context.request.request_id;
  const auto refuse = [&](const Error& error) { respond(error_response(ErrorShape::kStandard, error, request_id)); };
  const ingest::RequestContext intake = intake_context(context, ingest::Door::kEventBatch, doors);
  auto single = ingest::single_write_batch(kind, context.request.body, intake);
  if (!single) return refuse(single.error());
  auto batch = ingest::decode_event_batch(single->body, intake);
  if (!batch) return refuse(batch.error());
  if (!batch->errors.empty()) {
    doors.intake.refuse(*batch);
    json::Object error;
    error["message"] = batch->errors.front().error;
    return respond(http::json_response(batch->errors.front().status, json::to_text(error)));
  }
  mask(doors, context, ErrorShape::kStandard, *std::move(batch), std::move(single->body), std::move(respond),
       [doors, &context, id = std::move(single->id)](ingest::DecodedBatch kept, std::string body,
                                                     http::Respond answer_with) {
         http::Response answer = http::json_response(200, R"({"id":)" + json::quoted(id) + "}");
         accept_and_respond(doors, context, ErrorShape::kStandard, std::move(kept), body, std::move(answer),
                            std::move(answer_with));
       });
}

}  // namespace

void register_ingestion(Endpoints& endpoints, IntakeDoors doors) {
  endpoints.add_deferred(
      {.method = http::Method::kPost,
       .pattern = "/api/public/ingestion",
       .scope = domain::Scope::kScoresWrite,
       .errors = ErrorShape::kIngestion,
       .body_bytes_max = kBodyMax,
       .on_io_thread = true,
       .before_body = room_in_log(doors)},
      [doors](Context& context, http::Respond respond) { post_batch(doors, context, std::move(respond)); });
  using ingest::SingleWrite;
  const auto add = [&](http::Method method, const char* path, SingleWrite kind) {
    endpoints.add_deferred({.method = method,
                            .pattern = std::string("/api/public/") + path,
                            .scope = domain::Scope::kIngest,
                            .errors = ErrorShape::kStandard,
                            .body_bytes_max = kJsonBodyMax,
                            .before_body = room_in_log(doors)},
                           [doors, kind](Context& context, http::Respond respond) {
                             write_one(doors, kind, context, std::move(respond));
                           });
  };
  add(http::Method::kPost, "traces", SingleWrite::kTrace);
  add(http::Method::kPost, "spans", SingleWrite::kSpan);
  add(http::Method::kPatch, "spans", SingleWrite::kSpanUpdate);
  add(http::Method::kPost, "generations", SingleWrite::kGeneration);
  add(http::Method::kPatch, "generations", SingleWrite::kGenerationUpdate);
  add(http::Method::kPost, "events", SingleWrite::kEvent);
}

}  // namespace clew::api
