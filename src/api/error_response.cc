#include <random>

#include "api/endpoint.h"
#include "base/json.h"

namespace clew::api {

namespace {

struct Form {
  int status;
  std::string_view name;   // `error` of shape (1)
  std::string_view code;   // `code` of shapes (4) and kUi
  std::string_view fixed;  // message that replaces ours, where detail must not leave
};

Form form_of(Errc code) {
  switch (code) {
    case Errc::kInvalidArgument:
      return {400, "InvalidRequestError", "invalid_request", {}};
    case Errc::kUnauthenticated:
      return {401, "UnauthorizedError", "authentication_failed", {}};
    case Errc::kForbidden:
      return {403, "ForbiddenError", "access_denied", {}};
    case Errc::kNotFound:
      return {404, "LangfuseNotFoundError", "resource_not_found", {}};
    case Errc::kConflict:
      return {409, "LangfuseConflictError", "conflict", {}};
    case Errc::kTooLarge:
      return {413, "PayloadTooLargeError", "too_large", {}};
    case Errc::kUnsupported:
      return {415, "UnsupportedMediaTypeError", "unsupported_media_type", {}};
    case Errc::kOverloaded:
      return {503, "ServiceUnavailableError", "overloaded", "Overloaded, try again later"};
    case Errc::kRateLimited:
      return {429, "RateLimitExceededError", "rate_limited", {}};
    case Errc::kCancelled:
      return {503, "ServiceUnavailableError", "cancelled", "The request was cancelled"};
    case Errc::kDeadlineExceeded:
      return {504, "Request timed out", "deadline_exceeded", "Request timed out"};
    case Errc::kUnavailable:
      return {503, "ServiceUnavailableError", "unavailable", "Service Unavailable"};
    case Errc::kCorruption:
    case Errc::kInternal:
      break;
  }
  return {500, "An unknown error occurred", "internal_error", "Internal Server Error"};
}

http::Response shaped(ErrorShape shape, const Form& form, std::string_view message, std::string_view request_id) {
  json::Object body;
  if (form.status == 429 && shape != ErrorShape::kUi) shape = ErrorShape::kCoded;  // on every route (api.md A.3)
  switch (shape) {
    case ErrorShape::kStandard:
      body["message"] = message;
      body["error"] = form.name;
      break;
    case ErrorShape::kIngestion:
      if (form.status == 400) {
        body["message"] = "Invalid request data";
        body["errors"] = json::Array{json::Value(message)};
      } else {
        body["error"] = form.name;
        body["message"] = message;
      }
      break;
    case ErrorShape::kOtlp:
    case ErrorShape::kError:
      body["error"] = message;
      break;
    case ErrorShape::kMessage:
      body["message"] = message;
      break;
    case ErrorShape::kUi:
      body["code"] = form.code;
      body["message"] = message;
      body["requestId"] = request_id;
      break;
    case ErrorShape::kCoded:
      body["message"] = message;
      body["code"] = form.status >= 500 ? std::string_view("internal_error") : form.code;
      break;
  }
  if (form.status >= 500 && shape != ErrorShape::kUi) body["requestId"] = request_id;
  http::Response response = http::json_response(form.status, json::to_text(body));
  if (form.status == 429) response.headers.add("Retry-After", "60");  // the window in which callers are counted
  if (form.status == 503) response.headers.add("Retry-After", retry_after(form.code == "overloaded" ? 0.5 : 0.2));
  return response;
}

}  // namespace

std::string retry_after(double pressure) {
  std::random_device random;
  const int longest = 3 + static_cast<int>(27 * pressure);
  return std::to_string(std::uniform_int_distribution<int>(1, longest)(random));
}

http::Response error_response(ErrorShape shape, const Error& error, std::string_view request_id) {
  const Form form = form_of(error.code);
  return shaped(shape, form, form.fixed.empty() ? std::string_view(error.message) : form.fixed, request_id);
}

http::Response authentication_response(ErrorShape shape, const Error& error, std::string_view request_id) {
  const Form form = form_of(error.code);
  const bool plain = shape == ErrorShape::kStandard || shape == ErrorShape::kOtlp;
  return shaped(plain && form.status < 500 ? ErrorShape::kMessage : shape, form,
                form.fixed.empty() ? std::string_view(error.message) : form.fixed, request_id);
}

http::Response method_response(ErrorShape shape, std::string_view allowed_methods, std::string_view request_id) {
  http::Response response =
      shaped(shape, {405, "MethodNotAllowedError", "method_not_allowed", {}}, "Method not allowed", request_id);
  response.headers.add("Allow", std::string(allowed_methods));
  return response;
}

http::Response validation_response(std::string_view code, const std::vector<std::string>& path,
                                   std::string_view message) {
  json::Array keys;
  for (const std::string& key : path)
    keys.emplace_back(key);
  json::Object issue;
  issue["code"] = code;
  issue["path"] = std::move(keys);
  issue["message"] = message;
  json::Object body;
  body["message"] = "Invalid request data";
  body["error"] = json::Array{json::Value(std::move(issue))};
  return http::json_response(400, json::to_text(body));
}

}  // namespace clew::api
