// The ClickHouse engine in this process (libchdb), on one data directory.
//
// Every statement goes through the stream functions: a failed buffered query would leave its rows on the connection and
// show them in front of the next answer, possibly another tenant's. A connection that saw an error is closed. Loading
// the library takes about 150 MB, so a node that talks to a cluster never constructs this class.
#pragma once

#include <memory>
#include <string>

#include "analytics/engine.h"

namespace clew::analytics {

struct EmbeddedOptions {
  std::string library_path;                     // libchdb.so
  std::string data_dir;                         // absolute; created when missing; one process per directory
  std::uint64_t memory_bytes_max = 2ULL << 30;  // what the engine may track; resident memory is up to 0.7 GB above
  int read_connections_max = 8;
  int query_threads = 2;
};

class EmbeddedEngine final : public Engine {
 public:
  // kUnavailable: the library or the directory cannot be opened (also when another process holds it).
  static Result<std::unique_ptr<EmbeddedEngine>> open(const EmbeddedOptions& options);
  ~EmbeddedEngine() override;

  using Engine::select;
  Result<Rows> select(std::string_view name, std::string_view sql, const Params& params,
                      const QueryLimits& limits) override;
  Result<> execute(std::string_view name, std::string_view sql, const Params& params) override;
  Result<std::unique_ptr<PendingInsert>> begin_insert(std::string_view table, const NativeBlock& block,
                                                      std::string_view dedup_token) override;
  std::string description() const override;

 private:
  struct State;
  class Insert;
  explicit EmbeddedEngine(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace clew::analytics
