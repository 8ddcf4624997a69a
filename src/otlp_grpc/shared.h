// What all calls of a listener have in common.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

#include "http/memory_budget.h"
#include "http/remote_address.h"
#include "http/server.h"
#include "otlp_grpc/listener.h"

namespace clew::otlp_grpc {

// Calls that have begun and not ended. Any thread.
class CallCount {
 public:
  void add() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++count_;
  }
  void remove() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--count_ == 0) none_.notify_all();
  }
  void wait_until_none() {
    std::unique_lock<std::mutex> lock(mutex_);
    none_.wait(lock, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  std::size_t count_ = 0;
};

struct Shared {
  Shared(ListenerOptions given, http::ProxyList proxy_list, http::Application& served,
         std::shared_ptr<http::MemoryBudget> budget)
      : options(std::move(given)),
        proxies(std::move(proxy_list)),
        application(served),
        body_memory(std::move(budget)) {}

  const ListenerOptions options;
  const http::ProxyList proxies;
  http::Application& application;
  const std::shared_ptr<http::MemoryBudget> body_memory;
  CallCount calls;
};

}  // namespace clew::otlp_grpc
