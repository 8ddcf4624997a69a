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
  Result<> insert(std::string_view table, const NativeBlock& block, std::string_view dedup_token) override {
    return inner_.insert(table, block, dedup_token);
  }
  std::string description() const override { return inner_.description(); }

 protected:
  Engine& inner() { return inner_; }

 private:
  Engine& inner_;
};

}  // namespace clew::analytics
