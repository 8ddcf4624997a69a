// A ClickHouse server or cluster over HTTP. The same statements as in process: values travel as form fields beside the
// text, answers and inserts in Native format.
#pragma once

#include <memory>
#include <string>

#include "analytics/engine.h"

namespace clew::analytics {

struct RemoteOptions {
  std::string url;  // http://host:8123, without a path
  std::string user = "default";
  std::string password;
  std::string database = "default";
  int connect_timeout_ms = 2'000;
  int insert_timeout_ms = 60'000;
};

class RemoteEngine final : public Engine {
 public:
  // Makes the database when it is missing. kUnavailable: the server cannot be reached; kForbidden: it refuses the user.
  static Result<std::unique_ptr<RemoteEngine>> open(const RemoteOptions& options);
  ~RemoteEngine() override;

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
  explicit RemoteEngine(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace clew::analytics
