// Points in time as microseconds since 1970-01-01T00:00:00Z, and their text forms.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clew {

using TimeUs = std::int64_t;  // microseconds since the epoch, UTC

// Where the time comes from. Production uses SystemClock; tests use FakeClock.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimeUs now_us() const = 0;
};

class SystemClock final : public Clock {
 public:
  TimeUs now_us() const override;
};

class FakeClock final : public Clock {
 public:
  explicit FakeClock(TimeUs now) : now_(now) {}
  TimeUs now_us() const override { return now_; }
  void advance(std::int64_t us) { now_ += us; }

 private:
  TimeUs now_;
};

// Monotonic microseconds, for durations and deadlines only.
std::int64_t monotonic_us();

// ISO 8601 with a zone (Z, ±hh:mm or ±hhmm); seconds may be missing, any number of fraction digits (cut to µs).
// Null for a missing zone, a date alone, or an impossible date.
std::optional<TimeUs> parse_iso_time(std::string_view text);

// "2026-01-02T03:04:05.678Z": the form of every API answer (contract/api.md A.7).
std::string iso_ms(TimeUs time);
// "2026-01-02 03:04:05.678901": the text form of a DateTime64(6,'UTC') parameter.
std::string sql_us(TimeUs time);

}  // namespace clew
