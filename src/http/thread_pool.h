// A fixed number of threads with a bounded queue, for handlers that block.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace clew::http {

struct ThreadPoolOptions {
  std::size_t threads = 8;
  std::size_t queue_max = 512;  // tasks that wait for a thread; more are refused
};

// Any thread may submit. Tasks must not throw. The destructor finishes every accepted task.
class ThreadPool {
 public:
  using Task = std::move_only_function<void()>;

  explicit ThreadPool(ThreadPoolOptions options);
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool();

  // False: the queue is full or the pool stops; `task` was not taken.
  [[nodiscard]] bool try_submit(Task& task);
  // Takes no more tasks, finishes those taken, joins. Idempotent.
  void stop();
  std::size_t waiting() const;

 private:
  void run();

  const std::size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Task> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace clew::http
