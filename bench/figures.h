// How results are reported: percentiles, and one line `name  value unit` per figure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clew::bench {

// Durations in microseconds.
class Durations {
 public:
  void add(std::int64_t us) { us_.push_back(us); }
  void add_all(const Durations& other) { us_.insert(us_.end(), other.us_.begin(), other.us_.end()); }
  bool empty() const { return us_.empty(); }
  std::size_t size() const { return us_.size(); }
  // Nearest rank, `share` of 0–1; 0 when empty.
  double percentile_ms(double share) const;
  double max_ms() const { return percentile_ms(1); }

 private:
  std::vector<std::int64_t> us_;
};

// `key` is for programs (run.py), the rest for people.
void print_figure(std::string_view key, double value, int decimals, std::string_view unit);
void print_note(std::string_view key, std::string_view text);

}  // namespace clew::bench
