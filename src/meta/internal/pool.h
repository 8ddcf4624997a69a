// A bounded set of connections, made when first needed. A lease gives its connection back when it ends, unless the
// connection says it is no longer usable(). Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/result.h"

namespace clew::meta::internal {

template <class Connection>
class Pool {
 public:
  using Make = std::function<Result<std::unique_ptr<Connection>>()>;

  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<Connection> connection) : pool_(&pool), connection_(std::move(connection)) {}
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection_) pool_->give_back(std::move(connection_));
    }
    Connection* operator->() { return connection_.get(); }
    Connection& operator*() { return *connection_; }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  Pool(std::size_t connections_max, std::chrono::milliseconds wait_max, Make make)
      : connections_max_(connections_max), wait_max_(wait_max), make_(std::move(make)) {}

  // kUnavailable when all connections stay in use for `wait_max`; otherwise whatever making one said.
  Result<Lease> acquire() {
    std::unique_lock lock(mutex_);
    const bool free = changed_.wait_for(lock, wait_max_, [&] { return !idle_.empty() || made_ < connections_max_; });
    if (!free) return Error{Errc::kUnavailable, "the database is busy: no connection became free in time"};
    while (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      if (connection->still_alive()) return Lease(*this, std::move(connection));
      --made_;
    }
    ++made_;
    lock.unlock();
    Result<std::unique_ptr<Connection>> connection = make_();
    if (!connection) {
      forget_one();
      return std::move(connection).error();
    }
    return Lease(*this, *std::move(connection));
  }

 private:
  void give_back(std::unique_ptr<Connection> connection) {
    if (!connection->usable()) {
      connection.reset();
      forget_one();
      return;
    }
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
    changed_.notify_one();
  }

  void forget_one() {
    const std::lock_guard lock(mutex_);
    --made_;
    changed_.notify_one();
  }

  const std::size_t connections_max_;
  const std::chrono::milliseconds wait_max_;
  const Make make_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t made_ = 0;
};

}  // namespace clew::meta::internal
