#include "ingest/enrich/priced_model.h"

#include <algorithm>

#include <re2/re2.h>

namespace clew::ingest {

namespace {

// Patterns are short; this bounds what each may keep of its automaton.
constexpr std::int64_t kPatternMemoryBytesMax = 1 << 18;

RE2::Options pattern_options(bool case_sensitive) {
  RE2::Options options(RE2::Quiet);
  options.set_case_sensitive(case_sensitive);
  options.set_max_mem(kPatternMemoryBytesMax);
  return options;
}

std::size_t literal_prefix(std::string_view pattern) {
  if (pattern.starts_with("(?i)")) pattern.remove_prefix(4);
  if (pattern.starts_with('^')) pattern.remove_prefix(1);
  std::size_t count = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '(') {
      const std::size_t close = pattern.find(')', i);
      const bool optional = close != pattern.npos && close + 1 < pattern.size() && pattern[close + 1] == '?';
      if (count == 0 && optional) i = close + 1;
      continue;
    }
    const bool escaped_literal = c == '\\' && i + 1 < pattern.size() && !std::isalnum(pattern[i + 1]);
    if (escaped_literal) {
      ++i;
    } else if (std::string_view("\\[]{}*+?|^$)").find(c) != std::string_view::npos) {
      break;
    }
    ++count;
  }
  return count;
}

// A scalar as the text a condition compares with; null for lists, objects and null.
std::optional<std::string> scalar_text(const json::Value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_number() || value.is_bool()) return json::to_text(value);
  return std::nullopt;
}

bool compare(double sum, UsageCondition::Comparison comparison, double value) {
  switch (comparison) {
    case UsageCondition::Comparison::kGt:
      return sum > value;
    case UsageCondition::Comparison::kGte:
      return sum >= value;
    case UsageCondition::Comparison::kLt:
      return sum < value;
    case UsageCondition::Comparison::kLte:
      return sum <= value;
    case UsageCondition::Comparison::kEq:
      return sum == value;
    case UsageCondition::Comparison::kNeq:
      return sum != value;
  }
  return false;
}

// What conditions look at; the parameters are parsed at most once, and only if a condition asks for a key they name.
class TierFacts {
 public:
  TierFacts(const domain::UsageMap& usage, std::string_view model_parameters, const domain::TextMap& metadata)
      : usage_(usage), parameters_text_(model_parameters), metadata_(metadata) {}

  bool holds(const UsageCondition& condition, const RE2& pattern) const {
    if (!pattern.ok()) return false;
    double sum = 0;
    for (const auto& [key, units] : usage_) {
      if (RE2::PartialMatch(key, pattern)) sum += static_cast<double>(units);
    }
    return compare(sum, condition.comparison, condition.value);
  }

  bool holds(const AttributeCondition& condition) {
    const auto value = condition.source == AttributeCondition::Source::kMetadata ? metadata_value(condition.key)
                                                                                 : parameter(condition.key);
    return value && std::find(condition.values.begin(), condition.values.end(), *value) != condition.values.end();
  }

 private:
  std::optional<std::string> metadata_value(std::string_view key) const {
    for (const auto& [name, value] : metadata_) {
      if (name == key) return value;
    }
    return std::nullopt;
  }

  std::optional<std::string> parameter(std::string_view key) {
    if (parameters_text_.find(key) == std::string_view::npos) return std::nullopt;
    if (!parsed_) parsed_ = json::try_parse(parameters_text_).value_or(json::Value());
    const json::Value* value = json::find(*parsed_, key);
    return value ? scalar_text(*value) : std::nullopt;
  }

  const domain::UsageMap& usage_;
  std::string_view parameters_text_;
  const domain::TextMap& metadata_;
  std::optional<json::Value> parsed_;
};

}  // namespace

struct PricedModel::Patterns {
  struct Tier {
    const PricingTier* tier;
    std::vector<std::unique_ptr<RE2>> usage_patterns;  // in the order of the usage conditions
  };

  explicit Patterns(const ModelDefinition& definition)
      : match(re2_pattern(definition.match_pattern), pattern_options(true)) {
    for (const PricingTier& tier : definition.tiers) {
      if (tier.is_default) {
        default_tier = &tier;
      } else if (!tier.conditions.empty()) {
        special.push_back(compile(tier));
      }
    }
    CLEW_ASSERT(default_tier, "a definition without a default tier");
    std::sort(special.begin(), special.end(),
              [](const Tier& a, const Tier& b) { return a.tier->priority < b.tier->priority; });
  }

  static Tier compile(const PricingTier& tier) {
    Tier out{.tier = &tier, .usage_patterns = {}};
    for (const TierCondition& condition : tier.conditions) {
      if (const auto* usage = std::get_if<UsageCondition>(&condition)) {
        out.usage_patterns.push_back(
            std::make_unique<RE2>(re2_pattern(usage->pattern), pattern_options(usage->case_sensitive)));
      }
    }
    return out;
  }

  static bool holds(const Tier& tier, TierFacts& facts) {
    std::size_t usage_index = 0;
    for (const TierCondition& condition : tier.tier->conditions) {
      if (const auto* usage = std::get_if<UsageCondition>(&condition)) {
        if (!facts.holds(*usage, *tier.usage_patterns[usage_index++])) return false;
      } else if (!facts.holds(std::get<AttributeCondition>(condition))) {
        return false;
      }
    }
    return true;
  }

  const RE2 match;
  const PricingTier* default_tier = nullptr;
  std::vector<Tier> special;  // not default, in the order they are tried
};

PricedModel::PricedModel(ModelDefinition definition, bool is_builtin)
    : definition_(std::move(definition)),
      is_builtin_(is_builtin),
      specificity_(literal_prefix(definition_.match_pattern)),
      patterns_(std::make_unique<Patterns>(definition_)) {}

PricedModel::~PricedModel() = default;

bool PricedModel::matches(std::string_view name) const {
  return patterns_->match.ok() && RE2::PartialMatch(name, patterns_->match);
}

const PricingTier& PricedModel::select_tier(const domain::UsageMap& usage, std::string_view model_parameters,
                                            const domain::TextMap& metadata) const {
  TierFacts facts(usage, model_parameters, metadata);
  for (const Patterns::Tier& tier : patterns_->special) {
    if (Patterns::holds(tier, facts)) return *tier.tier;
  }
  return *patterns_->default_tier;
}

}  // namespace clew::ingest
