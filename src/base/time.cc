#include "base/time.h"

#include <chrono>

#include <fmt/format.h>

namespace clew {

namespace {

using namespace std::chrono;

bool read_digits(std::string_view text, std::size_t& at, int count, int& out) {
  if (at + static_cast<std::size_t>(count) > text.size()) return false;
  out = 0;
  for (int i = 0; i < count; ++i) {
    const char c = text[at + static_cast<std::size_t>(i)];
    if (c < '0' || c > '9') return false;
    out = out * 10 + (c - '0');
  }
  at += static_cast<std::size_t>(count);
  return true;
}

bool read_char(std::string_view text, std::size_t& at, char c) {
  if (at >= text.size() || text[at] != c) return false;
  ++at;
  return true;
}

struct Civil {
  int year, hour, minute, second, us;
  unsigned month, day;
};

Civil civil_of(TimeUs time) {
  const sys_time<microseconds> point{microseconds{time}};
  const auto days = floor<std::chrono::days>(point);
  const year_month_day date{days};
  const hh_mm_ss clock{point - days};
  return {.year = static_cast<int>(date.year()),
          .hour = static_cast<int>(clock.hours().count()),
          .minute = static_cast<int>(clock.minutes().count()),
          .second = static_cast<int>(clock.seconds().count()),
          .us = static_cast<int>(clock.subseconds().count()),
          .month = static_cast<unsigned>(date.month()),
          .day = static_cast<unsigned>(date.day())};
}

}  // namespace

TimeUs SystemClock::now_us() const {
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

std::int64_t monotonic_us() {
  return duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count();
}

std::optional<TimeUs> parse_iso_time(std::string_view text) {
  std::size_t at = 0;
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!read_digits(text, at, 4, year) || !read_char(text, at, '-') || !read_digits(text, at, 2, month) ||
      !read_char(text, at, '-') || !read_digits(text, at, 2, day)) {
    return std::nullopt;
  }
  if (!read_char(text, at, 'T') && !read_char(text, at, 't') && !read_char(text, at, ' ')) return std::nullopt;
  if (!read_digits(text, at, 2, hour) || !read_char(text, at, ':') || !read_digits(text, at, 2, minute)) {
    return std::nullopt;
  }
  std::int64_t fraction_us = 0;
  if (read_char(text, at, ':')) {
    if (!read_digits(text, at, 2, second)) return std::nullopt;
    if (read_char(text, at, '.') || read_char(text, at, ',')) {
      std::int64_t scale = 100'000;
      std::size_t digits = 0;
      for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits) {
        fraction_us += (text[at] - '0') * scale;
        scale /= 10;
      }
      if (digits == 0) return std::nullopt;
    }
  }
  const year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  std::int64_t offset_minutes = 0;
  if (!read_char(text, at, 'Z') && !read_char(text, at, 'z')) {
    const bool plus = read_char(text, at, '+');
    if (!plus && !read_char(text, at, '-')) return std::nullopt;
    int oh = 0, om = 0;
    if (!read_digits(text, at, 2, oh)) return std::nullopt;
    read_char(text, at, ':');
    if (at < text.size() && !read_digits(text, at, 2, om)) return std::nullopt;
    if (oh > 23 || om > 59) return std::nullopt;
    offset_minutes = (plus ? 1 : -1) * (oh * 60 + om);
  }
  if (at != text.size()) return std::nullopt;
  const std::int64_t day_count = sys_days{date}.time_since_epoch().count();
  const std::int64_t seconds = day_count * 86'400 + hour * 3'600 + minute * 60 + second - offset_minutes * 60;
  return seconds * 1'000'000 + fraction_us;
}

std::string iso_ms(TimeUs time) {
  const Civil c = civil_of(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", c.year, c.month, c.day, c.hour, c.minute, c.second,
                     c.us / 1000);
}

std::string sql_us(TimeUs time) {
  const Civil c = civil_of(time);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}", c.year, c.month, c.day, c.hour, c.minute, c.second,
                     c.us);
}

}  // namespace clew
