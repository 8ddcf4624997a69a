#include "base/cancellation.h"

#include <utility>

#include "base/time.h"

namespace clew {

namespace {
// tidy: banned_call, handlers are plain functions on pool threads; see decision 34
thread_local std::stop_token current;
// tidy: banned_call, as above
thread_local Served* served = nullptr;
}  // namespace

CancellationScope::CancellationScope(std::stop_token token)
    : outer_(std::exchange(current, std::move(token))),
      served_({.since_us = monotonic_us()}),
      outer_served_(std::exchange(served, &served_)) {}

CancellationScope::~CancellationScope() {
  current = std::move(outer_);
  served = outer_served_;
}

std::stop_token current_cancellation() {
  return current;
}

Served* current_served() {
  return served;
}

}  // namespace clew
