#include "ingest/worker/insert_blocks.h"

#include <algorithm>
#include <future>
#include <memory>
#include <span>

#include "ingest/worker/crash_guard.h"

namespace clew::ingest {

namespace {

using Pending = std::unique_ptr<analytics::PendingInsert>;

// One place stays for the first of those that come after.
constexpr std::size_t kTogetherMax = analytics::kPendingInsertsMax - 1;

Result<Pending> begin(analytics::Engine& engine, const TableBlock& one) {
  return engine.begin_insert(one.table, *one.block, one.dedup_token);
}

// All at once, each but the last on a thread of its own: a store at the other end of a network is given them now, and
// the one in process syncs their files now.
Result<> finish_together(std::span<Pending> pending) {
  std::vector<std::future<Result<>>> others;
  for (Pending& one : pending.first(pending.size() - 1)) {
    others.push_back(std::async(std::launch::async, [&one] {
      CrashGuard::watch_this_thread();
      return one->finish();
    }));
  }
  Result<> outcome = pending.back()->finish();
  for (auto& other : others) {
    Result<> done = other.get();
    if (outcome) outcome = std::move(done);
  }
  return outcome;
}

}  // namespace

Result<> insert_blocks(analytics::Engine& engine, std::vector<TableBlock> first, std::vector<TableBlock> then) {
  const auto is_empty = [](const TableBlock& one) { return one.block->rows() == 0; };
  std::erase_if(first, is_empty);
  std::erase_if(then, is_empty);
  Pending ahead;  // the first of `then`
  for (std::size_t at = 0; at < first.size();) {
    std::vector<Pending> together;
    for (; at < first.size() && together.size() < kTogetherMax; ++at) {
      CLEW_TRY(Pending one, begin(engine, first[at]));
      together.push_back(std::move(one));
    }
    if (at == first.size() && !then.empty()) {
      CLEW_TRY(ahead, begin(engine, then.front()));
    }
    CLEW_CHECK(finish_together(together));
  }
  for (const TableBlock& one : then) {
    if (!ahead) {
      CLEW_TRY(ahead, begin(engine, one));
    }
    CLEW_CHECK(ahead->finish());
    ahead.reset();
  }
  return ok();
}

}  // namespace clew::ingest
