// A thread that inserts one flush at a time, while the worker builds the next.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "base/result.h"

namespace clew::ingest {

class InsertThread {
 public:
  // True: stored. False: not, and must be built anew first.
  using Work = std::function<Result<bool>()>;
  struct Outcome {
    Result<bool> result;
    std::int64_t ended_us = 0;  // monotonic
  };

  // `on_done` is called on the thread after each work. Starts with the first begin().
  explicit InsertThread(std::function<void()> on_done) : on_done_(std::move(on_done)) {}
  // Waits for what is under way.
  ~InsertThread();

  // One at a time: take() comes before the next begin().
  void begin(Work work);
  // Whether take() would not wait.
  bool is_done() const;
  // How the work begun last ended; waits for it.
  Outcome take();

 private:
  void run();

  const std::function<void()> on_done_;
  mutable std::mutex mutex_;
  std::condition_variable wakes_;
  Work work_;
  std::optional<Outcome> outcome_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace clew::ingest
