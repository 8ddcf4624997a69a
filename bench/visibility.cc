#include "bench/visibility.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/json.h"
#include "base/time.h"
#include "bench/load.h"

namespace clew::bench {

namespace {

// Each question is a query that competes with what is measured: few of them, and an error of a quarter at most.
constexpr int kPollPauseMs = 10;
constexpr double kPauseGrowth = 1.25;
constexpr int kSecondsMax = 30;
constexpr std::uint64_t kProbeConnection = ~std::uint64_t{0};  // ids unlike those of any load connection

}  // namespace

Result<std::size_t> count_observations(HttpClient& client, const std::string& trace_id) {
  CLEW_TRY(const Answer answer,
           client.get(fmt::format("/api/public/v2/observations?traceId={}&fields=core&limit=100", trace_id)));
  if (answer.status != 200) {
    return Error{Errc::kUnavailable, fmt::format("reading back: status {}: {}", answer.status, answer.body)};
  }
  CLEW_TRY(const json::Value page, json::parse(answer.body));
  const json::Value* data = json::find(page, "data");
  if (!data || !data->is_array()) return Error{Errc::kUnavailable, "reading back: no list in the answer"};
  return data->as_array().size();
}

VisibilityProbe::VisibilityProbe(const Target& target, const Corpus& corpus, std::uint64_t run)
    : client_(target), stamper_(run, kProbeConnection) {
  SpanSource source(corpus, run, 2'500);
  body_ = build_body(Mode::kOtlpProtobuf, source, 1);
}

Result<VisibilityProbe::Sight> VisibilityProbe::look(int seconds_max, int pause_ms) {
  stamper_.stamp(body_, static_cast<std::uint64_t>(SystemClock().now_us()) * 1'000);
  const std::int64_t sent = monotonic_us();
  CLEW_TRY(const Answer answer,
           client_.post(path_of(Mode::kOtlpProtobuf), content_type_of(Mode::kOtlpProtobuf), body_.bytes));
  if (!accepted_whole(Mode::kOtlpProtobuf, answer)) {
    return Error{Errc::kUnavailable, fmt::format("probe refused: status {}", answer.status)};
  }
  const std::int64_t acknowledged = monotonic_us();
  const std::int64_t deadline = acknowledged + seconds_max * 1'000'000LL;
  for (double pause = pause_ms; monotonic_us() < deadline; pause *= kPauseGrowth) {
    CLEW_TRY(const std::size_t found, count_observations(client_, stamper_.last_trace_id()));
    if (found > 0) return Sight{.ack_us = acknowledged - sent, .visible_us = monotonic_us() - acknowledged};
    std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(pause));
  }
  return Error{Errc::kDeadlineExceeded, fmt::format("a span was not visible after {} s", seconds_max)};
}

VisibilityWatch::VisibilityWatch(const Target& target, const Corpus& corpus, std::uint64_t run, int interval_ms)
    : probe_(target, corpus, run) {
  thread_ = std::thread([this, interval_ms] { this->run(interval_ms); });
}

VisibilityWatch::~VisibilityWatch() {
  stop();
}

void VisibilityWatch::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void VisibilityWatch::run(int interval_ms) {
  std::int64_t due = monotonic_us();
  while (!stopping_) {
    const auto sight = probe_.look(kSecondsMax, kPollPauseMs);
    if (sight) {
      acks_.add(sight->ack_us);
      visible_.add(sight->visible_us);
    } else {
      ++failures_;
      last_failure_ = sight.error().message;
    }
    due = std::max<std::int64_t>(due + interval_ms * 1'000LL, monotonic_us());
    while (!stopping_ && monotonic_us() < due)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace clew::bench
