// GET /metrics in Prometheus text on a listener of its own, away from the public port.
#pragma once

#include <memory>
#include <string>

#include "http/server.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace clew::app {

class MetricsListener final : public http::Application {
 public:
  // `listen` is HOST:PORT. Null when it is empty or the port is taken: metrics are no reason not to start.
  static std::unique_ptr<MetricsListener> start(const std::string& listen, const telemetry::Metrics& metrics,
                                                telemetry::Logger log);
  ~MetricsListener() override;

  std::uint16_t port() const { return server_->port(); }

  void admit(std::shared_ptr<http::Request> request, http::Admit admit) override;
  http::Response failure(int status, std::string_view message, std::string_view request_id) override;
  void finished(const http::RequestSummary& /*summary*/) override {}

 private:
  explicit MetricsListener(const telemetry::Metrics& metrics) : metrics_(metrics) {}
  const telemetry::Metrics& metrics_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace clew::app
