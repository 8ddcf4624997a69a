// HTTP requests and responses as plain values. http/ knows no route and no product word.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clew::http {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };
std::string_view to_text(Method method);
Method parse_method(std::string_view text);  // kOther for what we do not serve

class Headers {
 public:
  void add(std::string name, std::string value) { items_.emplace_back(std::move(name), std::move(value)); }
  void set(std::string_view name, std::string value);
  // First value by name: case-insensitive, and `_` equals `-` (old SDKs send x_langfuse_sdk_name).
  std::optional<std::string_view> find(std::string_view name) const;
  std::string_view get(std::string_view name) const { return find(name).value_or(std::string_view{}); }
  const std::vector<std::pair<std::string, std::string>>& items() const { return items_; }

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

struct Request {
  Method method = Method::kGet;
  std::string path;   // as received, still percent-encoded, without query
  std::string query;  // after '?', still encoded
  Headers headers;
  std::string body;  // decompressed when the route asked for it
  std::size_t body_wire_bytes = 0;
  std::string remote_address;  // of the client; behind a trusted proxy the one the proxy names
  std::string request_id;
  // Set by the application once it knows for whom the request is; for whoever looks at it when it is finished.
  std::string project_id;
  // Stopped when the client leaves before it has its answer. Callbacks run on an io thread: they must be short.
  std::stop_token cancelled;

  // A cookie of the Cookie header.
  std::optional<std::string> cookie(std::string_view name) const;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  // When set, used instead of `body`: bytes that live as long as the program (embedded files).
  std::string_view static_body;
  // Ready-made header lines, each ended by CRLF, that live as long as the program; sent after `headers`.
  std::string_view static_headers;

  std::string_view content() const { return static_body.empty() ? std::string_view(body) : static_body; }
};

Response json_response(int status, std::string body);  // Content-Type: application/json; charset=utf-8
Response text_response(int status, std::string body);

// Gives the answer of one request. May be called from any thread, once; dropping it unanswered sends 500.
using Respond = std::move_only_function<void(Response)>;

// Query parameters in order, decoded. `a=1&a=2` has two entries.
class Query {
 public:
  explicit Query(std::string_view raw);
  std::optional<std::string_view> find(std::string_view name) const;  // first value
  std::vector<std::string> all(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& items() const { return items_; }

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

}  // namespace clew::http
