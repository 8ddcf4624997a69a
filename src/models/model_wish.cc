#include "models/model_wish.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "models/model_json.h"

namespace clew::models {

namespace {

using ingest::AttributeCondition;
using ingest::ModelDefinition;
using ingest::Price;
using ingest::PricingTier;
using ingest::TierCondition;
using ingest::UsageCondition;

constexpr std::array<std::string_view, 6> kUnits = {"TOKENS",  "CHARACTERS", "MILLISECONDS",
                                                    "SECONDS", "REQUESTS",   "IMAGES"};
constexpr std::size_t kNameMax = 500;
constexpr std::size_t kPatternMax = 2000;
constexpr std::size_t kTierNameMax = 100;
constexpr std::size_t kConditionTextMax = 200;
constexpr std::size_t kConditionValueMax = 1000;
constexpr std::size_t kUsageTypesMax = 200;
constexpr std::int64_t kPriorityMax = 999;
constexpr std::size_t kTokenizerConfigMax = 10'000;

template <class... Args>
Error invalid(fmt::format_string<Args...> form, Args&&... args) {
  return Error{Errc::kInvalidArgument, fmt::format(form, std::forward<Args>(args)...)};
}

// Absent and null are the same.
const json::Value* given(const json::Object& object, std::string_view key) {
  const json::Value* value = json::find(object, key);
  return value && !value->is_null() ? value : nullptr;
}

Result<std::string> text_field(const json::Object& object, std::string_view key, std::size_t max,
                               std::string_view path) {
  const json::Value* value = given(object, key);
  if (!value || !value->is_string()) return invalid("{}: expected a string", path);
  std::string text(value->get_string());
  if (text.empty() || text::characters(text) > max) return invalid("{}: expected 1 to {} characters", path, max);
  return text;
}

Result<bool> bool_field(const json::Object& object, std::string_view key, std::string_view path) {
  const json::Value* value = given(object, key);
  if (!value) return false;
  if (!value->is_bool()) return invalid("{}: expected true or false", path);
  return value->get_bool();
}

Result<Price> price_field(const json::Value& value, std::string_view path) {
  const auto price = value.is_number() ? ingest::price_of(value) : std::nullopt;
  if (!price) return invalid("{}: expected a number from 0 to 999999", path);
  return *price;
}

Result<TierCondition> attribute_condition(const json::Object& object, const std::string& path) {
  AttributeCondition out;
  CLEW_TRY(const std::string source, text_field(object, "source", kConditionTextMax, path + ".source"));
  if (source != "model_parameters" && source != "metadata") {
    return invalid("{}.source: expected model_parameters or metadata", path);
  }
  if (source == "metadata") out.source = AttributeCondition::Source::kMetadata;
  CLEW_TRY(out.key, text_field(object, "key", kConditionTextMax, path + ".key"));
  const json::Value* operation = given(object, "operator");
  if (operation && (!operation->is_string() || operation->get_string() != "in")) {
    return invalid("{}.operator: expected in", path);
  }
  const json::Value* values = given(object, "values");
  if (!values || !values->is_array() || values->get_array().empty()) {
    return invalid("{}.values: expected a list with at least one text", path);
  }
  for (const json::Value& value : values->get_array()) {
    if (!value.is_string() || value.get_string().empty() || value.get_string().size() > kConditionValueMax) {
      return invalid("{}.values: expected texts of 1 to {} characters", path, kConditionValueMax);
    }
    out.values.emplace_back(value.get_string());
  }
  return TierCondition(std::move(out));
}

Result<TierCondition> usage_condition(const json::Object& object, const std::string& path) {
  UsageCondition out;
  CLEW_TRY(out.pattern, text_field(object, "usageDetailPattern", kConditionTextMax, path + ".usageDetailPattern"));
  if (!ingest::is_pattern(out.pattern) || has_nested_repetition(out.pattern)) {
    return invalid("{}.usageDetailPattern: not a valid and safe regular expression", path);
  }
  const json::Value* operation = given(object, "operator");
  const auto comparison =
      operation && operation->is_string() ? parse_comparison(operation->get_string()) : std::nullopt;
  if (!comparison) return invalid("{}.operator: expected gt, gte, lt, lte, eq or neq", path);
  out.comparison = *comparison;
  const json::Value* value = given(object, "value");
  if (!value || !value->is_number() || !(value->to_number<double>() >= 0)) {
    return invalid("{}.value: expected a number of at least 0", path);
  }
  out.value = value->to_number<double>();
  CLEW_TRY(out.case_sensitive, bool_field(object, "caseSensitive", path + ".caseSensitive"));
  return TierCondition(std::move(out));
}

Result<PricingTier> parse_tier(const json::Value& value, const std::string& path) {
  const json::Object* object = value.if_object();
  if (!object) return invalid("{}: expected an object", path);
  PricingTier tier;
  const json::Value* name = given(*object, "name");
  tier.name = name && name->is_string() ? std::string(text::trim(name->get_string())) : std::string();
  if (tier.name.empty() || text::characters(tier.name) > kTierNameMax) {
    return invalid("{}.name: expected 1 to {} characters", path, kTierNameMax);
  }
  CLEW_TRY(tier.is_default, bool_field(*object, "isDefault", path + ".isDefault"));
  const json::Value* priority = given(*object, "priority");
  const double number = priority && priority->is_number() ? priority->to_number<double>() : -1;
  if (!(number >= 0 && number <= kPriorityMax) || number != std::floor(number)) {
    return invalid("{}.priority: expected an integer from 0 to {}", path, kPriorityMax);
  }
  tier.priority = static_cast<int>(number);
  if (const json::Value* conditions = given(*object, "conditions")) {
    if (!conditions->is_array()) return invalid("{}.conditions: expected a list", path);
    std::size_t index = 0;
    for (const json::Value& one : conditions->get_array()) {
      const std::string at = fmt::format("{}.conditions[{}]", path, index++);
      if (!one.is_object()) return invalid("{}: expected an object", at);
      const bool is_attribute = json::find(one.get_object(), "source") != nullptr;
      CLEW_TRY(TierCondition condition,
               is_attribute ? attribute_condition(one.get_object(), at) : usage_condition(one.get_object(), at));
      tier.conditions.push_back(std::move(condition));
    }
  }
  const json::Value* prices = given(*object, "prices");
  if (!prices || !prices->is_object() || prices->get_object().empty()) {
    return invalid("{}.prices: expected at least one price", path);
  }
  if (prices->get_object().size() > kUsageTypesMax) {
    return invalid("{}.prices: at most {} usage types", path, kUsageTypesMax);
  }
  for (const auto& [key, amount] : prices->get_object()) {
    CLEW_TRY(const Price price, price_field(amount, fmt::format("{}.prices.{}", path, std::string(key))));
    tier.prices.emplace_back(key, price);
  }
  return tier;
}

std::set<std::string_view> price_keys(const PricingTier& tier) {
  std::set<std::string_view> keys;
  for (const auto& [key, price] : tier.prices)
    keys.insert(key);
  return keys;
}

// The rules between tiers.
Result<> check_tiers(const std::vector<PricingTier>& tiers) {
  const auto defaults = std::ranges::count_if(tiers, &PricingTier::is_default);
  if (defaults != 1) return invalid("pricingTiers: exactly one tier must be the default (isDefault: true)");
  const PricingTier& standard = *std::ranges::find_if(tiers, &PricingTier::is_default);
  std::set<int> priorities;
  std::set<std::string_view> names;
  for (const PricingTier& tier : tiers) {
    if (tier.is_default && (tier.priority != 0 || !tier.conditions.empty())) {
      return invalid("pricingTiers: the default tier must have priority 0 and no conditions");
    }
    if (!tier.is_default && tier.conditions.empty()) {
      return invalid("pricingTiers: tier {} needs at least one condition", tier.name);
    }
    if (!priorities.insert(tier.priority).second) return invalid("pricingTiers: priorities must be unique");
    if (!names.insert(tier.name).second) return invalid("pricingTiers: names must be unique");
    if (price_keys(tier) != price_keys(standard)) {
      return invalid("pricingTiers: tier {} must price the same usage types as the default tier", tier.name);
    }
  }
  return ok();
}

Result<std::vector<PricingTier>> flat_tier(const json::Object& body) {
  PricingTier tier{.id = {}, .name = "Standard", .is_default = true, .priority = 0, .conditions = {}, .prices = {}};
  for (const auto& [field, key] :
       {std::pair{"inputPrice", "input"}, std::pair{"outputPrice", "output"}, std::pair{"totalPrice", "total"}}) {
    const json::Value* value = given(body, field);
    if (!value) continue;
    CLEW_TRY(const Price price, price_field(*value, field));
    tier.prices.emplace_back(key, price);
  }
  if (given(body, "totalPrice") && tier.prices.size() > 1) {
    return invalid("totalPrice cannot be set together with inputPrice or outputPrice");
  }
  return std::vector{std::move(tier)};
}

Result<std::vector<PricingTier>> parse_prices(const json::Object& body) {
  const bool flat = given(body, "inputPrice") || given(body, "outputPrice") || given(body, "totalPrice");
  const json::Value* tiers = given(body, "pricingTiers");
  if (flat == (tiers != nullptr)) {
    return invalid("Must provide either flat prices (inputPrice, outputPrice, totalPrice) or pricingTiers, but not {}",
                   flat ? "both" : "neither");
  }
  if (flat) return flat_tier(body);
  if (!tiers->is_array() || tiers->get_array().empty()) return invalid("pricingTiers: expected at least one tier");
  if (tiers->get_array().size() > kPriorityMax + 1) return invalid("pricingTiers: too many tiers");
  std::vector<PricingTier> out;
  for (const json::Value& one : tiers->get_array()) {
    CLEW_TRY(PricingTier tier, parse_tier(one, fmt::format("pricingTiers[{}]", out.size())));
    out.push_back(std::move(tier));
  }
  CLEW_CHECK(check_tiers(out));
  return out;
}

Result<> parse_tokenizer(const json::Object& body, ModelDefinition& model) {
  if (const json::Value* id = given(body, "tokenizerId")) {
    if (!id->is_string() || (id->get_string() != "openai" && id->get_string() != "claude")) {
      return invalid("tokenizerId: expected openai or claude");
    }
    model.tokenizer_id = id->get_string();
  }
  if (const json::Value* config = given(body, "tokenizerConfig")) {
    model.tokenizer_config = json::to_text(*config);
    if (model.tokenizer_config.size() > kTokenizerConfigMax) return invalid("tokenizerConfig: too large");
  }
  return ok();
}

}  // namespace

bool has_nested_repetition(std::string_view pattern) {
  std::vector<bool> repeats = {false};  // per open group: whether something in it is repeated
  bool last_repeats = false;            // whether the item before the current position holds a repetition
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      ++i;
      last_repeats = false;
    } else if (c == '[') {
      for (i += pattern.substr(i + 1).starts_with("^]") ? 3 : 2; i < pattern.size() && pattern[i] != ']'; ++i) {
        if (pattern[i] == '\\') ++i;
      }
      last_repeats = false;
    } else if (c == '(') {
      repeats.push_back(false);
    } else if (c == ')') {
      last_repeats = repeats.back();
      if (repeats.size() > 1) repeats.pop_back();
      if (last_repeats) repeats.back() = true;
    } else if (c == '*' || c == '+' || c == '{') {
      if (last_repeats) return true;
      repeats.back() = true;
    } else if (c != '?') {
      last_repeats = false;
    }
  }
  return false;
}

Result<ModelDefinition> parse_wish(const json::Object& body) {
  ModelDefinition model;
  CLEW_TRY(model.model_name, text_field(body, "modelName", kNameMax, "modelName"));
  CLEW_TRY(model.match_pattern, text_field(body, "matchPattern", kPatternMax, "matchPattern"));
  CLEW_CHECK(ingest::check_match_pattern(model.match_pattern));
  const json::Value* unit = given(body, "unit");
  if (!unit || !unit->is_string() || std::ranges::find(kUnits, std::string_view(unit->get_string())) == kUnits.end()) {
    return invalid("unit: expected TOKENS, CHARACTERS, MILLISECONDS, SECONDS, REQUESTS or IMAGES");
  }
  model.unit = unit->get_string();
  if (const json::Value* start = given(body, "startDate")) {
    model.start_date_us = start->is_string() ? parse_iso_time(start->get_string()) : std::nullopt;
    if (!model.start_date_us) return invalid("startDate: expected a time like 2026-11-23T12:00:00Z");
  }
  CLEW_CHECK(parse_tokenizer(body, model));
  CLEW_TRY(model.tiers, parse_prices(body));
  return model;
}

}  // namespace clew::models
