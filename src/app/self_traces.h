// Clew's own requests as spans, for an OTLP endpoint of the operator's choice (OTEL_EXPORTER_OTLP_ENDPOINT; off
// without). A span carries method, route, status and sizes, no content, no query, no credentials. A request with a
// traceparent continues that trace.
//
// Spans cause requests where the endpoint is Clew itself, perhaps behind a collector. So our own exporter's requests
// make no span, and spans of the OTLP doors alone start an export only when kQuietMax of them wait: such a circle dies
// out.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/time.h"
#include "config/settings.h"
#include "http/server.h"
#include "net/http_client.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace clew::app {

class SelfTraces {
 public:
  // Null when no endpoint is set. `clock` and `metrics` must outlive it.
  static std::unique_ptr<SelfTraces> start(const config::TelemetrySettings& settings, const Clock& clock,
                                           telemetry::Metrics& metrics, telemetry::Logger log);
  ~SelfTraces();  // sends what waits, trying once

  // A request is over. Never blocks; beyond kWaitingMax spans are dropped and counted. Any thread.
  void finished(const http::RequestSummary& summary, std::string_view route);

  static constexpr std::size_t kWaitingMax = 4096;
  static constexpr std::size_t kQuietMax = 100;

 private:
  struct Span {
    std::string trace_id, span_id, parent_span_id;  // hex
    std::string method, route, request_id;
    int status = 0;
    std::size_t bytes_in = 0, bytes_out = 0;
    TimeUs start_us = 0;
    std::int64_t duration_us = 0;
  };

  SelfTraces(const config::TelemetrySettings& settings, const Clock& clock, telemetry::Metrics& metrics,
             telemetry::Logger log);
  bool is_due() const;  // under mutex_
  void run();
  void send(const std::vector<Span>& spans);
  std::string encode(const std::vector<Span>& spans) const;

  const std::string url_;
  const std::string service_;
  const double ratio_;
  std::vector<std::pair<std::string, std::string>> headers_;
  const Clock& clock_;
  const telemetry::Logger log_;
  telemetry::Counter& sent_;
  telemetry::Counter& dropped_;
  net::HttpClient client_;
  std::mutex mutex_;
  std::condition_variable wakes_;
  std::vector<Span> waiting_;
  bool loud_ = false;  // a span waits that is not of an OTLP door
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace clew::app
