#include "analytics/statement_killer.h"

#include <chrono>
#include <vector>

#include <pthread.h>

namespace clew::analytics {

namespace {
constexpr std::chrono::milliseconds kAgain{50};
// A request that was given up may reach the store later than its end.
constexpr int kAskedAfterwards = 4;
constexpr int kWatched = -1;
}  // namespace

StatementKiller::Watch::Watch(StatementKiller& killer, std::string id, const std::stop_token* stop)
    : killer_(killer), id_(std::move(id)) {
  if (stop != nullptr && stop->stop_possible()) callback_.emplace(*stop, Doom{this});
}

StatementKiller::Watch::~Watch() {
  if (!callback_) return;
  callback_.reset();  // waits for a call under way
  killer_.forget(id_);
}

StatementKiller::StatementKiller(Afterwards afterwards, std::function<void(const std::string& id)> kill)
    : asked_afterwards_(afterwards == Afterwards::kMayGoOn ? kAskedAfterwards : 0), kill_(std::move(kill)) {}

StatementKiller::~StatementKiller() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void StatementKiller::doom(const std::string& id) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    doomed_.emplace(id, kWatched);
    if (!thread_.joinable()) {
      thread_ = std::thread([this] { run(); });
      ::pthread_setname_np(thread_.native_handle(), "clew-killer");
    }
  }
  changed_.notify_all();
}

void StatementKiller::forget(const std::string& id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = doomed_.find(id);
  if (found == doomed_.end()) return;
  found->second = asked_afterwards_;
  if (asked_afterwards_ == 0) doomed_.erase(found);
}

void StatementKiller::run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    changed_.wait(lock, [this] { return stopping_ || !doomed_.empty(); });
    std::vector<std::string> ids;
    for (const auto& [id, times] : doomed_)
      ids.push_back(id);
    lock.unlock();
    for (const std::string& id : ids)
      kill_(id);
    lock.lock();
    for (const std::string& id : ids) {
      const auto found = doomed_.find(id);
      if (found != doomed_.end() && found->second > 0 && --found->second == 0) doomed_.erase(found);
    }
    changed_.wait_for(lock, kAgain, [this] { return stopping_; });
  }
}

}  // namespace clew::analytics
