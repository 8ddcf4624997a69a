// Which spans the store may know already: a Bloom filter over (project, trace, span). "No" is certain and is the answer
// for nearly every new span; "maybe" means the store has to be asked. Until everything stored has been read into it,
// the answer is always "maybe".
//
// It is made for twice what the store holds at the start, at least 16 million spans. When it is full it gets another
// layer, twice as large as the last, so that it follows a store that grows while the process runs. A layer takes 2
// bytes a span and says 0.03 % wrong "maybe"; all of them (at most four) add up, to 0.12 %. Memory: 32 to 256 MB in
// all, 134 million spans; past that only the share of wrong "maybe" grows (1 % at three times as many), until a start.
//
// One hash a span, and one cache line for each layer.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <vector>

#include "analytics/engine.h"
#include "telemetry/log.h"

namespace clew::ingest {

// 64 bits of an identity; the engine computes the same as murmurHash2_64(concat(project, '\0', trace, '\0', span)).
std::uint64_t span_hash(std::string_view project_id, std::string_view trace_id, std::string_view span_id);
extern const std::string_view kSpanHashSql;

// Of all layers together; powers of two.
struct SpanFilterSize {
  std::size_t bytes_min = 32UL << 20, bytes_max = 256UL << 20;
};

class SpanFilter {
 public:
  // `engine` must outlive the filter.
  SpanFilter(analytics::Engine& engine, telemetry::Logger log, SpanFilterSize size = {})
      : engine_(engine), log_(log), size_(size) {}
  ~SpanFilter();
  SpanFilter(const SpanFilter&) = delete;
  SpanFilter& operator=(const SpanFilter&) = delete;

  // Makes room and reads what is stored, on a thread of its own. Repeats until it succeeds.
  void load();
  bool is_loaded() const { return loaded_.load(std::memory_order_acquire); }
  // Of memory that the layers take.
  std::size_t bytes() const;

  // Adds a span; true when it may have been there before. The worker's thread.
  bool add(std::uint64_t hash);

  // Records of the JSON door that no message has named a trace for stand in a trace of their own id; a span of that id
  // is theirs, whatever its trace. They are few: an exact set. `hash` is span_hash(project, id, id). The worker's
  // thread.
  void add_traceless(std::uint64_t hash) { traceless_.insert(hash); }
  bool has_traceless() { return !take_loaded() || !traceless_.empty(); }
  bool maybe_traceless(std::uint64_t hash) { return !take_loaded() || traceless_.contains(hash); }

 private:
  class Layer {
   public:
    void make(std::size_t bytes);
    bool contains(std::uint64_t hash) const;
    bool set(std::uint64_t hash);  // true when it may have been there
    std::size_t bytes() const;
    // Whether the span just added filled it.
    bool fills() { return added_.fetch_add(1, std::memory_order_relaxed) + 1 == bytes() / kBytesPerSpan; }

   private:
    std::unique_ptr<std::atomic<std::uint64_t>[]> words_;
    std::size_t blocks_ = 0;  // a power of two
    std::atomic<std::uint64_t> added_ = 0;
  };
  static constexpr std::size_t kWordsPerBlock = 8;  // a cache line
  static constexpr std::size_t kBytesPerSpan = 2;
  static constexpr std::size_t kLayersMax = 8;

  void make_room(std::uint64_t rows);
  void grow();
  Result<> read_stored();
  bool set(std::uint64_t hash);
  bool take_loaded();

  analytics::Engine& engine_;
  const telemetry::Logger log_;
  const SpanFilterSize size_;
  std::array<Layer, kLayersMax> layers_;
  std::atomic<std::size_t> layer_count_ = 0;  // those below are made, and stay
  std::vector<std::uint64_t> early_;          // added before there was room; the worker's thread
  std::atomic<bool> loaded_ = false;
  std::unordered_set<std::uint64_t> traceless_;    // the worker's thread
  std::vector<std::uint64_t> traceless_in_store_;  // of the loading thread until `loaded_`, then the worker's
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::condition_variable wakes_;
  std::thread thread_;
};

}  // namespace clew::ingest
