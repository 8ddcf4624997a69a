#include "api/public/intake_request.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "base/text.h"
#include "scores/score_rules.h"

namespace clew::api {

namespace {

constexpr std::size_t kIdempotencyKeyBytesMax = 255;

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

ingest::RequestContext intake_context(const Context& context, ingest::Door door, const IntakeDoors& doors) {
  const auto header_or_unknown = [&](std::string_view name) {
    const std::string_view value = context.request.headers.get(name);
    return std::string(value.empty() ? "unknown" : value);
  };
  ingest::RequestContext out;
  out.project_id = context.project_id();
  out.door = door;
  out.scores_only = context.principal.kind == domain::PrincipalKind::kPublicKey;
  out.received_at_us = doors.clock.now_us();
  out.request_id = context.request.request_id;
  // Ids that the client left to us follow from the request, and a client that names it gets the same ones again.
  if (const auto key = context.request.headers.find("idempotency-key"); key && !key->empty()) {
    out.request_id = "idempotency-key/" + std::string(key->substr(0, kIdempotencyKeyBytesMax));
  }
  if (doors.rules.sample_rates) out.sample_rate = doors.rules.sample_rates->of(out.project_id);
  out.attribution = {.api_key = context.principal.public_key,
                     .sdk_name = header_or_unknown("x-langfuse-sdk-name"),
                     .sdk_version = header_or_unknown("x-langfuse-sdk-version")};
  return out;
}

void mask(const IntakeDoors& doors, const Context& context, ErrorShape errors, ingest::DecodedBatch batch,
          std::string body, http::Respond respond, WithBody next) {
  ingest::Masker* masker = doors.rules.masker;
  if (!masker) return next(std::move(batch), std::move(body), std::move(respond));
  ingest::MaskableRequest request{.batch = std::move(batch),
                                  .body = std::move(body),
                                  .organization_id = context.principal.organization_id,
                                  .headers = {}};
  for (const std::string& name : masker->propagated_headers()) {
    if (const auto value = context.request.headers.find(name)) request.headers.emplace_back(name, *value);
  }
  masker->mask(std::move(request), [errors, request_id = context.request.request_id, respond = std::move(respond),
                                    next = std::move(next)](Result<ingest::MaskedRequest> masked) mutable {
    if (!masked) return respond(error_response(errors, masked.error(), request_id));
    next(std::move(masked->batch), std::move(masked->body), std::move(respond));
  });
}

void rule_scores(const IntakeDoors& doors, const Context& context, ErrorShape errors, ingest::DecodedBatch batch,
                 http::Respond respond, WithBatch next) {
  scores::ScoreConfigs* configs = doors.rules.score_configs;
  if (!configs || scores::try_rule_scores(*configs, batch)) return next(std::move(batch), std::move(respond));
  struct Waiting {
    ingest::DecodedBatch batch;
    http::Respond respond;
    WithBatch next;
  };
  const std::string request_id = context.request.request_id;
  // Shared, because the pool may refuse the task and the answer is then given here.
  auto waiting = std::make_shared<Waiting>(std::move(batch), std::move(respond), std::move(next));
  http::ThreadPool::Task task = [waiting, configs, errors, request_id] {
    const Result<> ruled = scores::rule_scores_blocking(*configs, waiting->batch);
    if (!ruled)
      return waiting->respond(error_response(errors, {Errc::kUnavailable, ruled.error().message}, request_id));
    waiting->next(std::move(waiting->batch), std::move(waiting->respond));
  };
  if (!doors.rules.pool->try_submit(task)) {
    waiting->respond(error_response(errors, {Errc::kOverloaded, {}}, request_id));
  }
}

std::string loggable(std::string_view report) {
  constexpr std::size_t kCharactersMax = 500;
  std::string out;
  // Word by word: credentials have no blanks, and what announces one hides its follower.
  bool hide_next = false;
  for (std::size_t at = 0; at < report.size();) {
    const std::size_t begin = report.find_first_not_of(" \t\r\n\"',:;=()[]{}", at);
    out += report.substr(at, begin == std::string_view::npos ? begin : begin - at);
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(report.find_first_of(" \t\r\n\"',:;=()[]{}", begin), report.size());
    const std::string_view word = report.substr(begin, end - begin);
    const std::string lower = text::lower(word);
    const bool is_secret =
        lower.starts_with("sk-") || lower.starts_with("eyj") || lower.find("://") != std::string::npos;
    const bool announces = lower == "bearer" || lower == "basic" || lower.ends_with("password") ||
                           lower.ends_with("secret") || lower.ends_with("secretkey") || lower.ends_with("secret_key") ||
                           lower.ends_with("token") || lower.ends_with("apikey") || lower.ends_with("api_key");
    if (hide_next || is_secret) {
      out += "***";
    } else {
      out += word;
    }
    hide_next = announces;
    at = end;
  }
  const std::string_view cut = text::prefix(out, kCharactersMax);
  return cut.size() < out.size() ? std::string(cut) + "…" : out;
}

void log_sdk_reports(const IntakeDoors& doors, const ingest::DecodedBatch& batch) {
  for (const std::string& report : batch.sdk_logs) {
    doors.rules.sdk_log.info("sdk.report",
                             {{"project", batch.context.project_id},
                              {"sdk", batch.context.attribution.sdk_name},
                              {"sdk_version", batch.context.attribution.sdk_version},
                              {"report", loggable(report)}},
                             batch.context.project_id);
  }
}

std::function<Result<>(const Context&)> room_in_log(const IntakeDoors& doors) {
  return [&intake = doors.intake](const Context& context) {
    std::uint64_t bytes = 0;  // a chunked body announces nothing, a compressed one less than will be stored
    const std::string_view length = context.request.headers.get("content-length");
    std::from_chars(length.data(), length.data() + length.size(), bytes);
    return intake.has_room(context.project_id(), context.request.request_id, bytes);
  };
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

bool is_intake_path(std::string_view path) {
  const auto at = path.find("/api/public/");
  if (at == path.npos) return false;
  const std::string_view rest = path.substr(at + 12);
  for (const std::string_view door : {"otel/", "ingestion", "scores", "traces", "spans", "generations", "events"}) {
    if (rest.starts_with(door)) return true;
  }
  return false;
}

std::string reason_told(std::string_view answer) {
  constexpr std::size_t kAnswerMax = 64UL * 1024;
  if (answer.size() > kAnswerMax) return {};
  const auto value = json::try_parse(answer);
  if (!value || !value->is_object()) return {};
  const json::Object& object = value->get_object();
  // The door of event batches says what is wrong in a list and a fixed sentence beside it.
  if (const json::Value* errors = json::find(object, "errors"); errors && errors->is_array()) {
    const json::Array& list = errors->get_array();
    if (!list.empty() && list.front().is_string()) return std::string(list.front().get_string());
  }
  const auto message = json::find_text(object, "message");
  return std::string(message ? *message : json::find_text(object, "error").value_or(""));
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
