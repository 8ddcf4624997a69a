#include "operations/metered_stores.h"

#include "base/text.h"

namespace clew::operations {

namespace {

constexpr std::string_view kAnalytics = "analytics", kMeta = "meta";

std::string_view project_of(const analytics::Params& params) {
  for (const auto& [name, value] : params.values()) {
    if (name == "project_id") return value;
  }
  return {};
}

template <class T>
const Error* error_of(const Result<T>& result) {
  return result ? nullptr : &result.error();
}

// Statements of the relational store have no names: verb and table stand for them ("SELECT sessions").
std::string name_of(std::string_view sql) {
  std::string verb, table;
  for (const std::string_view line : text::split(sql, '\n')) {
    for (const std::string_view word : text::split(line, ' ')) {
      if (word.empty()) continue;
      if (verb.empty()) {
        verb = word;
      } else if (table == "?") {
        table = word.substr(0, word.find('('));
        return verb + " " + table;
      } else if (word == "FROM" || word == "INTO" || (verb == "UPDATE" && table.empty())) {
        if (verb == "UPDATE") return verb + " " + std::string(word);
        table = "?";
      }
    }
  }
  return verb;
}

std::vector<double> row_bounds() {
  return {1, 10, 100, 1'000, 5'000, 10'000, 30'000, 100'000};
}

}  // namespace

MeteredEngine::MeteredEngine(std::unique_ptr<analytics::Engine> inner, QueryBook& book, telemetry::Metrics& metrics)
    : inner_(std::move(inner)),
      book_(book),
      metrics_(metrics),
      batch_rows_(metrics.histogram("lf_writer_batch_rows", "Rows of one insert.", row_bounds())) {}

Result<analytics::Rows> MeteredEngine::select(std::string_view name, std::string_view sql,
                                              const analytics::Params& params, const analytics::QueryLimits& limits) {
  const std::int64_t began = monotonic_us();
  auto result = inner_->select(name, sql, params, limits);
  book_.note(kAnalytics, "select", name, project_of(params), monotonic_us() - began, error_of(result));
  return result;
}

Result<> MeteredEngine::execute(std::string_view name, std::string_view sql, const analytics::Params& params) {
  const std::int64_t began = monotonic_us();
  auto result = inner_->execute(name, sql, params);
  book_.note(kAnalytics, "execute", name, project_of(params), monotonic_us() - began, error_of(result));
  return result;
}

// Counts from its beginning, so what is prepared while others are inserted is in the time.
class MeteredEngine::Insert final : public analytics::PendingInsert {
 public:
  Insert(MeteredEngine& engine, std::string table, std::size_t rows, std::int64_t began_us,
         std::unique_ptr<PendingInsert> inner)
      : engine_(engine), table_(std::move(table)), rows_(rows), began_us_(began_us), inner_(std::move(inner)) {}

  Result<> finish() override {
    auto result = inner_->finish();
    engine_.note_insert(table_, rows_, began_us_, error_of(result));
    return result;
  }

 private:
  MeteredEngine& engine_;
  const std::string table_;
  const std::size_t rows_;
  const std::int64_t began_us_;
  const std::unique_ptr<PendingInsert> inner_;
};

Result<std::unique_ptr<analytics::PendingInsert>> MeteredEngine::begin_insert(std::string_view table,
                                                                              const analytics::NativeBlock& block,
                                                                              std::string_view dedup_token) {
  const std::int64_t began = monotonic_us();
  auto pending = inner_->begin_insert(table, block, dedup_token);
  if (!pending) {
    note_insert(table, block.rows(), began, error_of(pending));
    return std::move(pending).error();
  }
  return std::unique_ptr<analytics::PendingInsert>(
      new Insert(*this, std::string(table), block.rows(), began, *std::move(pending)));
}

void MeteredEngine::note_insert(std::string_view table, std::size_t rows, std::int64_t began_us, const Error* error) {
  book_.note(kAnalytics, "insert", table, {}, monotonic_us() - began_us, error);
  const bool refused = error != nullptr && error->code == Errc::kInvalidArgument;
  metrics_
      .counter("lf_writer_rows_total",
               "Rows given to the analytics store, by table and outcome; failed ones are retried.",
               {{"table", std::string(table)},
                {"outcome", error == nullptr ? "inserted"
                            : refused        ? "refused"
                                             : "failed"}})
      .add(rows);
  batch_rows_.observe(static_cast<double>(rows));
}

Result<meta::ResultSet> MeteredDatabase::run(std::string_view sql, const std::vector<meta::Value>& values) {
  const std::int64_t began = monotonic_us();
  auto result = inner_->run(sql, values);
  book_.note(kMeta, "run", name_of(sql), {}, monotonic_us() - began, error_of(result));
  return result;
}

Result<> MeteredDatabase::transaction(const std::function<Result<>(meta::Session&)>& work) {
  const std::int64_t began = monotonic_us();
  auto result = inner_->transaction(work);
  book_.note(kMeta, "transaction", "transaction", {}, monotonic_us() - began, error_of(result));
  return result;
}

Result<> MeteredDatabase::exclusive_transaction(const std::function<Result<>(meta::Session&)>& work) {
  const std::int64_t began = monotonic_us();
  auto result = inner_->exclusive_transaction(work);
  book_.note(kMeta, "transaction", "exclusive transaction", {}, monotonic_us() - began, error_of(result));
  return result;
}

}  // namespace clew::operations
