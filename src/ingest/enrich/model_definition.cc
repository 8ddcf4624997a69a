#include "ingest/enrich/model_definition.h"

#include <array>
#include <set>

#include <re2/re2.h>

namespace clew::ingest {

namespace {

using Comparison = UsageCondition::Comparison;

std::string text_at(const json::Object& object, std::string_view key) {
  return std::string(json::find_text(object, key).value_or(""));
}

std::optional<Comparison> parse_comparison(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Comparison>, 6> kNames = {{{"gt", Comparison::kGt},
                                                                                     {"gte", Comparison::kGte},
                                                                                     {"lt", Comparison::kLt},
                                                                                     {"lte", Comparison::kLte},
                                                                                     {"eq", Comparison::kEq},
                                                                                     {"neq", Comparison::kNeq}}};
  for (const auto& [name, comparison] : kNames) {
    if (name == text) return comparison;
  }
  return std::nullopt;
}

Result<TierCondition> parse_condition(const json::Value& value) {
  const Error broken{Errc::kInvalidArgument, "broken condition " + json::to_text(value)};
  const json::Object* object = value.if_object();
  if (!object) return broken;
  if (const json::Value* values = json::find(*object, "in")) {
    const std::string source = text_at(*object, "source");
    AttributeCondition condition{.source = source == "metadata" ? AttributeCondition::Source::kMetadata
                                                                : AttributeCondition::Source::kModelParameters,
                                 .key = text_at(*object, "key"),
                                 .values = {}};
    if (condition.key.empty() || !values->is_array() || (source != "metadata" && source != "model_parameters")) {
      return broken;
    }
    for (const json::Value& one : values->get_array()) {
      if (!one.is_string()) return broken;
      condition.values.emplace_back(one.get_string());
    }
    return TierCondition(std::move(condition));
  }
  const auto comparison = parse_comparison(text_at(*object, "op"));
  const json::Value* limit = json::find(*object, "value");
  const json::Value* case_sensitive = json::find(*object, "case_sensitive");
  UsageCondition condition{.pattern = text_at(*object, "usage_pattern")};
  if (condition.pattern.empty() || !comparison || !limit || !limit->is_number()) return broken;
  condition.comparison = *comparison;
  condition.value = limit->to_number<double>();
  condition.case_sensitive = case_sensitive && case_sensitive->is_bool() && case_sensitive->get_bool();
  return TierCondition(std::move(condition));
}

Result<PricingTier> parse_tier(const json::Value& value) {
  const json::Object* object = value.if_object();
  if (!object) return Error{Errc::kInvalidArgument, "a tier is not an object"};
  PricingTier tier{.id = text_at(*object, "id"), .name = text_at(*object, "name")};
  const json::Value* is_default = json::find(*object, "default");
  const json::Value* priority = json::find(*object, "priority");
  tier.is_default = is_default && is_default->is_bool() && is_default->get_bool();
  if (tier.id.empty() || tier.name.empty() || !priority || !priority->is_int64()) {
    return Error{Errc::kInvalidArgument, "a tier lacks id, name or priority"};
  }
  tier.priority = static_cast<int>(priority->get_int64());
  if (const json::Value* conditions = json::find(*object, "conditions"); conditions && conditions->is_array()) {
    for (const json::Value& one : conditions->get_array()) {
      CLEW_TRY(TierCondition condition, parse_condition(one));
      tier.conditions.push_back(std::move(condition));
    }
  }
  const json::Value* prices = json::find(*object, "prices");
  if (!prices || !prices->is_object() || prices->get_object().empty()) {
    return Error{Errc::kInvalidArgument, "tier " + tier.id + " has no prices"};
  }
  for (const auto& [key, amount] : prices->get_object()) {
    const auto price = price_of(amount);
    if (!price) return Error{Errc::kInvalidArgument, "tier " + tier.id + ": bad price of " + std::string(key)};
    tier.prices.emplace_back(key, *price);
  }
  return tier;
}

std::set<std::string> price_keys(const PricingTier& tier) {
  std::set<std::string> keys;
  for (const auto& [key, price] : tier.prices)
    keys.insert(key);
  return keys;
}

Result<> check_tiers(const std::vector<PricingTier>& tiers) {
  std::size_t defaults = 0;
  std::set<int> priorities;
  std::set<std::string> names;
  for (const PricingTier& tier : tiers) {
    if (tier.is_default) {
      ++defaults;
      if (tier.priority != 0 || !tier.conditions.empty()) {
        return Error{Errc::kInvalidArgument, "the default tier must have priority 0 and no conditions"};
      }
    }
    if (!priorities.insert(tier.priority).second || !names.insert(tier.name).second) {
      return Error{Errc::kInvalidArgument, "tier " + tier.id + " repeats a priority or name"};
    }
    if (price_keys(tier) != price_keys(tiers.front())) {
      return Error{Errc::kInvalidArgument, "tier " + tier.id + " prices other usage types than its siblings"};
    }
  }
  if (defaults != 1) return Error{Errc::kInvalidArgument, "there must be exactly one default tier"};
  return ok();
}

void read_tokenizer(const json::Object& object, ModelDefinition& model) {
  const json::Value* tokenizer = json::find(object, "tokenizer");
  if (!tokenizer || !tokenizer->is_object()) return;
  model.tokenizer_id = text_at(tokenizer->get_object(), "id");
  json::Object config;
  for (const auto& [from, to] : {std::pair{"model", "tokenizerModel"},
                                 {"tokens_per_message", "tokensPerMessage"},
                                 {"tokens_per_name", "tokensPerName"}}) {
    if (const json::Value* value = json::find(tokenizer->get_object(), from)) config[to] = *value;
  }
  if (!config.empty()) model.tokenizer_config = json::to_text(config);
}

Result<ModelDefinition> parse_model(const json::Value& value) {
  const json::Object* object = value.if_object();
  if (!object) return Error{Errc::kInvalidArgument, "a definition is not an object"};
  ModelDefinition model{.id = text_at(*object, "id"),
                        .model_name = text_at(*object, "model"),
                        .match_pattern = text_at(*object, "match_pattern")};
  if (model.id.empty() || model.model_name.empty()) {
    return Error{Errc::kInvalidArgument, "a definition lacks id or model"};
  }
  CLEW_CHECK(check_match_pattern(model.match_pattern));
  read_tokenizer(*object, model);
  if (const auto day = json::find_text(*object, "updated_at")) {
    model.created_at_us = parse_iso_time(std::string(*day) + "T00:00:00Z").value_or(0);
  }
  const json::Value* tiers = json::find(*object, "tiers");
  if (!tiers || !tiers->is_array()) return Error{Errc::kInvalidArgument, "no tiers"};
  for (const json::Value& one : tiers->get_array()) {
    CLEW_TRY(PricingTier tier, parse_tier(one));
    model.tiers.push_back(std::move(tier));
  }
  CLEW_CHECK(check_tiers(model.tiers));
  return model;
}

}  // namespace

std::string re2_pattern(std::string_view postgres_pattern) {
  std::string out(postgres_pattern);
  for (std::size_t i = 0; i + 1 < out.size(); ++i) {
    if (out[i] != '\\') continue;
    ++i;
    if (out[i] == 'y') out[i] = 'b';
    if (out[i] == 'Y') out[i] = 'B';
  }
  return out;
}

bool is_pattern(std::string_view pattern) {
  const RE2 compiled(re2_pattern(pattern), RE2::Options(RE2::Quiet));
  return compiled.ok();
}

Result<> check_match_pattern(std::string_view pattern) {
  if (pattern.empty() || !is_pattern(pattern)) {
    return Error{Errc::kInvalidArgument, "matchPattern is not a valid regex pattern (Postgres)"};
  }
  return ok();
}

Result<std::vector<ModelDefinition>> parse_model_prices(std::string_view json_text) {
  CLEW_TRY(const json::Value root, json::parse(json_text));
  if (!root.is_array()) return Error{Errc::kInvalidArgument, "model prices: not a list"};
  std::vector<ModelDefinition> models;
  std::set<std::string> ids;
  std::set<std::string> names;
  for (const json::Value& item : root.get_array()) {
    auto model = parse_model(item);
    if (!model) {
      const json::Value* id = json::find(item, "id");
      return std::move(model).error().with_context("model prices: definition " + (id ? json::to_text(*id) : "?"));
    }
    if (!ids.insert(model->id).second || !names.insert(model->model_name).second) {
      return Error{Errc::kInvalidArgument, "model prices: " + model->id + " repeats an id or name"};
    }
    models.push_back(*std::move(model));
  }
  return models;
}

}  // namespace clew::ingest
