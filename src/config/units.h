// Numbers with units, as people write them in settings.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clew::config {

// "512", "64MiB", "2 GB", "1.5GiB"; k/M/G/T with B are powers of 1000, with iB of 1024. Null when it is not that.
std::optional<std::uint64_t> parse_bytes(std::string_view text);
std::string bytes_text(std::uint64_t bytes);

// "250ms", "10s", "5m", "2h", "7d"; a number alone counts in `bare`, and is refused when that is zero.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text, std::chrono::milliseconds bare);
std::string duration_text(std::chrono::milliseconds duration);

// true/false, 1/0, yes/no, on/off in any case.
std::optional<bool> parse_flag(std::string_view text);

std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace clew::config
