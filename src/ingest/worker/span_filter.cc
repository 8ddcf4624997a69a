#include "ingest/worker/span_filter.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>

#include <fmt/format.h>

namespace clew::ingest {

namespace {

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

std::size_t SpanFilter::bytes() const {
  std::size_t sum = 0;
  for (std::size_t i = layer_count_.load(std::memory_order_acquire); i > 0; --i)
    sum += layers_[i - 1].bytes();
  return sum;
}

void SpanFilter::make_room(std::uint64_t rows) {
  const std::size_t wanted = std::bit_ceil(rows * 2 * kBytesPerSpan);
  layers_[0].make(std::clamp(wanted, size_.bytes_min, size_.bytes_max));
  layer_count_.store(1, std::memory_order_release);
}

// The last layer is full. Without room for another it is filled further.
void SpanFilter::grow() {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::size_t count = layer_count_.load(std::memory_order_acquire);
  const std::size_t room = size_.bytes_max - std::min(size_.bytes_max, bytes());
  if (count == kLayersMax || room < size_.bytes_min) return;
  layers_[count].make(std::min(2 * layers_[count - 1].bytes(), std::bit_floor(room)));
  layer_count_.store(count + 1, std::memory_order_release);
  log_.info("worker.span_filter_grown", {{"layers", count + 1}, {"bytes", bytes()}});
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
  if (layer_count_ == 0) make_room(total);
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
            {{"rows", total}, {"bytes", bytes()}, {"ms", (monotonic_us() - began) / 1'000}});
  return ok();
}

bool SpanFilter::add(std::uint64_t hash) {
  if (layer_count_.load(std::memory_order_acquire) == 0) {
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

bool SpanFilter::set(std::uint64_t hash) {
  const std::size_t last = layer_count_.load(std::memory_order_acquire) - 1;
  for (std::size_t i = 0; i < last; ++i) {
    if (layers_[i].contains(hash)) return true;
  }
  if (layers_[last].set(hash)) return true;
  if (layers_[last].fills()) grow();
  return false;
}

namespace {

// Six bits of one block, chosen by the hash's lower and upper half: calls `look` with each one's word and mask until it
// says false.
template <class Look>
bool each_bit(std::uint64_t hash, Look look) {
  std::uint64_t rest = hash * 0x9e3779b97f4a7c15ULL;
  for (int i = 0; i < 6; ++i, rest >>= 9) {
    if (!look((rest >> 6) & 7, 1ULL << (rest & 63))) return false;
  }
  return true;
}

}  // namespace

void SpanFilter::Layer::make(std::size_t bytes) {
  blocks_ = bytes / kBlockBytes;
  words_ = std::make_unique<std::atomic<std::uint64_t>[]>(blocks_ * kWordsPerBlock);
}

std::size_t SpanFilter::Layer::bytes() const {
  return blocks_ * kBlockBytes;
}

bool SpanFilter::Layer::contains(std::uint64_t hash) const {
  const std::atomic<std::uint64_t>* const block = &words_[(hash & (blocks_ - 1)) * kWordsPerBlock];
  return each_bit(hash, [&](std::size_t word, std::uint64_t bit) {
    return (block[word].load(std::memory_order_relaxed) & bit) != 0;
  });
}

bool SpanFilter::Layer::set(std::uint64_t hash) {
  std::atomic<std::uint64_t>* const block = &words_[(hash & (blocks_ - 1)) * kWordsPerBlock];
  bool known = true;
  each_bit(hash, [&](std::size_t word, std::uint64_t bit) {
    if ((block[word].load(std::memory_order_relaxed) & bit) != 0) return true;
    block[word].fetch_or(bit, std::memory_order_relaxed);
    known = false;
    return true;
  });
  return known;
}

}  // namespace clew::ingest
