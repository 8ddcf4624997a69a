// Load generator for the write path: sends lifelike spans to a running server and says what they cost it.
// See README.md; run.py starts a server and runs the usual rows.
#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "base/time.h"
#include "bench/load.h"
#include "bench/options.h"
#include "bench/process.h"
#include "bench/visibility.h"
#include "bench/yardstick.h"

namespace clew::bench {

namespace {

// Enough distinct text that what one insert block compresses together hardly repeats.
constexpr std::size_t kBodyBytes = 128ULL << 20;
constexpr int kDrainSecondsMax = 120;
constexpr int kDrainPauseMs = 200;  // asking more often would be counted as cost of the write path
constexpr std::size_t kSampledTraces = 8;

struct Setup {
  Target target;
  LoadOptions load;
  int pid = 0;
  std::string data_dir;
  int probe_ms = 0;
  int settle_seconds_max = 0;
  std::size_t span_bytes = 0;
  std::vector<std::string> corpus;
};

Result<Setup> read_setup(int argc, char** argv) {
  CLEW_TRY(const Options options, Options::parse(argc, argv,
                                                 {{"url", "http://127.0.0.1:3000"},
                                                  {"public-key", ""},
                                                  {"secret-key", ""},
                                                  {"mode", "protobuf"},
                                                  {"spans-per-request", "100"},
                                                  {"span-bytes", "3200"},
                                                  {"connections", "8"},
                                                  {"seconds", "20"},
                                                  {"spans", "0"},
                                                  {"rate", "0"},
                                                  {"pid", "0"},
                                                  {"data-dir", ""},
                                                  {"probe-ms", "250"},
                                                  {"settle-seconds", "90"},
                                                  {"corpus", ""}}));
  Setup out;
  CLEW_TRY(out.target, Target::parse(options.text("url"), options.text("public-key"), options.text("secret-key")));
  const auto mode = parse_mode(options.text("mode"));
  if (!mode) return Error{Errc::kInvalidArgument, "--mode is protobuf, json or events"};
  out.load = {.mode = *mode,
              .spans_per_request = options.count("spans-per-request"),
              .connections = options.count("connections"),
              .seconds = options.number("seconds"),
              .spans_max = static_cast<std::uint64_t>(options.count("spans")),
              .spans_per_second = options.number("rate"),
              .run = static_cast<std::uint64_t>(SystemClock().now_us())};
  if (out.load.spans_per_request == 0 || out.load.spans_per_request > 10'000 || out.load.connections == 0 ||
      out.load.connections > 1'000) {
    return Error{Errc::kInvalidArgument, "1 to 10,000 spans per request, 1 to 1,000 connections"};
  }
  out.pid = static_cast<int>(options.count("pid"));
  out.data_dir = options.text("data-dir");
  out.probe_ms = static_cast<int>(options.count("probe-ms"));
  out.settle_seconds_max = static_cast<int>(options.count("settle-seconds"));
  out.span_bytes = options.count("span-bytes");
  out.corpus = options.all("corpus");
  if (out.corpus.empty()) out.corpus = Corpus::default_folders();
  return out;
}

double mean_span_bytes(const std::vector<std::vector<Body>>& bodies) {
  double bytes = 0, spans = 0;
  for (const auto& some : bodies) {
    for (const Body& body : some) {
      bytes += static_cast<double>(body.bytes.size());
      spans += static_cast<double>(body.spans.size());
    }
  }
  return bytes / spans;
}

// A span sent after all others becomes visible after all others: the log keeps the order.
Result<> wait_until_stored(const Setup& setup, const Corpus& corpus, std::int64_t start_us, const LoadResult& load) {
  VisibilityProbe probe(setup.target, corpus, setup.load.run + 1);
  CLEW_CHECK(probe.look(kDrainSecondsMax, kDrainPauseMs));
  const double seconds = static_cast<double>(monotonic_us() - start_us) / 1e6;
  print_figure("spans_per_second_stored", static_cast<double>(load.spans_acknowledged) / seconds, 0,
               "spans/s, until the last one was readable");
  return ok();
}

// Whole traces of the load as the API shows them: a benchmark of a server that loses spans says nothing.
Result<> check_stored(const Setup& setup, const LoadResult& load) {
  if (setup.load.spans_per_request < 20) return ok();  // traces stretch over requests, their size is not known here
  HttpClient client(setup.target);
  std::size_t found = 0, asked = 0;
  for (const std::string& trace_id : load.trace_ids) {
    if (asked == kSampledTraces) break;
    ++asked;
    CLEW_TRY(const std::size_t observations, count_observations(client, trace_id));
    if (observations > 0) ++found;
  }
  print_note("read_back", fmt::format("{} of {} sampled traces are there", found, asked));
  if (found < asked) return Error{Errc::kCorruption, "acknowledged spans are missing"};
  return ok();
}

Result<> report_costs(const Setup& setup, const LoadResult& load, std::int64_t cpu_before_us,
                      const DiskUse& disk_before, const Yardstick& yardstick, double span_bytes) {
  const auto spans = static_cast<double>(load.spans_acknowledged);
  CLEW_TRY(const bool settled, wait_until_idle(setup.pid, setup.settle_seconds_max));
  if (!settled) print_note("settled", fmt::format("no, still busy after {} s", setup.settle_seconds_max));
  CLEW_TRY(const std::int64_t cpu_after_us, cpu_us(setup.pid));
  const auto used = static_cast<double>(cpu_after_us - cpu_before_us);
  const double per_cpu_second = spans * 1e6 / used;
  print_figure("cpu_us_per_span", used / spans, 1, "µs of the whole process, until merges have settled");
  print_figure("spans_per_cpu_second", per_cpu_second, 0, "");
  print_figure("ratio", per_cpu_second * span_bytes / 1e6 / yardstick.mb_per_cpu_second, 4,
               "of the yardstick (payload MB per CPU-second / zstd MB per CPU-second)");
  CLEW_TRY(const Memory used_memory, memory(setup.pid));
  print_figure("rss_peak_mb", used_memory.peak_mb, 0, "MB");
  print_figure("rss_after_mb", used_memory.now_mb, 0, "MB");
  if (!setup.data_dir.empty()) {
    const DiskUse disk = disk_use(setup.data_dir);
    const auto live = [](const DiskUse& use) {
      return static_cast<double>(use.bytes - use.outdated_bytes - use.log_bytes);
    };
    print_figure("disk_bytes_per_span", (live(disk) - live(disk_before)) / spans, 0,
                 "bytes allocated, all but parts already merged away and the log");
    print_figure("merge_passes", disk.merge_passes, 2, "times a stored byte was merged, on average");
    print_figure("disk_log_mb", static_cast<double>(disk.log_bytes) / 1e6, 0, "MB of ingest log beside it, a constant");
  }
  return ok();
}

void report_load(const LoadResult& load, std::size_t connections) {
  print_figure("spans_acknowledged", static_cast<double>(load.spans_acknowledged), 0, "spans");
  print_figure("spans_per_second", static_cast<double>(load.spans_acknowledged) / load.seconds, 0,
               fmt::format("spans/s acknowledged, {} connections", connections));
  print_figure("requests_per_second", static_cast<double>(load.requests) / load.seconds, 0, "requests/s");
  print_figure("ack_p50_ms", load.acks.percentile_ms(0.5), 2, "ms");
  print_figure("ack_p99_ms", load.acks.percentile_ms(0.99), 2, "ms");
  print_figure("ack_max_ms", load.acks.max_ms(), 2, "ms");
  print_figure("sent_late_p50_ms", load.late.percentile_ms(0.5), 2, "ms of it before the request was sent");
  print_figure("sent_late_p99_ms", load.late.percentile_ms(0.99), 2, "ms");
  std::uint64_t errors = 0;
  for (const auto& [reason, count] : load.errors) {
    print_note("error", fmt::format("{} × {}", count, reason));
    errors += count;
  }
  print_figure("errors", static_cast<double>(errors), 0, "requests");
}

void report_visibility(const VisibilityWatch& watch) {
  print_figure("probes", static_cast<double>(watch.visible().size()), 0, "single spans sent and read back");
  print_figure("visible_p50_ms", watch.visible().percentile_ms(0.5), 0, "ms from acknowledgement to API");
  print_figure("visible_p99_ms", watch.visible().percentile_ms(0.99), 0, "ms");
  print_figure("probe_ack_p50_ms", watch.acks().percentile_ms(0.5), 2, "ms");
  print_figure("visible_max_ms", watch.visible().max_ms(), 0, "ms");
  print_figure("probes_failed", static_cast<double>(watch.failures()), 0, "");
  if (watch.failures() > 0) print_note("probe_failure", watch.last_failure());
}

Result<> run(const Setup& setup) {
  CLEW_TRY(const Corpus corpus, Corpus::load(setup.corpus));
  const std::size_t text_bytes = calibrate_text_bytes(corpus, setup.span_bytes);
  auto bodies = build_bodies(setup.load, corpus, text_bytes, kBodyBytes);
  const double span_bytes = mean_span_bytes(bodies);
  print_note("mode", to_text(setup.load.mode));
  print_figure("corpus_mb", static_cast<double>(corpus.bytes()) / 1e6, 1,
               fmt::format("MB of text from {} files", corpus.files()));
  print_figure("span_bytes", span_bytes, 0, "bytes of request per span, on average");
  const Yardstick yardstick = measure_yardstick(bodies, 1);
  print_figure("yardstick_mb_per_s", yardstick.mb_per_cpu_second, 0,
               fmt::format("MB of this payload per CPU-second by ZSTD level 1 (to {:.0f} %)", yardstick.ratio * 100));

  std::int64_t cpu_before_us = 0;
  DiskUse disk_before;
  if (setup.pid > 0) {
    CLEW_TRY(cpu_before_us, cpu_us(setup.pid));
    if (!setup.data_dir.empty()) disk_before = disk_use(setup.data_dir);
  }
  std::optional<VisibilityWatch> watch;
  if (setup.probe_ms > 0) watch.emplace(setup.target, corpus, setup.load.run, setup.probe_ms);
  const std::int64_t start_us = monotonic_us();
  const LoadResult load = run_load(setup.target, setup.load, bodies);
  if (watch) watch->stop();
  bodies.clear();
  report_load(load, setup.load.connections);
  if (watch) report_visibility(*watch);
  if (load.spans_acknowledged == 0) return Error{Errc::kUnavailable, "nothing was acknowledged"};
  CLEW_CHECK(wait_until_stored(setup, corpus, start_us, load));
  if (setup.pid > 0) CLEW_CHECK(report_costs(setup, load, cpu_before_us, disk_before, yardstick, span_bytes));
  return check_stored(setup, load);
}

}  // namespace

}  // namespace clew::bench

int main(int argc, char** argv) {
  const auto setup = clew::bench::read_setup(argc, argv);
  if (!setup) {
    std::fprintf(stderr, "%s\n", setup.error().message.c_str());
    return 2;
  }
  const auto done = clew::bench::run(*setup);
  if (!done) std::fprintf(stderr, "%s\n", done.error().message.c_str());
  return done ? 0 : 1;
}
