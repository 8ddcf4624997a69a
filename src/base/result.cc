#include "base/result.h"

namespace clew {

std::string_view to_text(Errc code) {
  switch (code) {
    case Errc::kInvalidArgument:
      return "invalid_argument";
    case Errc::kUnauthenticated:
      return "unauthenticated";
    case Errc::kForbidden:
      return "forbidden";
    case Errc::kNotFound:
      return "not_found";
    case Errc::kConflict:
      return "conflict";
    case Errc::kTooLarge:
      return "too_large";
    case Errc::kUnsupported:
      return "unsupported";
    case Errc::kOverloaded:
      return "overloaded";
    case Errc::kRateLimited:
      return "rate_limited";
    case Errc::kCancelled:
      return "cancelled";
    case Errc::kDeadlineExceeded:
      return "deadline_exceeded";
    case Errc::kUnavailable:
      return "unavailable";
    case Errc::kCorruption:
      return "corruption";
    case Errc::kInternal:
      return "internal";
  }
  return "internal";
}

}  // namespace clew
