// The dispatcher: all routes, and everything that happens around a handler, in one order, once.
//
// match (404) → method (405) → credentials (401) → scope (403) → body (413, 415, 400) → handler → headers. Handlers run
// on a pool, or on the io thread where the route says so; a full pool answers 503 with Retry-After. What a GET handler
// reads ends when its client leaves (base/cancellation.h).
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/authentication.h"
#include "api/endpoint.h"
#include "api/route_tree.h"
#include "http/server.h"
#include "http/thread_pool.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace clew::api {

struct EndpointOptions {
  std::string base_path;  // "" or "/clew": stripped from every path; without it only health answers
  bool https = false;     // the public URL is https: adds Strict-Transport-Security
  // Handlers of GET routes run here when it is set, on the table's pool otherwise. Must outlive the table.
  http::ThreadPool* readers = nullptr;
};

// Answers what no route matches and is not below /api: the UI. Runs on an io thread, must not block for long.
using PageHandler = std::function<http::Response(const http::Request&, std::string_view path)>;

// Routes are added before the server starts; afterwards any thread. The references must outlive the table, and the
// table the server and the pool's tasks.
class EndpointTable final : public Endpoints, public http::Application {
 public:
  EndpointTable(EndpointOptions options, Authentication& authentication, http::ThreadPool& pool, telemetry::Logger log,
                telemetry::Metrics& metrics);
  ~EndpointTable() override;

  void add(Route route, Handler handler) override;
  void add_deferred(Route route, DeferredHandler handler) override;
  void set_pages(PageHandler pages) { pages_ = std::move(pages); }
  std::vector<const Route*> routes() const;
  // Of the route with this number (http::RequestSummary::route).
  std::string_view pattern_of(std::size_t route) const;

  void admit(std::shared_ptr<http::Request> request, http::Admit admit) override;
  http::Response failure(int status, std::string_view message, std::string_view request_id) override;
  void finished(const http::RequestSummary& summary) override;

 private:
  struct Entry;
  struct Exchange;
  using ExchangePtr = std::shared_ptr<Exchange>;

  Entry& add_entry(Route route);
  std::optional<std::string_view> without_base(std::string_view path) const;
  // The answer for a request that no handler will see, or null when exchange.entry is set.
  std::optional<http::Response> unrouted(Exchange& exchange, std::string_view path);
  Result<> set_path_params(Exchange& exchange, const std::vector<std::string_view>& raw) const;
  bool needs_principal(const Exchange& exchange) const;
  std::optional<http::Response> authorize(Exchange& exchange, Result<domain::Principal> who);
  void authenticate_then_admit(ExchangePtr exchange, http::Admit admit);
  http::Admission admission(ExchangePtr exchange, bool authenticated);
  void handle(const ExchangePtr& exchange, http::Respond respond, bool authenticated);
  void run(const ExchangePtr& exchange, http::Respond respond, bool authenticated);
  static bool reads(const Exchange& exchange);
  http::Response call(Exchange& exchange);
  http::Response unexpected(const Exchange& exchange, std::string_view what);
  http::Response finish(const Exchange& exchange, http::Response response) const;
  http::Response overloaded(const Exchange& exchange) const;

  const EndpointOptions options_;
  Authentication& authentication_;
  http::ThreadPool& pool_;
  const telemetry::Logger log_;
  telemetry::Metrics& metrics_;
  telemetry::Counter& exceptions_;
  telemetry::Counter& refused_;
  RouteTree tree_;
  std::deque<Entry> entries_;
  PageHandler pages_;
};

}  // namespace clew::api
