#include "base/cancellation.h"

#include <utility>

namespace clew {

namespace {
// tidy: banned_call, handlers are plain functions on pool threads; see decision 34
thread_local std::stop_token current;
}  // namespace

CancellationScope::CancellationScope(std::stop_token token) : outer_(std::exchange(current, std::move(token))) {}

CancellationScope::~CancellationScope() {
  current = std::move(outer_);
}

std::stop_token current_cancellation() {
  return current;
}

}  // namespace clew
