#include "bench/figures.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>

namespace clew::bench {

double Durations::percentile_ms(double share) const {
  if (us_.empty()) return 0;
  std::vector<std::int64_t> sorted = us_;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(rank, 1, sorted.size()) - 1);
  std::nth_element(sorted.begin(), at, sorted.end());
  return static_cast<double>(*at) / 1e3;
}

void print_figure(std::string_view key, double value, int decimals, std::string_view unit) {
  fmt::print("{:<28} {:>14.{}f} {}\n", key, value, decimals, unit);
  std::fflush(stdout);
}

void print_note(std::string_view key, std::string_view text) {
  fmt::print("{:<28} {}\n", key, text);
  std::fflush(stdout);
}

}  // namespace clew::bench
