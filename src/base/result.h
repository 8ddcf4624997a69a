// Failure as a value. Every function that can fail for a reason outside the program returns Result<T>.
//
// A code is a decision for the caller (change the request, retry later, give up, page someone), not a place in our
// code; detail goes in the message. Exceptions of third parties are caught in the module that wraps them.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace clew {

enum class Errc : std::uint8_t {
  kInvalidArgument,   // 400: the caller must change the request
  kUnauthenticated,   // 401
  kForbidden,         // 403
  kNotFound,          // 404
  kConflict,          // 409
  kTooLarge,          // 413
  kUnsupported,       // 415
  kOverloaded,        // 503 with Retry-After: nothing was done, try later
  kRateLimited,       // 429 with Retry-After: this caller asks too often; nothing was done
  kCancelled,         // the client is gone
  kDeadlineExceeded,  // 504: outcome may be unknown
  kUnavailable,       // 503: a back end is away
  kCorruption,        // 500: stored bytes are damaged
  kInternal,          // 500: a bug or something nobody foresaw
};

std::string_view to_text(Errc code);

struct Error {
  Errc code = Errc::kInternal;
  std::string message;  // what failed, with the identifiers a reader of the log needs

  Error with_context(std::string_view what) && {
    message.insert(0, ": ").insert(0, what);
    return std::move(*this);
  }
};

// A value or an Error. Access without a check aborts: that is a bug, never an input.
template <class T = void>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}                     // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::unexpect, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const { return state_.has_value(); }
  explicit operator bool() const { return state_.has_value(); }
  T& operator*() & { return checked(), *state_; }
  const T& operator*() const& { return checked(), *state_; }
  T&& operator*() && { return checked(), *std::move(state_); }
  T* operator->() { return checked(), &*state_; }
  const T* operator->() const { return checked(), &*state_; }
  Error& error() & { return state_.error(); }
  const Error& error() const& { return state_.error(); }
  Error&& error() && { return std::move(state_).error(); }
  template <class U>
  T value_or(U&& other) const {
    return state_.value_or(std::forward<U>(other));
  }

 private:
  void checked() const {
    if (!state_) {
      std::fputs(state_.error().message.c_str(), stderr);
      std::abort();
    }
  }
  std::expected<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : state_(std::unexpect, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const { return state_.has_value(); }
  explicit operator bool() const { return state_.has_value(); }
  Error& error() & { return state_.error(); }
  const Error& error() const& { return state_.error(); }
  Error&& error() && { return std::move(state_).error(); }

 private:
  std::expected<void, Error> state_;
};

inline Result<> ok() {
  return {};
}

}  // namespace clew

#define CLEW_CAT_IMPL(a, b) a##b
#define CLEW_CAT(a, b) CLEW_CAT_IMPL(a, b)
#define CLEW_TRY_IMPL(tmp, decl, ...)      \
  auto tmp = __VA_ARGS__;                  \
  if (!tmp) return std::move(tmp).error(); \
  decl = *std::move(tmp)
// CLEW_TRY(auto x, f()): declares x, or returns the error of f(). On its own line, inside braces.
#define CLEW_TRY(decl, ...) CLEW_TRY_IMPL(CLEW_CAT(try_, __COUNTER__), decl, __VA_ARGS__)
#define CLEW_CHECK_IMPL(tmp, ...) \
  if (auto tmp = __VA_ARGS__; !tmp) return std::move(tmp).error()
// CLEW_CHECK(f()): the same for Result<void>.
#define CLEW_CHECK(...) CLEW_CHECK_IMPL(CLEW_CAT(check_, __COUNTER__), __VA_ARGS__)
// A broken invariant of ours ends the process. Never for input, disk contents or network.
#define CLEW_ASSERT(condition, text)                                 \
  do {                                                               \
    if (!(condition)) {                                              \
      std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, text); \
      std::abort();                                                  \
    }                                                                \
  } while (false)
