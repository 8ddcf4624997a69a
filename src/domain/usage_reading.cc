#include "domain/usage_reading.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <span>

namespace clew::domain {

namespace {

// Quantities that have more than one name.
enum class Count : std::uint8_t {
  kInput,
  kOutput,
  kTotal,
  kCacheRead,
  kCacheCreation,
  kReasoning,
  kInputAudio,
  kOutputAudio,
  kInputText,
  kOutputText,
  kGrounding,
  kWebSearch,
  kEnd
};

// How a detail lies to the count of its side when no total tells.
enum class Place : std::uint8_t {
  kOwn,     // our names, and what is no detail
  kInside,  // the provider counts it in
  kBeside   // the provider leaves it out
};

struct Name {
  std::string_view name;
  Count count;
  std::uint8_t rank = 0;  // of several names of one count the lowest is kept
  Place place = Place::kOwn;
};

// Sorted by name.
constexpr std::array kNames = {
    Name{"cache_creation_input_tokens", Count::kCacheCreation, 1, Place::kBeside},  // Anthropic
    Name{"cache_read_input_tokens", Count::kCacheRead, 2, Place::kBeside},          // Anthropic
    Name{"cache_read_tokens", Count::kCacheRead, 3, Place::kInside},
    Name{"cache_write_tokens", Count::kCacheCreation, 2, Place::kInside},      // OpenAI
    Name{"cachedContentTokenCount", Count::kCacheRead, 5, Place::kInside},     // Gemini
    Name{"cached_content_token_count", Count::kCacheRead, 4, Place::kInside},  // Gemini
    Name{"cached_tokens", Count::kCacheRead, 6, Place::kInside},               // OpenAI
    Name{"candidatesTokenCount", Count::kOutput, 4},
    Name{"candidates_token_count", Count::kOutput, 3},
    Name{"completionTokens", Count::kOutput, 6},
    Name{"completion_tokens", Count::kOutput, 2},
    Name{"groundingQueries", Count::kGrounding, 1},
    Name{"grounding_queries", Count::kGrounding},
    Name{"input", Count::kInput},
    Name{"inputTokens", Count::kInput, 5},
    Name{"input_audio", Count::kInputAudio, 1},
    Name{"input_audio_tokens", Count::kInputAudio},
    Name{"input_cache_creation", Count::kCacheCreation},
    Name{"input_cache_read", Count::kCacheRead, 1},
    Name{"input_cached_tokens", Count::kCacheRead},
    Name{"input_text", Count::kInputText, 1},
    Name{"input_text_tokens", Count::kInputText},
    Name{"input_tokens", Count::kInput, 1},
    Name{"output", Count::kOutput},
    Name{"outputTokens", Count::kOutput, 5},
    Name{"output_audio", Count::kOutputAudio, 1},
    Name{"output_audio_tokens", Count::kOutputAudio},
    Name{"output_reasoning", Count::kReasoning, 1},
    Name{"output_reasoning_tokens", Count::kReasoning},
    Name{"output_text", Count::kOutputText, 1},
    Name{"output_text_tokens", Count::kOutputText},
    Name{"output_tokens", Count::kOutput, 1},
    Name{"promptTokenCount", Count::kInput, 4},
    Name{"promptTokens", Count::kInput, 6},
    Name{"prompt_token_count", Count::kInput, 3},
    Name{"prompt_tokens", Count::kInput, 2},
    Name{"reasoningTokens", Count::kReasoning, 5, Place::kInside},
    Name{"reasoning_tokens", Count::kReasoning, 4, Place::kInside},      // OpenAI
    Name{"thoughtsTokenCount", Count::kReasoning, 3, Place::kBeside},    // Gemini
    Name{"thoughts_token_count", Count::kReasoning, 2, Place::kBeside},  // Gemini
    Name{"total", Count::kTotal},
    Name{"totalTokenCount", Count::kTotal, 3},
    Name{"totalTokens", Count::kTotal, 2},
    Name{"total_token_count", Count::kTotal, 4},
    Name{"total_tokens", Count::kTotal, 1},
    Name{"webSearchQueries", Count::kWebSearch, 1},
    Name{"web_search_queries", Count::kWebSearch},
};
static_assert(std::ranges::is_sorted(kNames, {}, &Name::name));

constexpr std::size_t kNothing = UsageReading::kNothing;

const Name* find_name(std::string_view key) {
  const auto at = std::ranges::lower_bound(kNames, key, {}, &Name::name);
  return at != kNames.end() && at->name == key ? &*at : nullptr;
}

Count side_of(Count detail) {
  return detail == Count::kReasoning ? Count::kOutput : Count::kInput;
}

std::uint64_t plus(std::uint64_t a, std::uint64_t b) {
  std::uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::uint64_t>::max() : sum;
}

std::uint64_t distance(std::uint64_t a, std::uint64_t b) {
  return a > b ? a - b : b - a;
}

class Reader {
 public:
  explicit Reader(const UsageMap& usage) : usage_(usage), readings_(usage.size()), names_(usage.size()) {
    kept_.fill(kNothing);
    for (std::size_t i = 0; i < usage.size(); ++i)
      readings_[i].units = usage[i].second;
  }

  std::vector<UsageReading> read(const std::function<bool(std::string_view)>& wanted) {
    name_entries(wanted);
    if (has_details()) take_out_details(wanted ? Reader(usage_).decide_named() : decide());
    return std::move(readings_);
  }

 private:
  enum class Verdict : std::uint8_t { kByName, kAllInside, kAllBeside };

  void name_entries(const std::function<bool(std::string_view)>& wanted) {
    for (std::size_t i = 0; i < usage_.size(); ++i) {
      names_[i] = find_name(usage_[i].first);
      if (names_[i] && wanted && !wanted(usage_[i].first)) names_[i] = nullptr;
      if (names_[i]) keep_best(i);
    }
    drop_other_names();
  }

  // What lies inside is a fact about the sender: it does not depend on which entries have a price.
  Verdict decide_named() {
    name_entries(nullptr);
    return decide();
  }

  // The total counts as a measure even where it has no price.
  std::optional<std::uint64_t> given_total() const {
    const Name* best = nullptr;
    std::optional<std::uint64_t> total;
    for (const auto& [key, units] : usage_) {
      const Name* name = find_name(key);
      if (!name || name->count != Count::kTotal || (best && best->rank < name->rank)) continue;
      best = name;
      total = units;
    }
    return total;
  }

  // The lowest rank, but a zero gives way: 0 beside another number is a count that was not taken.
  void keep_best(std::size_t i) {
    std::size_t& kept = kept_[static_cast<std::size_t>(names_[i]->count)];
    if (kept == kNothing) {
      kept = i;
      return;
    }
    const bool zero = usage_[i].second == 0, kept_zero = usage_[kept].second == 0;
    if (zero != kept_zero ? kept_zero : names_[i]->rank < names_[kept]->rank) kept = i;
  }

  void drop_other_names() {
    for (std::size_t i = 0; i < usage_.size(); ++i) {
      const std::size_t kept = names_[i] ? kept_[static_cast<std::size_t>(names_[i]->count)] : kNothing;
      if (kept == kNothing || kept == i) continue;
      readings_[i] = {.kind = UsageReading::Kind::kOtherName, .units = 0, .of = kept};
    }
  }

  // The count a detail could be part of.
  std::size_t container(std::size_t i) const {
    if (!names_[i] || names_[i]->place == Place::kOwn || readings_[i].kind != UsageReading::Kind::kCounted) {
      return kNothing;
    }
    const std::size_t at = kept_[static_cast<std::size_t>(side_of(names_[i]->count))];
    // More than its container is not in it.
    return at != kNothing && usage_[i].second > 0 && usage_[i].second <= usage_[at].second ? at : kNothing;
  }

  bool has_details() const {
    for (std::size_t i = 0; i < usage_.size(); ++i) {
      if (container(i) != kNothing) return true;
    }
    return false;
  }

  // The reading whose sum comes closest to the total; the names' own when that is no worse than another.
  Verdict decide() const {
    const auto total = given_total();
    if (!total) return Verdict::kByName;
    std::uint64_t all = 0, inside = 0, inside_by_name = 0;
    for (std::size_t i = 0; i < usage_.size(); ++i) {
      if (!names_[i] || names_[i]->count != Count::kTotal) all = plus(all, readings_[i].units);
      if (container(i) == kNothing) continue;
      inside = plus(inside, usage_[i].second);
      if (names_[i]->place == Place::kInside) inside_by_name = plus(inside_by_name, usage_[i].second);
    }
    const std::uint64_t by_name = distance(*total, all - std::min(all, inside_by_name));
    const std::uint64_t in = distance(*total, all - std::min(all, inside)), beside = distance(*total, all);
    if (in < by_name && in <= beside) return Verdict::kAllInside;
    return beside < by_name ? Verdict::kAllBeside : Verdict::kByName;
  }

  void take_out_details(Verdict verdict) {
    if (verdict == Verdict::kAllBeside) return;
    for (std::size_t i = 0; i < usage_.size(); ++i) {
      const std::size_t at = container(i);
      if (at == kNothing || (verdict == Verdict::kByName && names_[i]->place != Place::kInside)) continue;
      readings_[i].of = at;
      readings_[at].units -= std::min(readings_[at].units, usage_[i].second);
    }
  }

  const UsageMap& usage_;
  std::vector<UsageReading> readings_;
  std::vector<const Name*> names_;  // null: stands for itself
  std::array<std::size_t, static_cast<std::size_t>(Count::kEnd)> kept_;
};

bool is_total(std::string_view key) {
  const Name* name = find_name(key);
  return name && name->count == Count::kTotal;
}

std::uint64_t sum_of(const UsageMap& usage, std::span<const UsageReading> readings) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < usage.size(); ++i) {
    if (!is_total(usage[i].first)) sum = plus(sum, readings[i].units);
  }
  return sum;
}

std::optional<std::uint64_t> find_units(const UsageMap& usage, std::string_view key) {
  const auto at = std::ranges::find(usage, key, &std::pair<std::string, std::uint64_t>::first);
  return at == usage.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace

std::vector<UsageReading> read_usage(const UsageMap& usage, const std::function<bool(std::string_view)>& wanted) {
  return Reader(usage).read(wanted);
}

std::vector<UsageReading> read_usage(const UsageMap& usage) {
  return Reader(usage).read(nullptr);
}

std::uint64_t usage_total(const UsageMap& usage) {
  const std::vector<UsageReading> readings = read_usage(usage);
  for (std::size_t i = 0; i < usage.size(); ++i) {
    if (is_total(usage[i].first) && readings[i].kind == UsageReading::Kind::kCounted) return usage[i].second;
  }
  return sum_of(usage, readings);
}

std::string_view to_text(UsageWarning::Kind kind) {
  switch (kind) {
    case UsageWarning::Kind::kOtherName:
      return "OTHER_NAME";
    case UsageWarning::Kind::kPart:
      return "PART";
    case UsageWarning::Kind::kMoreThanTotal:
      return "MORE_THAN_TOTAL";
    case UsageWarning::Kind::kInputSwallowed:
      break;
  }
  return "INPUT_SWALLOWED";
}

std::vector<UsageWarning> usage_warnings(const UsageMap& usage) {
  using Kind = UsageWarning::Kind;
  const std::vector<UsageReading> readings = read_usage(usage);
  std::vector<UsageWarning> out;
  for (std::size_t i = 0; i < usage.size(); ++i) {
    const auto& [key, units] = usage[i];
    // A total under two names is charged once wherever it is charged at all.
    if (readings[i].of == UsageReading::kNothing || units == 0 || is_total(key)) continue;
    const bool other_name = readings[i].kind == UsageReading::Kind::kOtherName;
    out.push_back({other_name ? Kind::kOtherName : Kind::kPart, key, usage[readings[i].of].first, units});
  }
  if (const auto total = find_units(usage, "total")) {
    const std::uint64_t sum = sum_of(usage, readings);
    if (sum > *total && sum - *total > std::max<std::uint64_t>(1, *total / 100)) {
      out.push_back({Kind::kMoreThanTotal, "total", "", sum});
    }
  }
  if (find_units(usage, "input") == std::uint64_t{0}) {
    for (const std::string_view key : {"input_cached_tokens", "input_cache_creation"}) {
      const auto cached = find_units(usage, key);
      if (cached.value_or(0) > 0) out.push_back({Kind::kInputSwallowed, std::string(key), "input", *cached});
    }
  }
  return out;
}

}  // namespace clew::domain
