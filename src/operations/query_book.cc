#include "operations/query_book.h"

#include <algorithm>

namespace clew::operations {

namespace {
constexpr std::size_t kSlowMax = 100;
constexpr std::size_t kStatementsMax = 300;  // names are constants of the program; this only bounds a mistake
constexpr std::size_t kErrorMax = 300;
}  // namespace

std::string_view outcome_of(const Error* error) {
  if (error == nullptr) return "ok";
  switch (error->code) {
    case Errc::kCancelled:
      return "cancelled";
    case Errc::kDeadlineExceeded:
      return "timeout";
    case Errc::kTooLarge:
      return "too_large";
    case Errc::kOverloaded:
      return "busy";
    case Errc::kUnavailable:
      return "unavailable";
    case Errc::kNotFound:
    case Errc::kForbidden:
    case Errc::kUnauthenticated:
    case Errc::kInvalidArgument:
    case Errc::kConflict:
      return "refused";
    default:
      return "failed";
  }
}

QueryBook::QueryBook(telemetry::Metrics& metrics, const Clock& clock, std::int64_t slow_us)
    : metrics_(metrics), clock_(clock), slow_us_(slow_us) {}

QueryBook::Store& QueryBook::store_of(std::string_view store) {
  const auto found = stores_.find(store);
  if (found != stores_.end()) return found->second;
  Store& made = stores_[std::string(store)];
  made.state.store = store;
  return made;
}

void QueryBook::note(std::string_view store, std::string_view op, std::string_view name, std::string_view project_id,
                     std::int64_t duration_us, const Error* error) {
  const std::string_view outcome = outcome_of(error);
  const std::lock_guard<std::mutex> lock(mutex_);
  Store& kept = store_of(store);
  auto seconds = kept.seconds.find(op);
  if (seconds == kept.seconds.end()) {
    auto& histogram =
        metrics_.histogram("lf_store_latency_seconds", "Time a store took to answer, by operation.",
                           telemetry::latency_bounds(), {{"store", std::string(store)}, {"op", std::string(op)}});
    seconds = kept.seconds.emplace(op, &histogram).first;
  }
  seconds->second->observe(static_cast<double>(duration_us) / 1e6);
  std::string key(store);
  key.append("\n").append(op).append("\n").append(outcome);
  telemetry::Counter*& counter = outcomes_[key];
  if (counter == nullptr) {
    counter =
        &metrics_.counter("lf_store_calls_total", "Calls of a store by operation and outcome.",
                          {{"store", std::string(store)}, {"op", std::string(op)}, {"outcome", std::string(outcome)}});
  }
  counter->add();

  // Only "away" says that a store is down: a refused statement was answered.
  kept.state.latency_us = duration_us;
  if (error != nullptr && error->code == Errc::kUnavailable) {
    if (kept.state.is_up) kept.state.down_since_us = clock_.now_us();
    kept.state.is_up = false;
    kept.state.error = error->message.substr(0, kErrorMax);
  } else if (error == nullptr) {
    kept.state.is_up = true;
    kept.state.error.clear();
    kept.state.down_since_us.reset();
  }

  std::string statement(store);
  statement.append("\n").append(name);
  if (statements_.size() < kStatementsMax || statements_.contains(statement)) {
    StatementSummary& summary = statements_[statement];
    if (summary.calls == 0) {
      summary.store = store;
      summary.name = name;
    }
    ++summary.calls;
    if (error != nullptr) ++summary.failures;
    summary.total_us += duration_us;
    summary.max_us = std::max(summary.max_us, duration_us);
  }
  if (duration_us < slow_us_) return;
  slow_.push_front({.time_us = clock_.now_us(),
                    .store = std::string(store),
                    .name = std::string(name),
                    .project_id = std::string(project_id),
                    .outcome = std::string(outcome),
                    .duration_us = duration_us});
  if (slow_.size() > kSlowMax) slow_.pop_back();
}

std::vector<SlowQuery> QueryBook::slow() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return {slow_.begin(), slow_.end()};
}

std::vector<StatementSummary> QueryBook::statements() const {
  std::vector<StatementSummary> out;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [key, summary] : statements_)
      out.push_back(summary);
  }
  std::ranges::sort(out, [](const auto& a, const auto& b) { return a.total_us > b.total_us; });
  return out;
}

std::vector<StoreState> QueryBook::stores() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<StoreState> out;
  for (const auto& [name, store] : stores_)
    out.push_back(store.state);
  return out;
}

bool QueryBook::is_up(std::string_view store) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = stores_.find(store);
  return found == stores_.end() || found->second.state.is_up;
}

}  // namespace clew::operations
