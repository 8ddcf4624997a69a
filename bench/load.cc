#include "bench/load.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "base/time.h"
#include "bench/stamper.h"

namespace clew::bench {

namespace {

constexpr auto kPauseAfterRefusal = std::chrono::milliseconds(50);

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(SystemClock().now_us()) * 1'000;
}

// When the requests of a scheduled load are due; shared by all connections.
class Schedule {
 public:
  Schedule(const LoadOptions& options, std::int64_t start_us)
      : start_us_(start_us),
        interval_us_(options.spans_per_second > 0
                         ? 1e6 * static_cast<double>(options.spans_per_request) / options.spans_per_second
                         : 0),
        turns_max_(options.spans_max / options.spans_per_request) {}

  // Waits for the next due time and returns it; the present when there is no schedule. Null when all spans are sent.
  std::optional<std::int64_t> wait() {
    const std::uint64_t turn = turns_.fetch_add(1);
    if (turns_max_ > 0 && turn >= turns_max_) return std::nullopt;
    if (interval_us_ <= 0) return monotonic_us();
    const std::int64_t due = start_us_ + static_cast<std::int64_t>(static_cast<double>(turn) * interval_us_);
    const std::int64_t early = due - monotonic_us();
    if (early > 0) std::this_thread::sleep_for(std::chrono::microseconds(early));
    return due;
  }

 private:
  std::int64_t start_us_;
  double interval_us_;
  std::uint64_t turns_max_;
  std::atomic<std::uint64_t> turns_ = 0;
};

void run_connection(const Target& target, const LoadOptions& options, std::vector<Body>& bodies, std::size_t number,
                    Schedule& schedule, std::int64_t end_us, LoadResult& result) {
  HttpClient client(target);
  Stamper stamper(options.run, number);
  for (std::size_t i = 0;; ++i) {
    const std::optional<std::int64_t> turn = schedule.wait();
    if (!turn || *turn >= end_us) break;
    const std::int64_t due = *turn;
    Body& body = bodies[i % bodies.size()];
    stamper.stamp(body, now_ns());
    const std::int64_t sent = monotonic_us();
    const auto answer = client.post(path_of(options.mode), content_type_of(options.mode), body.bytes);
    if (!answer) {
      ++result.errors[answer.error().message];
    } else if (!accepted_whole(options.mode, *answer)) {
      ++result.errors[answer->status < 300 ? "partly refused" : "status " + std::to_string(answer->status)];
    } else {
      result.acks.add(monotonic_us() - due);
      result.late.add(sent - due);
      ++result.requests;
      result.spans_acknowledged += body.spans.size();
      continue;
    }
    std::this_thread::sleep_for(kPauseAfterRefusal);
  }
  result.trace_ids.push_back(stamper.last_trace_id());
}

}  // namespace

bool accepted_whole(Mode mode, const Answer& answer) {
  switch (mode) {
    case Mode::kOtlpProtobuf:
      return answer.status == 200 && answer.body.empty();
    case Mode::kOtlpJson:
      return answer.status == 200 && !answer.body.contains("rejectedSpans");
    case Mode::kEvents:
      return answer.status == 207 && answer.body.contains(R"("errors":[])");
  }
  return false;
}

std::vector<std::vector<Body>> build_bodies(const LoadOptions& options, const Corpus& corpus, std::size_t text_bytes,
                                            std::size_t bytes) {
  std::vector<std::vector<Body>> out(options.connections);
  for (std::size_t connection = 0; connection < options.connections; ++connection) {
    SpanSource source(corpus, mix(connection), text_bytes);
    for (std::size_t size = 0; size < bytes / options.connections || out[connection].empty();) {
      out[connection].push_back(build_body(options.mode, source, options.spans_per_request));
      size += out[connection].back().bytes.size();
    }
  }
  return out;
}

LoadResult run_load(const Target& target, const LoadOptions& options, std::vector<std::vector<Body>>& bodies) {
  std::vector<LoadResult> results(options.connections);
  std::vector<std::thread> threads;
  const std::int64_t start = monotonic_us();
  const std::int64_t end = start + static_cast<std::int64_t>(options.seconds * 1e6);
  Schedule schedule(options, start);
  for (std::size_t i = 0; i < options.connections; ++i) {
    threads.emplace_back([&, i] { run_connection(target, options, bodies[i], i, schedule, end, results[i]); });
  }
  for (std::thread& thread : threads)
    thread.join();
  LoadResult out;
  out.seconds = static_cast<double>(monotonic_us() - start) / 1e6;
  for (const LoadResult& one : results) {
    out.spans_acknowledged += one.spans_acknowledged;
    out.requests += one.requests;
    out.acks.add_all(one.acks);
    out.late.add_all(one.late);
    for (const auto& [reason, count] : one.errors)
      out.errors[reason] += count;
    out.trace_ids.insert(out.trace_ids.end(), one.trace_ids.begin(), one.trace_ids.end());
  }
  return out;
}

}  // namespace clew::bench
