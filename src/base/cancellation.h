// For whom a thread works at the moment, whether that one still waits, and how much was done for it so far.
//
// A handler runs on one thread from its request to its answer. What it calls on the way (readers, lists, searches)
// need not hand the request's stop token through: whoever does long work asks for it here (decision 34). Work given to
// another thread does not take the token along.
#pragma once

#include <cstdint>
#include <stop_token>

namespace clew {

struct Served {
  std::int64_t since_us = 0;  // on the monotonic clock
  std::int64_t used_us = 0;   // at the store; whoever serves adds to it
};

// While it lives, this thread's work is for somebody who may leave. Scopes nest; the innermost counts.
class CancellationScope {
 public:
  explicit CancellationScope(std::stop_token token);
  ~CancellationScope();
  CancellationScope(const CancellationScope&) = delete;
  CancellationScope& operator=(const CancellationScope&) = delete;

 private:
  std::stop_token outer_;
  Served served_;
  Served* outer_served_;
};

// The token of the innermost scope of this thread; without one, a token that is never stopped.
std::stop_token current_cancellation();

// Of the innermost scope of this thread; null without one. Valid as long as the scope, on this thread only.
Served* current_served();

}  // namespace clew
