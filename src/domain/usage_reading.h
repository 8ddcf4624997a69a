// What the entries of a usage map say together. Clients name counts as their provider does: one count may stand there
// under two names, and a detail may lie inside another count (OpenAI: reasoning tokens are completion tokens) or beside
// it (Anthropic: cached tokens are not input tokens). Names that begin with `input_` and `output_` are ours and lie
// beside (contract/cost.md 1). docs/decisions/0040 has the rules and their reasons.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/observation.h"

namespace clew::domain {

// One entry of the map, at its place.
struct UsageReading {
  enum class Kind : std::uint8_t {
    kCounted,   // a count of its own
    kOtherName  // the count that `of` gives already: nothing is left of it
  };
  Kind kind = Kind::kCounted;
  std::uint64_t units = 0;    // what is left after parts with an entry of their own are taken out
  std::size_t of = kNothing;  // index: of the same count, or of the count this one is part of

  static constexpr std::size_t kNothing = static_cast<std::size_t>(-1);
};

// One reading for each entry. Entries that `wanted` refuses are as if absent: they keep their units and change nothing.
// The total, where there is one, decides whether details lie inside; without it their names do.
std::vector<UsageReading> read_usage(const UsageMap& usage, const std::function<bool(std::string_view)>& wanted);
std::vector<UsageReading> read_usage(const UsageMap& usage);

// The total of a map that has no `total`: a total by another name, else the sum of what is counted.
std::uint64_t usage_total(const UsageMap& usage);

// What somebody who looks at a bill should know about the usage behind it.
struct UsageWarning {
  enum class Kind : std::uint8_t {
    kOtherName,       // `key` repeats `of`: counted once
    kPart,            // `key` is part of `of`: not counted on top of it
    kMoreThanTotal,   // the counts add up to more than `total`, by more than 1 %
    kInputSwallowed,  // input is 0 beside `key`: cached tokens were taken off an input that did not contain them
  };
  Kind kind = Kind::kOtherName;
  std::string key;
  std::string of;  // may be empty
  std::uint64_t units = 0;
};
std::string_view to_text(UsageWarning::Kind kind);  // "OTHER_NAME"

std::vector<UsageWarning> usage_warnings(const UsageMap& usage);

}  // namespace clew::domain
