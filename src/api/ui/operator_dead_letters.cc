#include "api/ui/operator_dead_letters.h"

#include <algorithm>
#include <charconv>

#include "api/json/json_writer.h"
#include "api/request_body.h"
#include "auth/audit.h"

namespace clew::api {

namespace {

using http::Method;
using ingest::DeadLetter;
using ingest::DeadLetterFilter;
using ingest::LogPosition;
using operations::DeadLetterDesk;

constexpr std::size_t kPageMax = 200;
constexpr std::size_t kBodyMax = 256UL * 1024;
constexpr std::size_t kWhyMin = 10, kWhyMax = 500;

Result<LogPosition> parse_position(std::string_view text) {
  LogPosition position = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), position);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || position == 0) {
    return Error{Errc::kInvalidArgument, "A dead letter is named by a number."};
  }
  return position;
}

Result<std::optional<TimeUs>> time_of(const http::Query& query, std::string_view name) {
  const auto given = query.find(name);
  if (!given) return std::optional<TimeUs>();
  const auto time = parse_iso_time(*given);
  if (!time) return Error{Errc::kInvalidArgument, std::string(name) + ": an ISO 8601 time with a zone"};
  return time;
}

std::optional<std::string> word_of(const http::Query& query, std::string_view name) {
  const auto given = query.find(name);
  if (!given || given->empty()) return std::nullopt;
  return std::string(*given);
}

void write_letter(JsonWriter& json, const DeadLetter& letter) {
  json.begin_object();
  json.key("id").text(std::to_string(letter.position));  // does not fit a number of JavaScript
  json.key("projectId").text_or_null(letter.project_id);
  json.key("reason").text(letter.reason);
  json.key("error").text(letter.error);
  json.key("failedAt").time(letter.failed_at_us);
  json.key("receivedAt");
  if (letter.received_at_us > 0) {
    json.time(letter.received_at_us);
  } else {
    json.null();
  }
  json.key("bytes").count(letter.bytes);
  json.key("source").text_or_null(letter.source);
  json.key("requestId").text_or_null(letter.request_id);
  json.key("sdk").text_or_null(letter.sdk);
  json.key("attempts").count(letter.attempts);
  json.key("hasPayload").boolean(letter.has_payload);
  json.key("items").begin_array();
  for (const std::string& item : letter.items)
    json.text(item);
  json.end_array();
  json.end_object();
}

Result<http::Response> list(const DeadLetterDesk& desk, Context& context) {
  DeadLetterFilter filter{.project_id = word_of(context.query, "projectId"),
                          .reason = word_of(context.query, "reason")};
  CLEW_TRY(filter.from_us, time_of(context.query, "from"));
  CLEW_TRY(filter.to_us, time_of(context.query, "to"));
  LogPosition before = 0;
  if (const auto cursor = word_of(context.query, "cursor")) {
    CLEW_TRY(before, parse_position(*cursor));
  }
  std::size_t limit = 50;
  if (const auto asked = word_of(context.query, "limit")) {
    CLEW_TRY(const LogPosition number, parse_position(*asked));
    limit = std::min<std::size_t>(number, kPageMax);
  }
  const auto letters = desk.letters().page(filter, before, limit + 1);
  JsonWriter json;
  json.begin_object().key("deadLetters").begin_array();
  for (std::size_t i = 0; i < std::min(letters.size(), limit); ++i)
    write_letter(json, letters[i]);
  json.end_array();
  json.key("nextCursor").text_or_null(letters.size() > limit ? std::to_string(letters[limit - 1].position) : "");
  json.key("total").count(desk.letters().count(filter));
  json.end_object();
  return http::json_response(200, json.take());
}

Result<http::Response> show(const DeadLetterDesk& desk, Context& context) {
  CLEW_TRY(const LogPosition position, parse_position(context.path("deadLetterId")));
  auto letter = desk.letters().find(position);
  if (!letter) return Error{Errc::kNotFound, "Dead letter not found"};
  JsonWriter json;
  write_letter(json, *letter);
  return http::json_response(200, json.take());
}

// The body is a tenant's: it opens only with a reason, which the project's owners find in their audit trail.
Result<http::Response> open(DeadLetterDesk& desk, Context& context) {
  CLEW_TRY(const LogPosition position, parse_position(context.path("deadLetterId")));
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const std::string why, body.text("reason"));
  if (why.size() < kWhyMin || why.size() > kWhyMax) {
    return Error{Errc::kInvalidArgument, "reason: say in 10 to 500 characters why you look at this data."};
  }
  auto bytes = desk.open(position, why, auth::actor_of(context.principal, context.request));
  if (!bytes && bytes.error().code == Errc::kNotFound) {
    return Error{Errc::kNotFound, "The payload of this dead letter was not kept."};
  }
  if (!bytes) return std::move(bytes).error();
  http::Response response;
  response.headers.add("Content-Type", "application/octet-stream");
  response.headers.add("Content-Disposition", "attachment; filename=\"dead-letter-" + std::to_string(position) + "\"");
  response.body = *std::move(bytes);
  return response;
}

// {"ids": [...]}, or {"all": true} with the fields of the list's filter; at most DeadLetterDesk::kBatchMax at once.
Result<std::vector<LogPosition>> chosen(const DeadLetterDesk& desk, const RequestBody& body) {
  std::vector<LogPosition> out;
  const json::Value* all = body.find("all");
  if (all != nullptr && all->is_bool() && all->get_bool()) {
    DeadLetterFilter filter;
    CLEW_TRY(filter.project_id, body.optional_text("projectId"));
    CLEW_TRY(filter.reason, body.optional_text("reason"));
    CLEW_TRY(filter.from_us, body.optional_time("from"));
    CLEW_TRY(filter.to_us, body.optional_time("to"));
    for (const DeadLetter& letter : desk.letters().page(filter, 0, DeadLetterDesk::kBatchMax))
      out.push_back(letter.position);
    return out;
  }
  const json::Value* ids = body.find("ids");
  if (ids == nullptr || !ids->is_array()) return Error{Errc::kInvalidArgument, "ids: a list, or all: true"};
  if (ids->get_array().size() > DeadLetterDesk::kBatchMax) {
    return Error{Errc::kInvalidArgument, "ids: at most 1000 at once"};
  }
  for (const json::Value& id : ids->get_array()) {
    if (!id.is_string()) return Error{Errc::kInvalidArgument, "ids: a list of texts"};
    CLEW_TRY(const LogPosition position, parse_position(std::string_view(id.get_string())));
    out.push_back(position);
  }
  return out;
}

using Action = Result<operations::DeskOutcome> (DeadLetterDesk::*)(const std::vector<LogPosition>&, const auth::Actor&);

Result<http::Response> act(DeadLetterDesk& desk, Action action, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(std::vector<LogPosition> positions, chosen(desk, body));
  // Oldest first: what arrived first is applied first.
  std::sort(positions.begin(), positions.end());
  CLEW_TRY(const operations::DeskOutcome outcome,
           (desk.*action)(positions, auth::actor_of(context.principal, context.request)));
  JsonWriter json;
  json.begin_object();
  json.key("done").count(outcome.done);
  json.key("failed").count(outcome.failed);
  json.key("firstError").text_or_null(outcome.first_error);
  json.key("left").count(desk.letters().totals().letters);
  json.end_object();
  return http::json_response(200, json.take());
}

Route route_of(Method method, std::string pattern) {
  Route route;
  route.method = method;
  route.pattern = "/api/ui/operator/dead-letters" + std::move(pattern);
  route.scope = domain::Scope::kOperate;
  route.errors = ErrorShape::kUi;
  if (method != Method::kGet) route.body_bytes_max = kBodyMax;
  return route;
}

}  // namespace

void register_operator_dead_letters(Endpoints& endpoints, DeadLetterDesk& desk) {
  endpoints.add(route_of(Method::kGet, ""), [&desk](Context& context) { return list(desk, context); });
  endpoints.add(route_of(Method::kGet, "/{deadLetterId}"), [&desk](Context& context) { return show(desk, context); });
  endpoints.add(route_of(Method::kPost, "/{deadLetterId}/payload"),
                [&desk](Context& context) { return open(desk, context); });
  endpoints.add(route_of(Method::kPost, "/replay"),
                [&desk](Context& context) { return act(desk, &DeadLetterDesk::replay, context); });
  endpoints.add(route_of(Method::kPost, "/discard"),
                [&desk](Context& context) { return act(desk, &DeadLetterDesk::discard, context); });
}

}  // namespace clew::api
