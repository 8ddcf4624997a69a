#include "models/model_json.h"

#include <algorithm>
#include <array>

#include "base/time.h"

namespace clew::models {

namespace {

using ingest::AttributeCondition;
using ingest::ModelDefinition;
using ingest::PricingTier;
using ingest::TierCondition;
using ingest::UsageCondition;
using Comparison = UsageCondition::Comparison;

constexpr std::array<std::pair<std::string_view, Comparison>, 6> kComparisons = {{{"gt", Comparison::kGt},
                                                                                  {"gte", Comparison::kGte},
                                                                                  {"lt", Comparison::kLt},
                                                                                  {"lte", Comparison::kLte},
                                                                                  {"eq", Comparison::kEq},
                                                                                  {"neq", Comparison::kNeq}}};

json::Value or_null(std::string_view text) {
  return text.empty() ? json::Value(nullptr) : json::Value(boost::json::string_view(text));
}

json::Object condition_json(const TierCondition& condition) {
  if (const auto* usage = std::get_if<UsageCondition>(&condition)) {
    return {{"usageDetailPattern", usage->pattern},
            {"operator", to_text(usage->comparison)},
            {"value", usage->value},
            {"caseSensitive", usage->case_sensitive}};
  }
  const auto& attribute = std::get<AttributeCondition>(condition);
  json::Array values;
  for (const std::string& value : attribute.values)
    values.emplace_back(value);
  return {
      {"source", attribute.source == AttributeCondition::Source::kMetadata ? "metadata" : "model_parameters"},
      {"key", attribute.key},
      {"operator", "in"},
      {"values", std::move(values)},
  };
}

// `price` says how an amount is written.
template <class PriceText>
json::Array tiers_json(const std::vector<PricingTier>& tiers, PriceText price) {
  std::vector<const PricingTier*> ordered;
  for (const PricingTier& tier : tiers)
    ordered.push_back(&tier);
  std::ranges::sort(ordered, {}, [](const PricingTier* tier) { return tier->priority; });
  json::Array out;
  for (const PricingTier* tier : ordered) {
    json::Array conditions;
    for (const TierCondition& condition : tier->conditions)
      conditions.emplace_back(condition_json(condition));
    json::Object prices;
    for (const auto& [key, amount] : tier->prices)
      prices[key] = price(amount);
    out.emplace_back(json::Object{{"id", tier->id},
                                  {"name", tier->name},
                                  {"isDefault", tier->is_default},
                                  {"priority", tier->priority},
                                  {"conditions", std::move(conditions)},
                                  {"prices", std::move(prices)}});
  }
  return out;
}

const PricingTier* default_tier(const ModelDefinition& model) {
  const auto found = std::ranges::find_if(model.tiers, &PricingTier::is_default);
  return found == model.tiers.end() ? nullptr : &*found;
}

json::Value price_of_key(const PricingTier* tier, std::string_view key) {
  if (!tier) return nullptr;
  for (const auto& [name, price] : tier->prices) {
    if (name == key) return ingest::to_dollars(price);
  }
  return nullptr;
}

std::string text_at(const json::Object& object, std::string_view key) {
  return std::string(json::find_text(object, key).value_or(""));
}

std::optional<TierCondition> stored_condition(const json::Object& object) {
  if (const json::Value* values = json::find(object, "values"); values && values->is_array()) {
    AttributeCondition out{.source = text_at(object, "source") == "metadata"
                                         ? AttributeCondition::Source::kMetadata
                                         : AttributeCondition::Source::kModelParameters,
                           .key = text_at(object, "key"),
                           .values = {}};
    for (const json::Value& value : values->get_array()) {
      if (value.is_string()) out.values.emplace_back(value.get_string());
    }
    return out;
  }
  const auto comparison = parse_comparison(text_at(object, "operator"));
  const json::Value* value = json::find(object, "value");
  const json::Value* sensitive = json::find(object, "caseSensitive");
  if (!comparison || !value || !value->is_number()) return std::nullopt;
  return UsageCondition{.pattern = text_at(object, "usageDetailPattern"),
                        .comparison = *comparison,
                        .value = value->to_number<double>(),
                        .case_sensitive = sensitive && sensitive->is_bool() && sensitive->get_bool()};
}

std::optional<PricingTier> stored_tier(const json::Value& value) {
  const json::Object* object = value.if_object();
  const json::Value* priority = object ? json::find(*object, "priority") : nullptr;
  const json::Value* conditions = object ? json::find(*object, "conditions") : nullptr;
  const json::Value* prices = object ? json::find(*object, "prices") : nullptr;
  if (!priority || !priority->is_int64() || !conditions || !conditions->is_array() || !prices || !prices->is_object()) {
    return std::nullopt;
  }
  const json::Value* is_default = json::find(*object, "isDefault");
  PricingTier tier{.id = text_at(*object, "id"),
                   .name = text_at(*object, "name"),
                   .is_default = is_default && is_default->is_bool() && is_default->get_bool(),
                   .priority = static_cast<int>(priority->get_int64()),
                   .conditions = {},
                   .prices = {}};
  for (const json::Value& one : conditions->get_array()) {
    auto condition = one.is_object() ? stored_condition(one.get_object()) : std::nullopt;
    if (!condition) return std::nullopt;
    tier.conditions.push_back(*std::move(condition));
  }
  for (const auto& [key, amount] : prices->get_object()) {
    const auto price = ingest::price_of(amount);
    if (!price) return std::nullopt;
    tier.prices.emplace_back(key, *price);
  }
  return tier;
}

}  // namespace

std::optional<Comparison> parse_comparison(std::string_view name) {
  for (const auto& [text, comparison] : kComparisons) {
    if (text == name) return comparison;
  }
  return std::nullopt;
}

std::string_view to_text(Comparison comparison) {
  return kComparisons[static_cast<std::size_t>(comparison)].first;
}

json::Object model_json(const ModelDefinition& model, bool is_builtin) {
  const PricingTier* standard = default_tier(model);
  json::Object prices;
  if (standard) {
    for (const auto& [key, price] : standard->prices)
      prices[key] = json::Object{{"price", ingest::to_dollars(price)}};
  }
  return {
      {"id", model.id},
      {"modelName", model.model_name},
      {"matchPattern", model.match_pattern},
      {"startDate", model.start_date_us ? json::Value(iso_ms(*model.start_date_us)) : json::Value(nullptr)},
      {"inputPrice", price_of_key(standard, "input")},
      {"outputPrice", price_of_key(standard, "output")},
      {"totalPrice", price_of_key(standard, "total")},
      {"unit", or_null(model.unit)},
      {"tokenizerId", or_null(model.tokenizer_id)},
      {"tokenizerConfig", json::try_parse(model.tokenizer_config).value_or(nullptr)},
      {"isLangfuseManaged", is_builtin},
      {"createdAt", iso_ms(model.created_at_us)},
      {"prices", std::move(prices)},
      {"pricingTiers", tiers_json(model.tiers, [](ingest::Price price) { return json::Value(to_dollars(price)); })},
  };
}

std::string stored_tiers(const std::vector<PricingTier>& tiers) {
  return json::to_text(
      tiers_json(tiers, [](ingest::Price price) { return json::Value(boost::json::string(ingest::to_text(price))); }));
}

Result<std::vector<PricingTier>> parse_stored_tiers(std::string_view text) {
  const auto root = json::try_parse(text);
  if (!root || !root->is_array()) return Error{Errc::kCorruption, "stored pricing tiers are damaged"};
  std::vector<PricingTier> tiers;
  for (const json::Value& one : root->get_array()) {
    auto tier = stored_tier(one);
    if (!tier) return Error{Errc::kCorruption, "a stored pricing tier is damaged"};
    tiers.push_back(*std::move(tier));
  }
  return tiers;
}

}  // namespace clew::models
