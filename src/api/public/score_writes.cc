#include "api/public/score_writes.h"

#include "base/json.h"
#include "base/text.h"
#include "ingest/decode/events/events.h"

namespace clew::api {

namespace {

// SDK 5 sends lists up to 1 MB; scripts send what they have.
constexpr std::size_t kBodyMax = 32ULL << 20;

http::Response one_answer(const ingest::DecodedBatch& batch) {
  return http::json_response(200, R"({"id":)" + json::quoted(batch.accepted_ids.front()) + "}");
}

http::Response list_answer(const ingest::DecodedBatch& batch) {
  ingest::ScoreListAnswer list = ingest::score_list_answer(batch);
  return http::json_response(list.status, std::move(list.body));
}

// A score that its config refuses.
http::Response refusal(const ingest::ItemError& error, const Context& context) {
  const Errc code = error.status == 404 ? Errc::kNotFound : Errc::kInvalidArgument;
  return error_response(ErrorShape::kStandard, {code, error.message}, context.request.request_id);
}

void rule_and_accept(const IntakeDoors& doors, const Context& context, bool is_list, ingest::DecodedBatch batch,
                     std::string body, http::Respond respond) {
  rule_scores(
      doors, context, ErrorShape::kStandard, std::move(batch), std::move(respond),
      [doors, &context, is_list, body = std::move(body)](ingest::DecodedBatch ruled, http::Respond answer_with) {
        if (!is_list && !ruled.errors.empty()) return answer_with(refusal(ruled.errors.front(), context));
        http::Response answer = is_list ? list_answer(ruled) : one_answer(ruled);
        accept_and_respond(doors, context, ErrorShape::kStandard, std::move(ruled), body, std::move(answer),
                           std::move(answer_with));
      });
}

void post_scores(IntakeDoors doors, Context& context, http::Respond respond) {
  const std::string request_id = context.request.request_id;
  std::string body = std::move(context.request.body);
  const bool is_list = text::trim(body).starts_with('[');
  const auto door = is_list ? ingest::Door::kScoreList : ingest::Door::kScore;
  const ingest::RequestContext intake = intake_context(context, door, doors);
  auto batch = is_list ? ingest::decode_score_list(body, intake) : ingest::decode_score(body, intake);
  if (!batch) return respond(error_response(ErrorShape::kStandard, batch.error(), request_id));
  mask(doors, context, ErrorShape::kStandard, *std::move(batch), std::move(body), std::move(respond),
       [doors, &context, is_list](ingest::DecodedBatch kept, std::string kept_body, http::Respond answer_with) {
         rule_and_accept(doors, context, is_list, std::move(kept), std::move(kept_body), std::move(answer_with));
       });
}

}  // namespace

void register_score_writes(Endpoints& endpoints, IntakeDoors doors) {
  endpoints.add_deferred(
      {.method = http::Method::kPost,
       .pattern = "/api/public/scores",
       .scope = domain::Scope::kScoresWrite,
       .errors = ErrorShape::kStandard,
       .body_bytes_max = kBodyMax,
       .on_io_thread = true,
       .before_body = room_in_log(doors)},
      [doors](Context& context, http::Respond respond) { post_scores(doors, context, std::move(respond)); });
}

}  // namespace clew::api
