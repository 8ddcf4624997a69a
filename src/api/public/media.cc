#include "api/public/media.h"

#include <algorithm>
#include <charconv>

#include "api/json/json_writer.h"
#include "api/request_body.h"
#include "base/text.h"
#include "media/content_type.h"

namespace clew::api {

namespace {

using domain::Scope;
using http::Method;

// ---- announcing and reporting --------------------------------------------------------------------------------------

Result<http::Response> announce(const MediaRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  media::Announcement wish;
  CLEW_TRY(wish.content_type, body.text("contentType"));
  CLEW_TRY(const auto length, body.optional_integer("contentLength"));
  if (!length || *length <= 0) return Error{Errc::kInvalidArgument, "contentLength: expected a positive integer"};
  wish.content_length = static_cast<std::uint64_t>(*length);
  CLEW_TRY(wish.sha256, body.text("sha256Hash"));
  CLEW_TRY(wish.usage.field, body.text("field"));
  CLEW_TRY(auto trace, body.optional_text("traceId"));
  CLEW_TRY(auto observation, body.optional_text("observationId"));
  CLEW_TRY(auto dataset, body.optional_text("datasetId"));
  CLEW_TRY(auto item, body.optional_text("datasetItemId"));
  wish.usage.trace_id = trace.value_or("");
  wish.usage.observation_id = observation.value_or("");
  wish.usage.dataset_id = dataset.value_or("");
  wish.usage.dataset_item_id = item.value_or("");
  CLEW_TRY(const media::Ticket ticket, routes.library.announce(context.project_id(), wish));
  JsonWriter json;
  json.begin_object().key("mediaId").text(ticket.media_id);
  json.key("uploadUrl").optional_text(ticket.upload_url);
  json.end_object();
  return http::json_response(201, json.take());
}

Result<http::Response> report(const MediaRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  media::Report report;
  CLEW_TRY(const auto uploaded_at, body.optional_time("uploadedAt"));
  if (!uploaded_at) return Error{Errc::kInvalidArgument, "uploadedAt: expected a time like 2026-11-23T12:00:00Z"};
  CLEW_TRY(const auto status, body.optional_integer("uploadHttpStatus"));
  if (!status) return Error{Errc::kInvalidArgument, "uploadHttpStatus: expected an integer"};
  report.uploaded_at = *uploaded_at;
  report.status = *status;
  CLEW_TRY(report.error, body.optional_text("uploadHttpError"));
  CLEW_TRY(report.time_ms, body.optional_integer("uploadTimeMs"));
  CLEW_CHECK(routes.library.report(context.project_id(), context.path("mediaId"), report));
  return http::json_response(200, R"({"message":"OK"})");
}

http::Response described(const media::MediaFile& file, const media::SignedUrl& link) {
  JsonWriter json;
  json.begin_object().key("mediaId").text(file.id);
  json.key("contentType").text(file.content_type);
  json.key("contentLength").count(file.content_length);
  json.key("uploadedAt").time(file.uploaded_at);
  json.key("url").text(link.url);
  json.key("urlExpiry").time(link.expires_at);
  json.end_object();
  return http::json_response(200, json.take());
}

Result<http::Response> describe(const MediaRoutes& routes, Context& context) {
  CLEW_TRY(const auto file, routes.library.get(context.project_id(), context.path("mediaId")));
  CLEW_TRY(const auto link, routes.library.download_url(context.project_id(), file));
  return described(file, link);
}

Result<http::Response> describe_for_pages(const MediaRoutes& routes, Context& context) {
  CLEW_TRY(const auto file, routes.library.get(context.project_id(), context.path("mediaId")));
  media::SignedUrl link = routes.library.download_path(context.project_id(), file);
  link.url.insert(0, routes.base_path);
  return described(file, link);
}

// ---- bytes by signed link ------------------------------------------------------------------------------------------

struct LinkAndSignature {
  media::ContentLink link;
  std::string signature;
};

template <class Number>
Number number_or_zero(std::string_view text) {
  Number number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size() ? number : 0;
}

// A number that is none becomes 0, under which nothing is signed.
LinkAndSignature link_of(const Context& context) {
  const auto given = [&](std::string_view name) { return std::string(context.query.find(name).value_or("")); };
  constexpr std::int64_t kSecondsMax = 1'000'000'000'000;
  const std::int64_t seconds = std::min(number_or_zero<std::int64_t>(given("expires")), kSecondsMax);
  return {.link = {.project_id = given("project"),
                   .media_id = context.path("mediaId"),
                   .expires_at = seconds * 1'000'000,
                   .content_type = given("type"),
                   .content_length = number_or_zero<std::uint64_t>(given("length")),
                   .sha256 = given("sha256")},
          .signature = given("signature")};
}

// Plain text, as the object stores answer whose place this takes; SDKs hand it to their users.
Result<http::Response> refused(const Error& error) {
  switch (error.code) {
    case Errc::kForbidden:
      return http::text_response(403, error.message);
    case Errc::kInvalidArgument:
      return http::text_response(400, error.message);
    case Errc::kNotFound:
      return http::text_response(404, "There is no such file.");
    case Errc::kUnsupported:
      return http::text_response(416, error.message);
    default:
      return error;
  }
}

Result<http::Response> receive(const MediaRoutes& routes, Context& context) {
  const auto [link, signature] = link_of(context);
  const http::Headers& headers = context.request.headers;
  // An object store refuses a header that its link does not allow.
  const auto checksum = headers.find("x-amz-checksum-sha256");
  if (checksum && *checksum != link.sha256) return http::text_response(403, "The checksum is not the announced one.");
  const auto done = routes.library.receive(link, signature, headers.get("content-type"), context.request.body);
  if (!done) return refused(done.error());
  return http::text_response(200, {});
}

struct ByteRange {
  std::uint64_t first = 0;
  std::optional<std::uint64_t> length;
};

// "bytes=10-", "bytes=10-19"; null: anything else, for which the whole file is a correct answer.
std::optional<ByteRange> range_of(std::string_view header) {
  if (!header.starts_with("bytes=")) return std::nullopt;
  header.remove_prefix(6);
  const std::size_t dash = header.find('-');
  if (dash == 0 || dash == std::string_view::npos) return std::nullopt;
  ByteRange range;
  const std::string_view from = header.substr(0, dash), to = header.substr(dash + 1);
  auto parsed = std::from_chars(from.data(), from.data() + from.size(), range.first);
  if (parsed.ec != std::errc{} || parsed.ptr != from.data() + from.size()) return std::nullopt;
  if (to.empty()) return range;
  std::uint64_t last = 0;
  parsed = std::from_chars(to.data(), to.data() + to.size(), last);
  if (parsed.ec != std::errc{} || parsed.ptr != to.data() + to.size() || last < range.first) return std::nullopt;
  range.length = last - range.first + 1;
  return range;
}

Result<http::Response> hand_out(const MediaRoutes& routes, Context& context) {
  const auto [link, signature] = link_of(context);
  const auto range = range_of(context.request.headers.get("range"));
  const ByteRange wanted = range.value_or(ByteRange{});
  auto content = routes.library.open(link, signature, wanted.first, wanted.length);
  if (!content) return refused(content.error());

  http::Response response;
  response.status = range ? 206 : 200;
  response.headers.add("Content-Type", content->content_type);
  const std::string name = link.media_id + "." + media::extension_of(content->content_type);
  const bool is_inline = media::is_shown_inline(content->content_type);
  response.headers.add("Content-Disposition",
                       std::string(is_inline ? "inline" : "attachment") + "; filename=\"" + name + "\"");
  response.headers.add("Content-Security-Policy", "sandbox; default-src 'none'");
  response.headers.add("Cache-Control", "private, max-age=3600");
  response.headers.add("Accept-Ranges", "bytes");
  if (range) {
    const std::uint64_t last = content->first + content->bytes.size() - (content->bytes.empty() ? 0 : 1);
    response.headers.add("Content-Range", "bytes " + std::to_string(content->first) + "-" + std::to_string(last) + "/" +
                                              std::to_string(content->total));
  }
  response.body = std::move(content->bytes);
  return response;
}

}  // namespace

void register_media(Endpoints& endpoints, MediaRoutes routes) {
  const auto add = [&](Method method, std::string pattern, Scope scope, ErrorShape errors, std::size_t body_max,
                       auto handler) {
    endpoints.add(
        {.method = method, .pattern = std::move(pattern), .scope = scope, .errors = errors, .body_bytes_max = body_max},
        [routes, handler](Context& context) { return handler(routes, context); });
  };
  const std::string all = "/api/public/media", one = all + "/{mediaId}";
  add(Method::kPost, all, Scope::kIngest, ErrorShape::kStandard, kJsonBodyMax, announce);
  add(Method::kPatch, one, Scope::kIngest, ErrorShape::kStandard, kJsonBodyMax, report);
  add(Method::kGet, one, Scope::kProjectRead, ErrorShape::kStandard, 0, describe);
  add(Method::kPut, one + "/content", Scope::kPublic, ErrorShape::kStandard, routes.bytes_max, receive);
  add(Method::kGet, one + "/content", Scope::kPublic, ErrorShape::kStandard, 0, hand_out);
  add(Method::kGet, "/api/ui/projects/{projectId}/media/{mediaId}", Scope::kProjectRead, ErrorShape::kUi, 0,
      describe_for_pages);
}

}  // namespace clew::api
