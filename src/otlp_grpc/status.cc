#include "otlp_grpc/status.h"

#include <charconv>
#include <cstdint>

#include "base/json.h"

namespace clew::otlp_grpc {

namespace {

constexpr int kRetryAfterDefault = 1;
constexpr std::string_view kRetryInfoType = "type.googleapis.com/google.rpc.RetryInfo";

grpc::StatusCode code_of(int http_status) {
  switch (http_status) {
    case 400:
    // Not RESOURCE_EXHAUSTED: some exporters repeat that, and the message would be too large again.
    case 413:
    case 415:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case 401:
      return grpc::StatusCode::UNAUTHENTICATED;
    case 403:
      return grpc::StatusCode::PERMISSION_DENIED;
    case 404:
    case 405:
      return grpc::StatusCode::UNIMPLEMENTED;
    case 429:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case 503:
    case 504:
      return grpc::StatusCode::UNAVAILABLE;
    default:
      return grpc::StatusCode::INTERNAL;
  }
}

std::string message_of(const http::Response& response) {
  const auto body = json::try_parse(response.content());
  if (body) {
    for (const std::string_view name : {"message", "error"}) {
      const json::Value* text = json::find(*body, name);
      if (text && text->is_string()) return std::string(std::string_view(text->get_string()));
    }
  }
  return "status " + std::to_string(response.status);
}

int retry_after_seconds(const http::Response& response) {
  const std::string_view text = response.headers.get("retry-after");
  int seconds = kRetryAfterDefault;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seconds);
  return parsed.ec == std::errc{} && seconds > 0 ? seconds : kRetryAfterDefault;
}

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out += static_cast<char>(static_cast<unsigned char>(value) | 0x80U);
  out += static_cast<char>(value);
}

void append_varint_field(std::string& out, std::uint32_t number, std::uint64_t value) {
  append_varint(out, number << 3);
  append_varint(out, value);
}

void append_bytes_field(std::string& out, std::uint32_t number, std::string_view bytes) {
  append_varint(out, number << 3 | 2);
  append_varint(out, bytes.size());
  out += bytes;
}

// google.rpc.RetryInfo { Duration retry_delay = 1 }, Duration { int64 seconds = 1 }.
std::string retry_info_of(int seconds) {
  std::string duration, info;
  append_varint_field(duration, 1, static_cast<std::uint64_t>(seconds));
  append_bytes_field(info, 1, duration);
  return info;
}

// google.rpc.Status { code = 1, message = 2, repeated Any details = 3 }, Any { type_url = 1, value = 2 }.
std::string details_of(grpc::StatusCode code, std::string_view message, std::string_view retry_info) {
  std::string any, status;
  append_bytes_field(any, 1, kRetryInfoType);
  append_bytes_field(any, 2, retry_info);
  append_varint_field(status, 1, static_cast<std::uint64_t>(code));
  append_bytes_field(status, 2, message);
  append_bytes_field(status, 3, any);
  return status;
}

}  // namespace

Ending ending_of(const http::Response& response) {
  if (response.status >= 200 && response.status < 300) return {};
  const grpc::StatusCode code = code_of(response.status);
  const std::string message = message_of(response);
  if (code != grpc::StatusCode::UNAVAILABLE && code != grpc::StatusCode::RESOURCE_EXHAUSTED) {
    return {.status = grpc::Status(code, message), .retry_info = {}, .retry_after_ms = {}};
  }
  const int seconds = retry_after_seconds(response);
  std::string info = retry_info_of(seconds);
  grpc::Status status(code, message, details_of(code, message, info));
  return {.status = std::move(status), .retry_info = std::move(info), .retry_after_ms = seconds * 1000};
}

}  // namespace clew::otlp_grpc
