#include "analytics/read_line.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/time.h"

namespace clew::analytics {

namespace {

constexpr std::size_t kKindsMax = 20'000;
constexpr std::int64_t kUnknownUs = 50'000;
// How many times what it uses a request may be made to wait for those that use less, and at most how long.
constexpr std::int64_t kPatience = 8, kPatienceUsMax = 10'000'000;

telemetry::Counter& refused(telemetry::Metrics& metrics, const char* reason) {
  return metrics.counter("lf_read_refused_total",
                         "Reads that the line before the analytics store refused (503), by reason.",
                         {{"reason", reason}});
}

std::string kind_of(std::string_view name, std::string_view project_id) {
  return std::string(name).append("\n").append(project_id);
}

void add(std::map<std::string, int, std::less<>>& counts, const std::string& key, int by) {
  const int now = counts[key] += by;
  if (now == 0) counts.erase(key);
}

int at(const std::map<std::string, int, std::less<>>& counts, const std::string& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

}  // namespace

ReadLine::Place::Place(Place&& other) noexcept
    : line_(std::exchange(other.line_, nullptr)),
      project_(std::move(other.project_)),
      kind_(std::move(other.kind_)),
      began_us_(other.began_us_),
      served_(other.served_),
      long_(other.long_),
      alone_(other.alone_),
      counts_(other.counts_) {}

ReadLine::Place::~Place() {
  if (line_ != nullptr) line_->leave(*this);
}

ReadLine::ReadLine(const ReadLineOptions& options, telemetry::Metrics& metrics)
    : options_(options),
      line_full_(refused(metrics, "line_full")),
      waited_too_long_(refused(metrics, "waited_too_long")),
      left_waiting_(metrics.counter("lf_read_cancelled_total", "Reads whose client left before the answer, by state.",
                                    {{"state", "waiting"}})),
      wait_seconds_(metrics.histogram("lf_read_wait_seconds", "Time a read stood in line before the analytics store.",
                                      telemetry::latency_bounds())) {
  metrics.gauge_of("lf_read_waiting", "Reads that stand in line before the analytics store.", {},
                   [this] { return static_cast<double>(waiting()); });
  metrics.gauge_of("lf_read_running", "Reads at work in the analytics store.", {},
                   [this] { return static_cast<double>(running()); });
}

int ReadLine::waiting() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<int>(waiting_.size());
}

int ReadLine::running() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return running_;
}

int ReadLine::running_of(const std::string& project) const {
  return at(running_by_project_, project);
}

std::int64_t ReadLine::usual_us(const std::string& kind) const {
  const auto found = usual_us_.find(kind);
  return found == usual_us_.end() ? kUnknownUs : found->second;
}

bool ReadLine::may_start(const Waiter& waiter) const {
  const int of_project = running_of(waiter.project);
  if (of_project >= options_.per_project) return false;
  const bool has_place = running_ < options_.places && (!waiter.is_long || long_running_ < options_.long_places);
  return has_place || (of_project == 0 && running_ < options_.places + options_.guests);
}

void ReadLine::call_next() {
  for (;;) {
    auto best = waiting_.end();
    for (auto it = waiting_.begin(); it != waiting_.end(); ++it) {
      if (!may_start(**it)) continue;
      const auto order = [this](const Waiter& waiter) { return std::pair(running_of(waiter.project), waiter.rank_us); };
      if (best == waiting_.end() || order(**it) < order(**best)) best = it;
    }
    if (best == waiting_.end()) return;
    Waiter& chosen = **best;
    waiting_.erase(best);
    chosen.started = true;
    ++running_;
    if (chosen.is_long) ++long_running_;
    add(running_by_project_, chosen.project, 1);
    chosen.called.notify_all();
  }
}

Result<ReadLine::Place> ReadLine::enter(std::string_view name, std::string_view project_id, const std::stop_token& stop,
                                        Served* served) {
  const std::int64_t came_us = monotonic_us();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.wait_ms_max);
  Place place;
  place.project_ = project_id;
  place.kind_ = kind_of(name, project_id);
  Waiter self;
  self.project = place.project_;

  std::unique_lock<std::mutex> lock(mutex_);
  const std::int64_t usual = usual_us(place.kind_);
  self.is_long = usual > options_.long_us;
  const std::int64_t asked_us = served != nullptr ? served->since_us : came_us;
  const std::int64_t used_us = usual + (served != nullptr ? served->used_us : 0);
  self.rank_us = asked_us + std::min(kPatience * used_us, kPatienceUsMax);
  place.alone_ = running_ == 0 && waiting_.empty();
  const bool is_full = static_cast<int>(waiting_.size()) >= options_.waiting_max ||
                       at(waiting_by_project_, self.project) >= options_.waiting_per_project_max;
  if (is_full && !may_start(self)) {
    line_full_.add();
    return Error{Errc::kOverloaded, std::string(name) + ": too many reads wait for the analytics store"};
  }
  waiting_.push_back(&self);
  add(waiting_by_project_, self.project, 1);
  call_next();
  self.called.wait_until(lock, stop, deadline, [&self] { return self.started; });
  add(waiting_by_project_, self.project, -1);
  if (!self.started) {
    waiting_.remove(&self);
    const bool left = stop.stop_requested();
    (left ? left_waiting_ : waited_too_long_).add();
    return left ? Error{Errc::kCancelled, std::string(name) + ": the client left while the statement waited"}
                : Error{Errc::kOverloaded, std::string(name) + ": waited too long for the analytics store"};
  }
  place.line_ = this;
  place.long_ = self.is_long;
  place.served_ = served;
  place.began_us_ = monotonic_us();
  wait_seconds_.observe(static_cast<double>(place.began_us_ - came_us) / 1e6);
  return place;
}

void ReadLine::note_duration(const std::string& kind, std::int64_t took_us) {
  if (usual_us_.size() >= kKindsMax) usual_us_.clear();
  const auto [known, is_new] = usual_us_.try_emplace(kind, took_us);
  if (!is_new) known->second += (took_us - known->second) / 4;
}

void ReadLine::learn(std::string_view name, std::string_view project_id, std::int64_t took_us) {
  const std::string kind = kind_of(name, project_id);
  const std::lock_guard<std::mutex> lock(mutex_);
  note_duration(kind, took_us);
}

void ReadLine::leave(const Place& place) {
  const std::int64_t took_us = monotonic_us() - place.began_us_;
  if (place.served_ != nullptr) place.served_->used_us += took_us;
  const std::lock_guard<std::mutex> lock(mutex_);
  --running_;
  if (place.long_) --long_running_;
  add(running_by_project_, place.project_, -1);
  if (place.counts_) note_duration(place.kind_, took_us);
  call_next();
}

}  // namespace clew::analytics
