// For whom a thread works at the moment, and whether that one still waits.
//
// A handler runs on one thread from its request to its answer. What it calls on the way (readers, lists, searches)
// need not hand the request's stop token through: whoever does long work asks for it here (decision 34). Work given to
// another thread does not take the token along.
#pragma once

#include <stop_token>

namespace clew {

// While it lives, this thread's work is for somebody who may leave. Scopes nest; the innermost counts.
class CancellationScope {
 public:
  explicit CancellationScope(std::stop_token token);
  ~CancellationScope();
  CancellationScope(const CancellationScope&) = delete;
  CancellationScope& operator=(const CancellationScope&) = delete;

 private:
  std::stop_token outer_;
};

// The token of the innermost scope of this thread; without one, a token that is never stopped.
std::stop_token current_cancellation();

}  // namespace clew
