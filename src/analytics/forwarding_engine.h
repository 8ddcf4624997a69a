// An engine that passes every statement on to another one: the base of those that change something about a few.
#pragma once

#include "analytics/engine.h"

namespace clew::analytics {

class ForwardingEngine : public Engine {
 public:
  // `inner` must outlive it.
  explicit ForwardingEngine(Engine& inner) : inner_(inner) {}

  using Engine::select;
  Result<Rows> select(std::string_view name, std::string_view sql, const Params& params,
                      const QueryLimits& limits) override {
    return inner_.select(name, sql, params, limits);
  }
  Result<> execute(std::string_view name, std::string_view sql, const Params& params) override {
    return inner_.execute(name, sql, params);
  }
  Result<std::unique_ptr<PendingInsert>> begin_insert(std::string_view table, const NativeBlock& block,
                                                      std::string_view dedup_token) override {
    CLEW_TRY(auto pending, inner_.begin_insert(table, block, dedup_token));
    return std::unique_ptr<PendingInsert>(new Forwarded(*this, std::string(table), block, std::move(pending)));
  }
  std::string description() const override { return inner_.description(); }

 protected:
  Engine& inner() { return inner_; }
  // Every insert ends here. Not to call insert.finish() is to drop it.
  virtual Result<> finish_insert(std::string_view table, const NativeBlock& block, PendingInsert& insert) {
    static_cast<void>(table), static_cast<void>(block);
    return insert.finish();
  }

 private:
  class Forwarded final : public PendingInsert {
   public:
    Forwarded(ForwardingEngine& engine, std::string table, const NativeBlock& block,
              std::unique_ptr<PendingInsert> inner)
        : engine_(engine), table_(std::move(table)), block_(block), inner_(std::move(inner)) {}
    Result<> finish() override { return engine_.finish_insert(table_, block_, *inner_); }

   private:
    ForwardingEngine& engine_;
    const std::string table_;
    const NativeBlock& block_;
    const std::unique_ptr<PendingInsert> inner_;
  };

  Engine& inner_;
};

}  // namespace clew::analytics
