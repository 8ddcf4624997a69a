#include "ingest/worker/span_filter.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>

#include <fmt/format.h>

namespace clew::ingest {

namespace {

constexpr std::size_t kBytesMin = 32UL << 20, kBytesMax = 256UL << 20, kBytesPerSpan = 2;
constexpr std::size_t kBlockBytes = 64;
constexpr std::chrono::seconds kRetryPause{5};
constexpr std::int64_t kSliceRows = 8'000'000;  // of 8 bytes each in one answer

// MurmurHash64A with seed 0, for little-endian machines.
std::uint64_t murmur(std::string_view data) {
  constexpr std::uint64_t kMultiplier = 0xc6a4a7935bd1e995ULL;
  constexpr int kShift = 47;
  std::uint64_t hash = data.size() * kMultiplier;
  const char* at = data.data();
  for (std::size_t left = data.size() / 8; left > 0; --left, at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    word *= kMultiplier;
    word ^= word >> kShift;
    word *= kMultiplier;
    hash ^= word;
    hash *= kMultiplier;
  }
  if (const std::size_t rest = data.size() % 8; rest > 0) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, rest);
    hash ^= word;
    hash *= kMultiplier;
  }
  hash ^= hash >> kShift;
  hash *= kMultiplier;
  hash ^= hash >> kShift;
  return hash;
}

}  // namespace

const std::string_view kSpanHashSql = "murmurHash2_64(concat(project_id, '\\0', trace_id, '\\0', span_id))";

std::uint64_t span_hash(std::string_view project_id, std::string_view trace_id, std::string_view span_id) {
  char small[256];
  const std::size_t bytes = project_id.size() + trace_id.size() + span_id.size() + 2;
  std::string large;
  char* begin = small;
  if (bytes > sizeof small) {
    large.resize(bytes);
    begin = large.data();
  }
  char* at = begin;
  for (const std::string_view part : {project_id, trace_id, span_id}) {
    if (at != begin) *at++ = '\0';
    std::memcpy(at, part.data(), part.size());
    at += part.size();
  }
  return murmur({begin, bytes});
}

SpanFilter::~SpanFilter() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wakes_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void SpanFilter::load() {
  thread_ = std::thread([this] {
    for (;;) {
      const auto read = read_stored();
      if (read || stopping_) return;
      log_.warn("worker.span_filter_not_loaded", {{"error", read.error().message}});
      std::unique_lock<std::mutex> lock(mutex_);
      wakes_.wait_for(lock, kRetryPause, [&] { return stopping_.load(); });
    }
  });
}

void SpanFilter::make_room(std::uint64_t rows) {
  const std::size_t wanted = std::clamp<std::size_t>(std::bit_ceil(rows * 2 * kBytesPerSpan), kBytesMin, kBytesMax);
  blocks_ = wanted / kBlockBytes;
  words_ = std::make_unique<std::atomic<std::uint64_t>[]>(blocks_ * kWordsPerBlock);
  has_room_.store(true, std::memory_order_release);
}

Result<> SpanFilter::read_stored() {
  const std::int64_t began = monotonic_us();
  CLEW_TRY(const analytics::Rows months,
           engine_.select("span_filter.months",
                          // tidy: tenant, the worker stores for all projects
                          "SELECT toYYYYMM(start_time) AS month, count() FROM observations GROUP BY month",
                          analytics::SystemParams()));
  std::uint64_t total = 0;
  for (std::size_t row = 0; row < months.size(); ++row)
    total += static_cast<std::uint64_t>(months.integer(row, 1));
  if (!has_room_) make_room(total);
  for (std::size_t row = 0; row < months.size(); ++row) {
    const std::int64_t slices = months.integer(row, 1) / kSliceRows + 1;
    for (std::int64_t slice = 0; slice < slices && !stopping_; ++slice) {
      analytics::SystemParams params;  // of all projects, because the worker stores for all of them
      params.number("month", months.integer(row, 0)).number("slices", slices).number("slice", slice);
      CLEW_TRY(const analytics::Rows hashes,
               engine_.select("span_filter.read",
                              fmt::format("SELECT {} AS hash, trace_id = span_id AND CAST(source, 'String') != 'otel' "
                                          // tidy: tenant, the worker stores for all projects
                                          "FROM observations WHERE toYYYYMM(start_time) = "
                                          "{{month:UInt32}} AND hash % {{slices:UInt64}} = {{slice:UInt64}}",
                                          kSpanHashSql),
                              params));
      for (std::size_t at = 0; at < hashes.size(); ++at) {
        const auto hash = static_cast<std::uint64_t>(hashes.integer(at, 0));
        set(hash);
        if (hashes.integer(at, 1) != 0) traceless_in_store_.push_back(hash);
      }
    }
  }
  if (stopping_) return ok();
  loaded_.store(true, std::memory_order_release);
  log_.info("worker.span_filter_loaded",
            {{"rows", total}, {"bytes", blocks_ * kBlockBytes}, {"ms", (monotonic_us() - began) / 1'000}});
  return ok();
}

bool SpanFilter::add(std::uint64_t hash) {
  if (!has_room_.load(std::memory_order_acquire)) {
    early_.push_back(hash);
    return true;
  }
  for (const std::uint64_t earlier : early_)
    set(earlier);
  early_.clear();
  const bool known = set(hash);
  return known || !is_loaded();
}

bool SpanFilter::take_loaded() {
  if (!is_loaded()) return false;
  traceless_.insert(traceless_in_store_.begin(), traceless_in_store_.end());
  traceless_in_store_.clear();
  return true;
}

// Six bits of one block, chosen by the hash's lower and upper half.
bool SpanFilter::set(std::uint64_t hash) {
  std::atomic<std::uint64_t>* const block = &words_[(hash & (blocks_ - 1)) * kWordsPerBlock];
  std::uint64_t rest = hash * 0x9e3779b97f4a7c15ULL;
  bool known = true;
  for (int i = 0; i < 6; ++i, rest >>= 9) {
    const std::uint64_t bit = 1ULL << (rest & 63);
    std::atomic<std::uint64_t>& word = block[(rest >> 6) & 7];
    if (word.load(std::memory_order_relaxed) & bit) continue;
    word.fetch_or(bit, std::memory_order_relaxed);
    known = false;
  }
  return known;
}

}  // namespace clew::ingest
