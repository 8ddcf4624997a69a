// The two stores with a meter on them: every call goes through unchanged and is noted in the book.
#pragma once

#include <memory>

#include "analytics/engine.h"
#include "meta/database.h"
#include "operations/query_book.h"

namespace clew::operations {

class MeteredEngine final : public analytics::Engine {
 public:
  // The book must outlive the engine.
  MeteredEngine(std::unique_ptr<analytics::Engine> inner, QueryBook& book, telemetry::Metrics& metrics);

  using analytics::Engine::select;
  Result<analytics::Rows> select(std::string_view name, std::string_view sql, const analytics::Params& params,
                                 const analytics::QueryLimits& limits) override;
  Result<> execute(std::string_view name, std::string_view sql, const analytics::Params& params) override;
  Result<std::unique_ptr<analytics::PendingInsert>> begin_insert(std::string_view table,
                                                                 const analytics::NativeBlock& block,
                                                                 std::string_view dedup_token) override;
  std::string description() const override { return inner_->description(); }

 private:
  class Insert;
  void note_insert(std::string_view table, std::size_t rows, std::int64_t began_us, const Error* error);

  const std::unique_ptr<analytics::Engine> inner_;
  QueryBook& book_;
  telemetry::Metrics& metrics_;
  telemetry::Histogram& batch_rows_;
};

class MeteredDatabase final : public meta::Database {
 public:
  MeteredDatabase(std::unique_ptr<meta::Database> inner, QueryBook& book) : inner_(std::move(inner)), book_(book) {}

  using meta::Database::run;
  Result<meta::ResultSet> run(std::string_view sql, const std::vector<meta::Value>& values) override;
  Result<> transaction(const std::function<Result<>(meta::Session&)>& work) override;
  Result<> exclusive_transaction(const std::function<Result<>(meta::Session&)>& work) override;
  std::string description() const override { return inner_->description(); }

 private:
  const std::unique_ptr<meta::Database> inner_;
  QueryBook& book_;
};

}  // namespace clew::operations
