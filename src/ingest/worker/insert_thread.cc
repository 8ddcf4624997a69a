#include "ingest/worker/insert_thread.h"

#include <utility>

#include "base/time.h"
#include "ingest/worker/crash_guard.h"

namespace clew::ingest {

InsertThread::~InsertThread() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wakes_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void InsertThread::begin(Work work) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    work_ = std::move(work);
    outcome_.reset();
  }
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  wakes_.notify_all();
}

bool InsertThread::is_done() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return outcome_.has_value();
}

InsertThread::Outcome InsertThread::take() {
  std::unique_lock<std::mutex> lock(mutex_);
  wakes_.wait(lock, [&] { return outcome_.has_value(); });
  return *std::exchange(outcome_, std::nullopt);
}

void InsertThread::run() {
  CrashGuard::watch_this_thread();
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    wakes_.wait(lock, [&] { return stopping_ || work_; });
    if (!work_) return;
    const Work work = std::exchange(work_, nullptr);
    lock.unlock();
    Result<bool> result = work();
    const std::int64_t ended_us = monotonic_us();
    lock.lock();
    outcome_ = Outcome{std::move(result), ended_us};
    wakes_.notify_all();
    lock.unlock();
    on_done_();
    lock.lock();
  }
}

}  // namespace clew::ingest
