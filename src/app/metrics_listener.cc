#include "app/metrics_listener.h"

#include <charconv>

namespace clew::app {

std::unique_ptr<MetricsListener> MetricsListener::start(const std::string& listen, const telemetry::Metrics& metrics,
                                                        telemetry::Logger log) {
  const auto colon = listen.rfind(':');
  if (colon == std::string::npos) return nullptr;
  http::ServerOptions options;
  options.address = listen.substr(0, colon);
  std::from_chars(listen.data() + colon + 1, listen.data() + listen.size(), options.port);
  options.io_threads = 1;
  options.connections_max = 32;
  std::unique_ptr<MetricsListener> out(new MetricsListener(metrics));
  auto server = http::Server::start(options, *out);
  if (!server) {
    log.warn("metrics.not_listening", {{"listen", listen}, {"why", server.error().message}});
    return nullptr;
  }
  out->server_ = *std::move(server);
  return out;
}

MetricsListener::~MetricsListener() {
  if (server_) server_->stop(std::chrono::milliseconds(500));
}

void MetricsListener::admit(std::shared_ptr<http::Request> request, http::Admit admit) {
  http::Admission admission;
  if (request->path == "/metrics") {
    http::Response response = http::text_response(200, metrics_.to_prometheus());
    response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    admission.answer = std::move(response);
  } else {
    admission.answer = http::text_response(404, "metrics are at /metrics\n");
  }
  admit(std::move(admission));
}

http::Response MetricsListener::failure(int status, std::string_view message, std::string_view /*request_id*/) {
  return http::text_response(status, std::string(message) + "\n");
}

}  // namespace clew::app
