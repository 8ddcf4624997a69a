#include "app/self_traces.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include "base/json.h"
#include "base/text.h"

namespace clew::app {

namespace {

constexpr std::string_view kUserAgent = "clew-self-traces";
constexpr std::chrono::seconds kExportEvery{5};
constexpr std::chrono::milliseconds kExportDeadline{5'000};

std::string traces_url(std::string endpoint) {
  while (endpoint.ends_with('/'))
    endpoint.pop_back();
  return endpoint + "/v1/traces";
}

// From 0 to 1; what is no number is 1.
double ratio_of(std::string_view text) {
  double ratio = 1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ratio);
  return error == std::errc{} && end == text.data() + text.size() ? std::clamp(ratio, 0.0, 1.0) : 1;
}

bool is_hex(std::string_view text, std::size_t length) {
  return text.size() == length && text.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
         text.find_first_not_of('0') != std::string_view::npos;
}

struct Parent {
  std::string trace_id, span_id;
  bool sampled = false;
};

// W3C Trace Context: 00-<32>-<16>-<2>.
std::optional<Parent> parent_of(std::string_view header) {
  if (header.size() < 55 || !header.starts_with("00-") || header[35] != '-' || header[52] != '-') return std::nullopt;
  Parent parent{std::string(header.substr(3, 32)), std::string(header.substr(36, 16)),
                ((header[54] >= '0' && header[54] <= '9') ? header[54] - '0' : header[54] - 'a' + 10) % 2 == 1};
  if (!is_hex(parent.trace_id, 32) || !is_hex(parent.span_id, 16)) return std::nullopt;
  return parent;
}

// The same answer for every span of a trace, here and in other processes.
bool is_sampled(std::string_view trace_id, double ratio) {
  std::uint64_t low = 0;
  std::from_chars(trace_id.data() + 16, trace_id.data() + 32, low, 16);
  return ratio >= 1 || static_cast<double>(low) < ratio * 18446744073709551616.0;
}

bool is_otlp_door(std::string_view route) {
  return route.starts_with("/api/public/otel") || route.starts_with("/v1/");
}

json::Object text_attribute(std::string_view key, std::string_view value) {
  return {{"key", key}, {"value", json::Object{{"stringValue", value}}}};
}
json::Object number_attribute(std::string_view key, std::int64_t value) {
  return {{"key", key}, {"value", json::Object{{"intValue", std::to_string(value)}}}};
}

}  // namespace

std::unique_ptr<SelfTraces> SelfTraces::start(const config::TelemetrySettings& settings, const Clock& clock,
                                              telemetry::Metrics& metrics, telemetry::Logger log) {
  if (settings.otlp_endpoint.empty()) return nullptr;
  return std::unique_ptr<SelfTraces>(new SelfTraces(settings, clock, metrics, std::move(log)));
}

SelfTraces::SelfTraces(const config::TelemetrySettings& settings, const Clock& clock, telemetry::Metrics& metrics,
                       telemetry::Logger log)
    : url_(traces_url(settings.otlp_endpoint)),
      service_(settings.otlp_service_name),
      ratio_(ratio_of(settings.trace_sampling_ratio)),
      clock_(clock),
      log_(std::move(log)),
      sent_(metrics.counter("lf_self_spans_total", "Spans of our own requests, by what became of them.",
                            {{"result", "sent"}})),
      dropped_(metrics.counter("lf_self_spans_total", "Spans of our own requests, by what became of them.",
                               {{"result", "dropped"}})) {
  headers_ = {{"content-type", "application/json"}, {"user-agent", std::string(kUserAgent)}};
  for (const std::string_view pair : text::split(settings.otlp_headers.reveal(), ',')) {
    const std::size_t at = pair.find('=');
    if (at == std::string_view::npos) continue;
    headers_.emplace_back(text::trim(pair.substr(0, at)), text::trim(pair.substr(at + 1)));
  }
  thread_ = std::thread([this] { run(); });
}

SelfTraces::~SelfTraces() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wakes_.notify_all();
  thread_.join();
}

void SelfTraces::finished(const http::RequestSummary& summary, std::string_view route) {
  const http::Request& request = summary.request;
  if (request.headers.get("user-agent") == kUserAgent) return;
  const auto parent = parent_of(request.headers.get("traceparent"));
  std::string trace_id = parent ? parent->trace_id : text::random_hex(16);
  if (parent ? !parent->sampled : !is_sampled(trace_id, ratio_)) return;
  Span span{.trace_id = std::move(trace_id),
            .span_id = text::random_hex(8),
            .parent_span_id = parent ? parent->span_id : "",
            .method = std::string(http::to_text(request.method)),
            .route = std::string(route),
            .request_id = request.request_id,
            .status = summary.status,
            .bytes_in = summary.bytes_in,
            .bytes_out = summary.bytes_out,
            .start_us = clock_.now_us() - summary.duration_us,
            .duration_us = summary.duration_us};
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= kWaitingMax) {
    dropped_.add();
    return;
  }
  loud_ = loud_ || !is_otlp_door(route);
  waiting_.push_back(std::move(span));
}

bool SelfTraces::is_due() const {
  return !waiting_.empty() && (loud_ || stopping_ || waiting_.size() >= kQuietMax);
}

void SelfTraces::run() {
  for (std::unique_lock lock(mutex_);;) {
    wakes_.wait_for(lock, kExportEvery, [this] { return stopping_; });
    const bool last = stopping_;
    if (is_due()) {
      const std::vector<Span> spans = std::exchange(waiting_, {});
      loud_ = false;
      lock.unlock();
      send(spans);
      lock.lock();
    }
    if (last) return;
  }
}

void SelfTraces::send(const std::vector<Span>& spans) {
  const std::string body = encode(spans);
  const auto answer =
      client_.send({.method = "POST", .url = url_, .headers = headers_, .body = body, .deadline = kExportDeadline});
  if (answer && answer->status >= 200 && answer->status < 300) {
    sent_.add(spans.size());
    return;
  }
  dropped_.add(spans.size());
  log_.warn(
      "self_traces.export_failed",
      {{"spans", spans.size()}, {"why", answer ? "status " + std::to_string(answer->status) : answer.error().message}});
}

std::string SelfTraces::encode(const std::vector<Span>& spans) const {
  constexpr int kServer = 2, kError = 2;
  json::Array list;
  for (const Span& span : spans) {
    json::Object out{
        {"traceId", span.trace_id},
        {"spanId", span.span_id},
        {"name", span.method + " " + span.route},
        {"kind", kServer},
        {"startTimeUnixNano", std::to_string(span.start_us * 1000)},
        {"endTimeUnixNano", std::to_string((span.start_us + span.duration_us) * 1000)},
        {"attributes",
         json::Array{text_attribute("http.request.method", span.method), text_attribute("http.route", span.route),
                     number_attribute("http.response.status_code", span.status),
                     number_attribute("http.request.body.size", static_cast<std::int64_t>(span.bytes_in)),
                     number_attribute("http.response.body.size", static_cast<std::int64_t>(span.bytes_out)),
                     text_attribute("clew.request_id", span.request_id)}}};
    if (!span.parent_span_id.empty()) out["parentSpanId"] = span.parent_span_id;
    if (span.status >= 500) out["status"] = json::Object{{"code", kError}};
    list.emplace_back(std::move(out));
  }
  const json::Object scope{{"scope", json::Object{{"name", "clew"}}}, {"spans", std::move(list)}};
  const json::Object resource{{"attributes", json::Array{text_attribute("service.name", service_)}}};
  return json::to_text(json::Object{
      {"resourceSpans", json::Array{json::Object{{"resource", resource}, {"scopeSpans", json::Array{scope}}}}}});
}

}  // namespace clew::app
