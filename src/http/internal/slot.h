// A value handed from any thread to a coroutine on its io thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace clew::http {

// put() once from any thread; wait() once on the io thread. abandon() on the io thread ends the wait without a value;
// a later put() is dropped.
template <class T>
class Slot {
 public:
  explicit Slot(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  void put(T value) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;
    closed_ = true;
    value_ = std::move(value);
    // Under the lock: the io thread cannot end, and with it the executor, between the look and the post.
    if (waiter_) boost::asio::post(executor_, std::exchange(waiter_, nullptr));
  }

  void abandon() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;
    closed_ = true;
    if (waiter_) boost::asio::post(executor_, std::exchange(waiter_, nullptr));
  }

  bool is_ready() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return closed_;
  }

  // Null when abandoned. `self` keeps the slot alive during the wait.
  static boost::asio::awaitable<std::optional<T>> wait(std::shared_ptr<Slot> self) {
    if (!self->is_ready()) {
      co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
          [slot = self.get()](auto handler) { slot->arm(std::move(handler)); }, boost::asio::use_awaitable);
    }
    const std::lock_guard<std::mutex> lock(self->mutex_);
    co_return std::move(self->value_);
  }

 private:
  void arm(std::move_only_function<void()> waiter) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) {
      boost::asio::post(executor_, std::move(waiter));
    } else {
      waiter_ = std::move(waiter);
    }
  }

  const boost::asio::any_io_executor executor_;
  mutable std::mutex mutex_;
  bool closed_ = false;
  std::optional<T> value_;
  std::move_only_function<void()> waiter_;
};

}  // namespace clew::http
