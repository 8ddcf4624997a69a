#include "api/endpoint_table.h"

#include <algorithm>
#include <exception>

#include "base/cancellation.h"
#include "base/text.h"

namespace clew::api {

using domain::Principal;
using domain::Scope;
using http::Method;

namespace {

// What is no route has entries of its own for logs and metrics.
constexpr std::size_t kPageEntry = 1;
constexpr std::string_view kPublicPrefix = "/api/public/";
// A body on a route that wants none is read and ignored up to here: some clients send `{}` with everything.
constexpr std::size_t kIgnoredBodyMax = 64UL * 1024;
constexpr std::string_view kHeaders =
    "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\n"
    "X-Robots-Tag: noindex\r\nCross-Origin-Resource-Policy: same-origin\r\n";
constexpr std::string_view kHttpsHeaders =
    "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\n"
    "X-Robots-Tag: noindex\r\nCross-Origin-Resource-Policy: same-origin\r\n"
    "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n";
constexpr std::string_view kDataPolicy = "default-src 'none'; frame-ancestors 'none'";

constexpr std::string_view kCorsMethods = "GET, HEAD, PUT, PATCH, POST, DELETE";

bool is_api(std::string_view path) {
  return path == "/api" || path.starts_with("/api/");
}

// CORS answers browsers on the public API. MCP checks origins itself (api.md B.27).
bool has_cors(std::string_view path) {
  return path.starts_with(kPublicPrefix) && !path.starts_with("/api/public/mcp");
}

bool announces_body(const http::Request& request) {
  if (request.headers.find("transfer-encoding")) return true;
  const auto length = request.headers.find("content-length");
  return length && *length != "0";
}

ErrorShape shape_of_path(std::string_view path) {
  if (path.starts_with("/api/ui/")) return ErrorShape::kUi;
  return path.starts_with("/api/public/unstable/") ? ErrorShape::kCoded : ErrorShape::kStandard;
}

std::string allowed_methods(const RouteTree::Methods& methods) {
  std::string names;
  for (std::size_t i = 0; i < methods.size(); ++i) {
    if (methods[i] == RouteTree::kNone) continue;
    if (!names.empty()) names += ", ";
    names += http::to_text(static_cast<Method>(i));
    if (static_cast<Method>(i) == Method::kGet) names += ", HEAD";
  }
  return names;
}

// The texts of OTLP for a body that is no body (otel-mapping.md 1.3).
http::Response unread_body_response(ErrorShape shape, Error error, const http::Request& request) {
  if (shape == ErrorShape::kOtlp && error.code == Errc::kInvalidArgument) {
    const bool compressed = request.headers.find("content-encoding").has_value();
    error.message = compressed ? "Failed to decompress request body" : "Failed to read request body";
  }
  return error_response(shape, error, request.request_id);
}

}  // namespace

const std::string& Context::path(std::string_view name) const {
  for (const auto& [key, value] : path_params) {
    if (key == name) return value;
  }
  CLEW_ASSERT(false, "the route pattern has no such parameter");
}

struct EndpointTable::Entry {
  Route route;
  std::size_t number = 0;
  std::vector<std::string> parameters;
  Handler handler;
  DeferredHandler deferred;
  // Made when first needed: most deployments use few of the routes.
  std::atomic<telemetry::Histogram*> seconds{nullptr};
  std::array<std::atomic<telemetry::Counter*>, 6> requests{};  // by status / 100; 0: the client left
};

struct EndpointTable::Exchange {
  std::shared_ptr<http::Request> request;
  std::string_view path;  // without the base path
  const Entry* entry = nullptr;
  ErrorShape errors = ErrorShape::kStandard;
  Context context;

  explicit Exchange(std::shared_ptr<http::Request> r)
      : request(std::move(r)),
        context{.request = *request, .query = http::Query(request->query), .principal = {}, .path_params = {}} {}
};

EndpointTable::EndpointTable(EndpointOptions options, Authentication& authentication, http::ThreadPool& pool,
                             telemetry::Logger log, telemetry::Metrics& metrics)
    : options_(std::move(options)),
      authentication_(authentication),
      pool_(pool),
      log_(log),
      metrics_(metrics),
      exceptions_(metrics.counter("lf_unexpected_exceptions_total", "Exceptions that reached the dispatcher.")),
      refused_(metrics.counter("lf_http_refused_total", "Requests answered 503 because every worker was busy.")) {
  entries_.emplace_back().route.pattern = "(none)";
  entries_.emplace_back().route.pattern = "(page)";
}

EndpointTable::~EndpointTable() = default;

EndpointTable::Entry& EndpointTable::add_entry(Route route) {
  Entry& entry = entries_.emplace_back();
  entry.number = entries_.size() - 1;
  entry.parameters = RouteTree::parameters(route.pattern);
  if (route.wire_bytes_max == 0) route.wire_bytes_max = route.body_bytes_max;
  tree_.add(route.method, route.pattern, entry.number);
  entry.route = std::move(route);
  return entry;
}

void EndpointTable::add(Route route, Handler handler) {
  CLEW_ASSERT(!route.on_io_thread, "a blocking handler cannot run on an io thread");
  add_entry(std::move(route)).handler = std::move(handler);
}

void EndpointTable::add_deferred(Route route, DeferredHandler handler) {
  add_entry(std::move(route)).deferred = std::move(handler);
}

std::vector<const Route*> EndpointTable::routes() const {
  std::vector<const Route*> all;
  for (std::size_t i = 1; i < entries_.size(); ++i)
    all.push_back(&entries_[i].route);
  return all;
}

std::optional<std::string_view> EndpointTable::without_base(std::string_view path) const {
  if (options_.base_path.empty()) return path;
  if (path == "/api/public/health" || path == "/api/public/ready") return path;  // probes need not know the prefix
  if (!path.starts_with(options_.base_path)) return std::nullopt;
  const std::string_view rest = path.substr(options_.base_path.size());
  if (rest.empty()) return std::string_view("/");
  if (rest.front() != '/') return std::nullopt;
  return rest;
}

void EndpointTable::admit(std::shared_ptr<http::Request> request, http::Admit admit) {
  auto exchange = std::make_shared<Exchange>(std::move(request));
  const auto path = without_base(exchange->request->path);
  exchange->path = path.value_or(exchange->request->path);
  exchange->errors = shape_of_path(exchange->path);
  std::optional<http::Response> answer;
  if (!path) {
    answer = failure(404, "Not found", exchange->request->request_id);
  } else {
    answer = unrouted(*exchange, *path);
  }
  if (answer) {
    http::Admission refused;
    refused.answer = finish(*exchange, *std::move(answer));
    if (exchange->entry != nullptr) refused.route = exchange->entry->number;
    admit(std::move(refused));
    return;
  }
  if (!needs_principal(*exchange)) {
    admit(admission(std::move(exchange), true));
    return;
  }
  const Route& route = exchange->entry->route;
  auto known = authentication_.authenticate_cached(*exchange->request, route, exchange->context.path_params);
  if (known) {
    http::Admission decided;
    decided.answer = authorize(*exchange, *std::move(known));
    decided.route = exchange->entry->number;
    admit(decided.answer ? std::move(decided) : admission(std::move(exchange), true));
  } else if (!route.on_io_thread && !announces_body(*exchange->request)) {
    admit(admission(std::move(exchange), false));  // no body to keep from strangers: one visit to the pool does both
  } else {
    authenticate_then_admit(std::move(exchange), std::move(admit));
  }
}

std::optional<http::Response> EndpointTable::unrouted(Exchange& exchange, std::string_view path) {
  const http::Request& request = *exchange.request;
  const auto match = tree_.find(path);
  if (!match) {
    if (request.method == Method::kOptions && has_cors(path)) return http::text_response(204, {});
    if (is_api(path) || !pages_) return failure(404, "Not found", request.request_id);
    if (request.method != Method::kGet && request.method != Method::kHead) {
      return method_response(exchange.errors, "GET, HEAD", request.request_id);
    }
    exchange.entry = &entries_[kPageEntry];
    return pages_(request, path);
  }
  std::size_t number = (*match->methods)[static_cast<std::size_t>(request.method)];
  if (number == RouteTree::kNone && request.method == Method::kHead) {
    number = (*match->methods)[static_cast<std::size_t>(Method::kGet)];
  }
  if (number == RouteTree::kNone) {
    if (request.method == Method::kOptions && has_cors(path)) return http::text_response(204, {});
    for (const std::size_t other : *match->methods) {
      if (other != RouteTree::kNone) exchange.errors = entries_[other].route.errors;
    }
    return method_response(exchange.errors, allowed_methods(*match->methods), request.request_id);
  }
  exchange.entry = &entries_[number];
  exchange.errors = exchange.entry->route.errors;
  const Result<> decoded = set_path_params(exchange, match->values);
  if (!decoded) return error_response(exchange.errors, decoded.error(), request.request_id);
  return std::nullopt;
}

Result<> EndpointTable::set_path_params(Exchange& exchange, const std::vector<std::string_view>& raw) const {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    auto value = text::percent_decode(raw[i], false);
    if (!value || !text::is_utf8(*value) || value->find('\0') != std::string::npos) {
      return Error{Errc::kInvalidArgument, "Invalid path parameter " + exchange.entry->parameters[i]};
    }
    exchange.context.path_params.emplace_back(exchange.entry->parameters[i], *std::move(value));
  }
  return ok();
}

// Public routes ask nobody, with one exception: public UI routes show a signed-in user as such.
bool EndpointTable::needs_principal(const Exchange& exchange) const {
  const Route& route = exchange.entry->route;
  if (route.scope != Scope::kPublic) return true;
  return route.errors == ErrorShape::kUi && exchange.request->headers.find("cookie").has_value();
}

std::optional<http::Response> EndpointTable::authorize(Exchange& exchange, Result<Principal> who) {
  const Route& route = exchange.entry->route;
  const std::string& id = exchange.request->request_id;
  const bool outage = !who && (who.error().code == Errc::kUnavailable || who.error().code == Errc::kInternal);
  // "We cannot tell" is not "signed out": the UI would send everybody to the sign-in page.
  if (route.scope == Scope::kPublic && !outage) {
    if (who) exchange.context.principal = *std::move(who);
    return std::nullopt;
  }
  if (!who) {
    if (outage) {
      log_.error("authentication.failed", {{"request_id", id}, {"reason", who.error().message}});
    }
    return finish(exchange, authentication_response(route.errors, who.error(), id));
  }
  exchange.request->project_id = who->project_id;
  if (!domain::allows(*who, route.scope)) {
    const Error denied{Errc::kForbidden, "Access denied - insufficient permissions for this endpoint"};
    return finish(exchange, authentication_response(route.errors, denied, id));
  }
  exchange.context.principal = *std::move(who);
  if (route.before_body) {
    const Result<> wanted = route.before_body(exchange.context);
    if (!wanted) return finish(exchange, error_response(route.errors, wanted.error(), id));
  }
  return std::nullopt;
}

void EndpointTable::authenticate_then_admit(ExchangePtr exchange, http::Admit admit) {
  // Shared, because the pool may refuse the task and the answer is then given here.
  auto waiting = std::make_shared<http::Admit>(std::move(admit));
  http::ThreadPool::Task task = [this, exchange, waiting] {
    http::Admission decided;
    decided.route = exchange->entry->number;
    try {
      auto who =
          authentication_.authenticate(*exchange->request, exchange->entry->route, exchange->context.path_params);
      decided.answer = authorize(*exchange, std::move(who));
    } catch (const std::exception& e) {  // the last resort: a bug must cost one request, not the server
      decided.answer = finish(*exchange, unexpected(*exchange, e.what()));
    }
    (*waiting)(decided.answer ? std::move(decided) : admission(exchange, true));
  };
  if (pool_.try_submit(task)) return;
  http::Admission refused;
  refused.answer = overloaded(*exchange);
  refused.route = exchange->entry->number;
  (*waiting)(std::move(refused));
}

http::Admission EndpointTable::admission(ExchangePtr exchange, bool authenticated) {
  const Route& route = exchange->entry->route;
  http::Admission admission;
  admission.route = exchange->entry->number;
  admission.body_bytes_max = std::max(route.body_bytes_max, kIgnoredBodyMax);
  admission.wire_bytes_max = std::max(route.wire_bytes_max, kIgnoredBodyMax);
  admission.watch_client = !route.on_io_thread;
  admission.refuse = [this, exchange](const Error& error) {
    return finish(*exchange, unread_body_response(exchange->errors, error, *exchange->request));
  };
  admission.handle = [this, exchange, authenticated](http::Respond respond) {
    handle(exchange, std::move(respond), authenticated);
  };
  return admission;
}

void EndpointTable::handle(const ExchangePtr& exchange, http::Respond respond, bool authenticated) {
  if (exchange->entry->route.on_io_thread) {
    run(exchange, std::move(respond), authenticated);
    return;
  }
  auto waiting = std::make_shared<http::Respond>(std::move(respond));
  http::ThreadPool::Task task = [this, exchange, waiting, authenticated] {
    run(exchange, std::move(*waiting), authenticated);
  };
  http::ThreadPool& pool = options_.readers && reads(*exchange) ? *options_.readers : pool_;
  if (!pool.try_submit(task)) (*waiting)(overloaded(*exchange));
}

void EndpointTable::run(const ExchangePtr& exchange, http::Respond respond, bool authenticated) {
  const Entry& entry = *exchange->entry;
  try {
    if (!authenticated) {
      auto who = authentication_.authenticate(*exchange->request, entry.route, exchange->context.path_params);
      if (auto refused = authorize(*exchange, std::move(who))) return respond(*std::move(refused));
    }
    if (!entry.deferred) return respond(finish(*exchange, call(*exchange)));
  } catch (const std::exception& e) {
    return respond(finish(*exchange, unexpected(*exchange, e.what())));
  }
  // From here the handler owns the answer; when it throws, dropping `respond` answers 500.
  try {
    entry.deferred(exchange->context, [this, exchange, respond = std::move(respond)](http::Response response) mutable {
      respond(finish(*exchange, std::move(response)));
    });
  } catch (const std::exception& e) {
    static_cast<void>(unexpected(*exchange, e.what()));
  }
}

bool EndpointTable::reads(const Exchange& exchange) {
  return exchange.request->method == Method::kGet || exchange.request->method == Method::kHead;
}

http::Response EndpointTable::call(Exchange& exchange) {
  const std::string& id = exchange.request->request_id;
  // A change that was begun is finished, whoever waits for it.
  const CancellationScope scope(reads(exchange) ? exchange.request->cancelled : std::stop_token());
  Result<http::Response> result = exchange.entry->handler(exchange.context);
  if (result) return *std::move(result);
  const Error& error = result.error();
  // api.md A.3: a query that takes too long is the client's to narrow; clients repeat every 5xx.
  if (error.code == Errc::kDeadlineExceeded && exchange.errors == ErrorShape::kStandard &&
      exchange.entry->route.method == Method::kGet) {
    return http::json_response(422, R"({"message":"The query took too long. Narrow the time range or add filters.",)"
                                    R"("error":"Request timed out"})");
  }
  http::Response response = error_response(exchange.errors, error, id);
  if (response.status >= 500 && error.code != Errc::kCancelled) {
    log_.error("request.failed",
               {{"request_id", id},
                {"route", exchange.entry->route.pattern},
                {"code", to_text(error.code)},
                {"reason", error.message}},
               exchange.entry->route.pattern);
  }
  return response;
}

http::Response EndpointTable::unexpected(const Exchange& exchange, std::string_view what) {
  exceptions_.add();
  log_.error(
      "unexpected_exception",
      {{"request_id", exchange.request->request_id}, {"route", exchange.entry->route.pattern}, {"reason", what}});
  return error_response(exchange.errors, {Errc::kInternal, {}}, exchange.request->request_id);
}

http::Response EndpointTable::overloaded(const Exchange& exchange) const {
  refused_.add();
  http::Response response = error_response(exchange.errors, {Errc::kOverloaded, {}}, exchange.request->request_id);
  response.headers.set("Retry-After", retry_after(1));
  return finish(exchange, std::move(response));
}

// What every answer carries (security.md 11, api.md A.4).
http::Response EndpointTable::finish(const Exchange& exchange, http::Response response) const {
  const http::Request& request = *exchange.request;
  if (response.static_headers.empty()) response.static_headers = options_.https ? kHttpsHeaders : kHeaders;
  if (is_api(exchange.path)) {
    if (!response.headers.find("Content-Security-Policy")) {
      response.headers.add("Content-Security-Policy", std::string(kDataPolicy));
    }
    if (!response.headers.find("Cache-Control")) response.headers.add("Cache-Control", "no-store");
  }
  response.headers.add("X-Request-Id", request.request_id);
  if (!has_cors(exchange.path)) return response;
  const auto origin = request.headers.find("origin");
  if (!origin) return response;
  response.headers.add("Access-Control-Allow-Origin", std::string(*origin));
  response.headers.add("Vary", "Origin");
  if (request.method == Method::kOptions) {
    response.headers.add("Access-Control-Allow-Methods", std::string(kCorsMethods));
    const auto wanted = request.headers.find("access-control-request-headers");
    if (wanted) response.headers.add("Access-Control-Allow-Headers", std::string(*wanted));
    response.headers.add("Access-Control-Max-Age", "86400");
  } else {
    response.headers.add("Access-Control-Expose-Headers", "Retry-After, X-Request-Id");
  }
  return response;
}

http::Response EndpointTable::failure(int status, std::string_view message, std::string_view request_id) {
  http::Response response = [&] {
    switch (status) {
      case 413:
        return error_response(ErrorShape::kStandard, {Errc::kTooLarge, std::string(message)}, request_id);
      case 500:
        return error_response(ErrorShape::kStandard, {Errc::kInternal, {}}, request_id);
      case 503:
        return error_response(ErrorShape::kStandard, {Errc::kOverloaded, {}}, request_id);
      default:
        return error_response(ErrorShape::kStandard, {Errc::kInvalidArgument, std::string(message)}, request_id);
    }
  }();
  if (status == 404) response.body = R"({"message":"Not found","error":"NotFoundError"})";
  response.status = status;
  response.static_headers = options_.https ? kHttpsHeaders : kHeaders;
  return response;
}

std::string_view EndpointTable::pattern_of(std::size_t route) const {
  return entries_[route].route.pattern;
}

void EndpointTable::finished(const http::RequestSummary& summary) {
  Entry& entry = entries_[summary.route];
  const std::string_view method = http::to_text(summary.request.method);
  const std::size_t status_class = std::min<std::size_t>(5, static_cast<std::size_t>(summary.status) / 100);
  telemetry::Counter* requests = entry.requests[status_class].load(std::memory_order_acquire);
  telemetry::Histogram* seconds = entry.seconds.load(std::memory_order_acquire);
  const std::string_view route_method = summary.route <= kPageEntry ? "ANY" : http::to_text(entry.route.method);
  if (requests == nullptr) {
    static constexpr std::array<std::string_view, 6> kClasses = {"left", "1xx", "2xx", "3xx", "4xx", "5xx"};
    requests = &metrics_.counter("lf_http_requests_total", "Requests answered, by route and class of status.",
                                 {{"route", entry.route.pattern},
                                  {"method", std::string(route_method)},
                                  {"status", std::string(kClasses[status_class])}});
    entry.requests[status_class].store(requests, std::memory_order_release);
  }
  if (seconds == nullptr) {
    seconds = &metrics_.histogram("lf_http_request_seconds", "From the head of a request to its written answer.",
                                  telemetry::latency_bounds(),
                                  {{"route", entry.route.pattern}, {"method", std::string(route_method)}});
    entry.seconds.store(seconds, std::memory_order_release);
  }
  requests->add();
  seconds->observe(static_cast<double>(summary.duration_us) / 1e6);

  const bool probe = entry.route.pattern.ends_with("/health") || entry.route.pattern.ends_with("/ready");
  const telemetry::Level level = probe && summary.status < 500 ? telemetry::Level::kDebug : telemetry::Level::kInfo;
  if (!log_.is_on(level)) return;
  log_.write(level, "http.request",
             {{"request_id", summary.request.request_id},
              {"method", method},
              {"route", entry.route.pattern},
              {"status", summary.status},
              {"duration_ms", static_cast<double>(summary.duration_us) / 1000},
              {"bytes_in", summary.bytes_in},
              {"bytes_out", summary.bytes_out}},
             entry.route.pattern);
}

}  // namespace clew::api
