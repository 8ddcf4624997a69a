// The columnar store: ClickHouse, in process (embedded/) or over HTTP (remote/). The same SQL text runs in both.
//
// Statements are SQL with typed placeholders, `{name:Type}`; values travel apart from the text. There is no way to
// put a value into the text. Every statement that reads or changes tenant data goes through Params, which cannot be
// made without a project. Every method may be called from any thread and blocks its caller until done.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analytics/native_block.h"
#include "analytics/rows.h"
#include "base/result.h"
#include "base/time.h"

namespace clew::analytics {

// A remote ClickHouse takes no longer value (its default limit of a form field, less a margin).
inline constexpr std::size_t kValueBytesMax = 120 * 1024;

// Who has this many inserts pending finishes one before beginning the next.
inline constexpr std::size_t kPendingInsertsMax = 4;

// Values of a statement's placeholders, each of at most kValueBytesMax. `project_id` is always bound.
class Params {
 public:
  explicit Params(std::string_view project_id) { text("project_id", project_id); }

  Params& text(std::string_view name, std::string_view value);                   // {name:String}
  Params& number(std::string_view name, std::int64_t value);                     // {name:Int64}, UInt64, ...
  Params& real(std::string_view name, double value);                             // {name:Float64}
  Params& time(std::string_view name, TimeUs value);                             // {name:DateTime64(6,'UTC')}
  Params& texts(std::string_view name, const std::vector<std::string>& values);  // {name:Array(String)}

  // Name and value in the engine's escaped text form, in order of binding.
  const std::vector<std::pair<std::string, std::string>>& values() const { return values_; }

 private:
  friend class SystemParams;
  Params() = default;
  std::vector<std::pair<std::string, std::string>> values_;
};

// For statements that touch no tenant data (migrations, health, system tables) or all tenants on purpose (retention,
// storage by project). Its use is what a reviewer looks for.
class SystemParams : public Params {
 public:
  SystemParams() = default;
};

struct QueryLimits {
  int timeout_ms = 30'000;
  std::uint64_t memory_bytes_max = 512ULL << 20;
  std::uint64_t result_bytes_max = 256ULL << 20;  // larger answers fail with kTooLarge
  int threads = 0;                                // 0: the engine's own choice
  // When set, the statement ends with kCancelled soon after a stop is requested. Must live until select() returns.
  const std::stop_token* stop = nullptr;
};

// An insert that has begun. Dropped without finish(): nothing of it is stored. One thread at a time.
class PendingInsert {
 public:
  virtual ~PendingInsert() = default;
  // Once. kUnavailable: retry the same block later. kInvalidArgument: the store refuses these rows for what they are.
  virtual Result<> finish() = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;

  // Runs a SELECT. kDeadlineExceeded over the time limit, kTooLarge over memory or result limits, kCancelled,
  // kUnavailable when the engine cannot be reached, kInternal for a refused statement (the text names it).
  // `name` is the statement's name in metrics and the slow-query log.
  virtual Result<Rows> select(std::string_view name, std::string_view sql, const Params& params,
                              const QueryLimits& limits) = 0;
  Result<Rows> select(std::string_view name, std::string_view sql, const Params& params) {
    return select(name, sql, params, QueryLimits{});
  }

  // Runs one statement that returns nothing (DDL, DELETE).
  virtual Result<> execute(std::string_view name, std::string_view sql, const Params& params) = 0;

  // Begins to insert a block: all of its rows or none become visible with finish(), and not before; they are synced
  // when that returns. What can be done unseen until then may be done meanwhile: the embedded engine reads, sorts,
  // compresses and writes the rows in the background, so that several blocks get ready side by side and appear in the
  // order they are finished. A few may be pending at a time (kPendingInsertsMax in all); more wait here.
  // A block with the same non-empty `dedup_token` as a recent one of the same table is ignored; by the embedded engine
  // only when both came since it was opened. `block` must live until finish() has returned. Errors as finish().
  virtual Result<std::unique_ptr<PendingInsert>> begin_insert(std::string_view table, const NativeBlock& block,
                                                              std::string_view dedup_token) = 0;
  // begin_insert() and finish().
  Result<> insert(std::string_view table, const NativeBlock& block, std::string_view dedup_token);

  virtual std::string description() const = 0;  // for the banner and doctor: "ClickHouse 26.7 in process, DIR"
};

// The INSERT text of a block, the same for both engines. `dedup_token` must be printable and without quotes.
std::string insert_statement(std::string_view table, const NativeBlock& block, std::string_view dedup_token);

}  // namespace clew::analytics
