// A route and everything that is decided before its handler runs. The order is fixed here, once:
// method (405) → credentials (401) → scope (403) → body limit and decompression (413, 415, 400) → handler.
// Nobody's body is kept before we know who they are.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "domain/principal.h"
#include "http/message.h"

namespace clew::api {

// How errors of a route look (contract/api.md A.3).
enum class ErrorShape : std::uint8_t {
  kStandard,   // (1) {"message","error"}
  kIngestion,  // (2) {"error","message"} with UnauthorizedError, plain errors list for 400
  kOtlp,       // (3) {"error"} for 4xx of the body, {"message"} for 401/403
  kMessage,    // (5) {"message"}: /projects
  kUi,         // /api/ui: {"code","message","requestId"}
  kError,      // (5) {"error"}: /organizations, project memberships, /api/admin
  kCoded,      // (4) {"message","code"}: /unstable
};

// Everything a handler gets. Lives until the answer is given: for a deferred handler until `respond` is called or
// dropped. A handler may move the body out of the request.
struct Context {
  http::Request& request;
  http::Query query;
  domain::Principal principal;
  std::vector<std::pair<std::string, std::string>> path_params;  // decoded

  // A path parameter of the pattern; asking for one that the pattern lacks is a bug.
  const std::string& path(std::string_view name) const;
  const std::string& project_id() const { return principal.project_id; }
};

// Runs on a pool thread and may block. The usual kind.
using Handler = std::function<Result<http::Response>(Context&)>;
// Answers later through `respond`, from any thread (ingestion waits for the group commit without holding a thread).
// Runs on an io thread when the route says so, and then must not block; else on a pool thread.
using DeferredHandler = std::function<void(Context&, http::Respond respond)>;

struct Route {
  http::Method method = http::Method::kGet;
  std::string pattern;  // "/api/public/traces/{traceId}"; a parameter is one segment, split before decoding
  domain::Scope scope = domain::Scope::kProjectRead;
  ErrorShape errors = ErrorShape::kStandard;
  std::size_t body_bytes_max = 0;  // after decompression; kJsonBodyMax unless there is a reason
  std::size_t wire_bytes_max = 0;  // as sent, when compressed; 0: the same as body_bytes_max
  bool on_io_thread = false;       // deferred handlers only: run without a change of thread
  // Asked once it is known who sends and before anything of the body is read; an error is the answer. On an io thread:
  // must not block.
  std::function<Result<>(const Context&)> before_body = {};
};

// api.md A.11: at least 8 MB everywhere.
inline constexpr std::size_t kJsonBodyMax = 8UL * 1024 * 1024;

class Endpoints {
 public:
  virtual ~Endpoints() = default;
  virtual void add(Route route, Handler handler) = 0;
  virtual void add_deferred(Route route, DeferredHandler handler) = 0;
};

// Turns an Error into the route's error shape. The only place where an Errc becomes a status. 5xx bodies carry no
// detail, only the request id. 503 carries a Retry-After with jitter.
http::Response error_response(ErrorShape shape, const Error& error, std::string_view request_id);
// 400 {"message":"Invalid request data","error":[{code,path,message}]} (zod-like issue list).
http::Response validation_response(std::string_view code, const std::vector<std::string>& path,
                                   std::string_view message);
// The same for what authentication and scopes refuse (401, 403, 503), which looks different in some shapes.
http::Response authentication_response(ErrorShape shape, const Error& error, std::string_view request_id);
// 405, before anybody is asked who they are.
http::Response method_response(ErrorShape shape, std::string_view allowed_methods, std::string_view request_id);
// Seconds for Retry-After: 1 to 30, random, longer under more pressure (0 to 1).
std::string retry_after(double pressure);

}  // namespace clew::api
