// What the engine alone needs to insert and merge the rows of the ingest benchmark: the same bodies, decoded and turned
// into blocks by the program's own code, whose CPU time is not counted. The distance between this and clew_bench_ingest
// is what HTTP, decoding, the log and block building cost.
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "analytics/embedded/embedded_engine.h"
#include "analytics/migrations.h"
#include "base/time.h"
#include "bench/load.h"
#include "bench/options.h"
#include "bench/process.h"
#include "bench/stamper.h"
#include "bench/yardstick.h"
#include "ingest/enrich/model_catalog.h"
#include "ingest/intake/record.h"
#include "ingest/worker/flush.h"

namespace clew::bench {

namespace {

constexpr std::size_t kSpansPerRequest = 100;
constexpr std::size_t kBodyBytes = 64ULL << 20;
constexpr int kSettleSecondsMax = 90;

std::int64_t process_cpu_us() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000LL + usage.ru_utime.tv_usec +
         usage.ru_stime.tv_usec;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "clew-bench-XXXXXX";
    if (::mkdtemp(pattern.data())) path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The next `rows` spans, decoded as the server does it.
Result<ingest::FlushInput> next_input(std::vector<Body>& bodies, std::size_t& turn, Stamper& stamper, std::size_t rows,
                                      ingest::LogPosition& position) {
  std::vector<ingest::DecodedRecord> records;
  for (std::size_t done = 0; done < rows; done += kSpansPerRequest) {
    Body& body = bodies[turn++ % bodies.size()];
    const TimeUs now = SystemClock().now_us();
    stamper.stamp(body, static_cast<std::uint64_t>(now) * 1'000);
    ingest::RequestContext context{.project_id = "benchmark", .door = ingest::Door::kOtlpProtobuf};
    context.received_at_us = now;
    context.request_id = "benchmark";
    context.attribution = {.api_key = "pk-lf-benchmark", .sdk_name = "python", .sdk_version = "4.5.0"};
    CLEW_TRY(ingest::DecodedBatch batch, ingest::decode(body.bytes, context));
    records.push_back({++position, std::make_shared<ingest::DecodedBatch>(std::move(batch))});
  }
  return ingest::FlushInput(std::move(records));
}

Result<> run(const Options& options) {
  const std::size_t rows = options.count("rows");
  const std::size_t rows_per_flush = options.count("rows-per-flush");
  CLEW_TRY(const Corpus corpus, Corpus::load(Corpus::default_folders()));
  const LoadOptions load{.spans_per_request = kSpansPerRequest, .connections = 1};
  auto bodies = build_bodies(load, corpus, calibrate_text_bytes(corpus, options.count("span-bytes")), kBodyBytes);
  const Yardstick yardstick = measure_yardstick(bodies, 1);

  const TemporaryFolder folder;
  CLEW_TRY(auto engine, analytics::EmbeddedEngine::open(
                            {.library_path = options.text("library"), .data_dir = folder.path() + "/analytics"}));
  CLEW_CHECK(analytics::migrate(*engine));
  for (const std::string& statement : options.all("statement"))
    CLEW_CHECK(engine->execute("statement", statement, analytics::SystemParams()));
  const SystemClock clock;
  CLEW_TRY(auto models, ingest::ModelCatalog::create(ingest::builtin_model_prices(), nullptr, clock));
  Stamper stamper(static_cast<std::uint64_t>(clock.now_us()), 0);

  std::size_t turn = 0;
  ingest::LogPosition position = clock.now_us();
  std::int64_t preparing_us = 0;
  const std::int64_t cpu_before = process_cpu_us();
  const std::int64_t start = monotonic_us();
  for (std::size_t done = 0; done < rows; done += rows_per_flush) {
    const std::int64_t preparing = thread_cpu_us();
    CLEW_TRY(ingest::FlushInput input, next_input(bodies.front(), turn, stamper, rows_per_flush, position));
    CLEW_TRY(const ingest::Flush flush, ingest::Flush::build(input, *engine, *models, nullptr));
    input = ingest::FlushInput({});
    preparing_us += thread_cpu_us() - preparing;
    CLEW_CHECK(flush.insert(*engine));
  }
  const double seconds = static_cast<double>(monotonic_us() - start) / 1e6;
  const auto inserted = static_cast<double>((rows + rows_per_flush - 1) / rows_per_flush * rows_per_flush);
  const double insert_us = static_cast<double>(process_cpu_us() - cpu_before - preparing_us) / inserted;
  CLEW_TRY(const bool settled, wait_until_idle(::getpid(), kSettleSecondsMax));
  if (!settled) print_note("settled", fmt::format("no, still busy after {} s", kSettleSecondsMax));
  const double all_us = static_cast<double>(process_cpu_us() - cpu_before - preparing_us) / inserted;
  const DiskUse disk = disk_use(folder.path());

  print_figure("floor_rows", inserted, 0, fmt::format("rows, {} per flush, in {:.1f} s", rows_per_flush, seconds));
  print_figure("floor_prepare_us", static_cast<double>(preparing_us) / inserted, 1,
               "µs per row decoding and building blocks, not counted below");
  print_figure("floor_until_inserted_us", insert_us, 1, "µs per row in the engine until the last insert returned");
  print_figure("floor_us", all_us, 1, "µs per row in the engine, until merges have settled");
  print_figure("floor_spans_per_cpu_second", 1e6 / all_us, 0, "");
  print_figure("floor_merge_passes", disk.merge_passes, 2, "times a stored byte was merged, on average");
  print_figure("floor_disk_bytes_per_row", static_cast<double>(disk.bytes - disk.outdated_bytes) / inserted, 0,
               "bytes, live parts");
  print_figure("yardstick_mb_per_s", yardstick.mb_per_cpu_second, 0,
               "MB of this payload per CPU-second by ZSTD level 1");
  return ok();
}

}  // namespace

}  // namespace clew::bench

int main(int argc, char** argv) {
  using clew::bench::Options;
  ::setenv("TZ", "UTC", 1);
  const auto options = Options::parse(
      argc, argv,
      {{"rows", "200000"},
       {"rows-per-flush", "10000"},
       {"span-bytes", "3200"},
       {"statement", ""},  // run before the first insert, as often as given: other table settings, dropped indexes
       {"library", CLEW_SOURCE_DIR "/.tools/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so"}});
  if (!options) {
    std::fprintf(stderr, "%s\n", options.error().message.c_str());
    return 2;
  }
  const auto done = clew::bench::run(*options);
  if (!done) std::fprintf(stderr, "%s\n", done.error().message.c_str());
  return done ? 0 : 1;
}
