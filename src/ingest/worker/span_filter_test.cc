// The filter of known spans: never a wrong "no", few wrong "maybe" at any number of spans that memory allows.
#include "ingest/worker/span_filter.h"

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

namespace clew::ingest {
namespace {

class EmptyStore final : public analytics::Engine {
 public:
  Result<analytics::Rows> select(std::string_view, std::string_view, const analytics::Params&,
                                 const analytics::QueryLimits&) override {
    return analytics::Rows{};
  }
  Result<> execute(std::string_view, std::string_view, const analytics::Params&) override { return ok(); }
  Result<std::unique_ptr<analytics::PendingInsert>> begin_insert(std::string_view, const analytics::NativeBlock&,
                                                                 std::string_view) override {
    return Error{Errc::kUnavailable, "nothing is stored here"};
  }
  std::string description() const override { return "empty"; }
};

std::uint64_t hash_of(int number) {
  return span_hash("project", std::to_string(number), "span");
}

struct Loaded {
  explicit Loaded(SpanFilterSize size) : filter(store, telemetry::Logger{}, size) {
    filter.load();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!filter.is_loaded() && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
  }
  // Of `count` spans from `first` on, how many it says it may know; it knows them then.
  int maybe(int first, int count) {
    int known = 0;
    for (int i = first; i < first + count; ++i)
      known += filter.add(hash_of(i));
    return known;
  }

  EmptyStore store;
  SpanFilter filter;
};

constexpr int kFirstLayer = 32'768;  // spans that 64 kB are made for

TEST(SpanFilter, GrowsWithWhatItIsGivenAndForgetsNothing) {
  Loaded loaded({.bytes_min = 64 << 10, .bytes_max = 1 << 20});
  EXPECT_EQ(loaded.filter.bytes(), 64U << 10);
  constexpr int kSpans = 10 * kFirstLayer;
  // 0.03 % of each of four layers would be 393.
  EXPECT_LT(loaded.maybe(0, kSpans), kSpans / 200);
  EXPECT_GT(loaded.filter.bytes(), 64U << 10);
  EXPECT_EQ(loaded.maybe(0, kSpans), kSpans);
}

TEST(SpanFilter, TakesNoMoreMemoryThanItMay) {
  Loaded loaded({.bytes_min = 64 << 10, .bytes_max = 256 << 10});
  constexpr int kSpans = 20 * kFirstLayer;
  loaded.maybe(0, kSpans);
  EXPECT_LE(loaded.filter.bytes(), 256U << 10);
  EXPECT_EQ(loaded.maybe(0, kSpans), kSpans) << "a wrong \"no\" would make two rows of one span";
}

}  // namespace
}  // namespace clew::ingest
