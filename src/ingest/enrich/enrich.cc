#include "ingest/enrich/enrich.h"

#include <algorithm>

#include "domain/usage_reading.h"
#include "ingest/enrich/token_usage.h"

namespace clew::ingest {

namespace {

constexpr std::string_view kTotal = "total";

template <class Map>
auto find(const Map& map, std::string_view key) {
  return std::find_if(map.begin(), map.end(), [&](const auto& entry) { return entry.first == key; });
}

domain::UsageMap usage_with_total(const domain::UsageMap& provided) {
  domain::UsageMap usage = provided;
  if (!usage.empty() && find(usage, kTotal) == usage.end()) usage.emplace_back(kTotal, domain::usage_total(provided));
  return usage;
}

// Provided cost wins completely; a total is added when there is none.
void use_provided_cost(domain::Observation& observation) {
  constexpr Attodollars kPerPicodollar = 1'000'000;
  observation.cost = observation.provided_cost;
  const auto given = find(observation.cost, kTotal);
  if (given != observation.cost.end()) {
    observation.total_cost = given->second;
    return;
  }
  Attodollars sum = 0;
  for (const auto& [key, amount] : observation.provided_cost) {
    if (amount > 0) sum = add(sum, static_cast<Attodollars>(amount) * kPerPicodollar);
  }
  observation.total_cost = to_picodollars(sum);
  observation.cost.emplace_back(kTotal, *observation.total_cost);
}

// One count is charged once, whatever names and parts it came with (domain/usage_reading.h).
void compute_cost(domain::Observation& observation, const PricingTier& tier) {
  const auto is_priced = [&](std::string_view key) { return find(tier.prices, key) != tier.prices.end(); };
  const auto readings = domain::read_usage(observation.usage, is_priced);
  Attodollars sum = 0;
  bool total_is_priced = false;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const std::string& key = observation.usage[i].first;
    const auto price = find(tier.prices, key);
    if (price == tier.prices.end() || readings[i].kind == domain::UsageReading::Kind::kOtherName) continue;
    const Attodollars amount = multiply(price->second, readings[i].units);
    observation.cost.emplace_back(key, to_picodollars(amount));
    if (key == kTotal) {
      total_is_priced = true;
      observation.total_cost = observation.cost.back().second;
    }
    sum = add(sum, amount);
  }
  if (observation.cost.empty() || total_is_priced) return;
  observation.total_cost = to_picodollars(sum);
  observation.cost.emplace_back(kTotal, *observation.total_cost);
}

// LlamaIndex's instrumentation takes every method of a model's class for a call of the model. Those of its own, like
// `OpenAI._prepare_chat_with_tools`, are steps of a public one, which is a span too.
bool is_step_of_call(const domain::Observation& observation) {
  if (observation.scope_name != "openinference.instrumentation.llama_index") return false;
  const std::string_view name = observation.name;
  return name.substr(name.rfind('.') + 1).starts_with('_');
}

bool is_countable(const domain::Observation& observation) {
  return observation.provided_usage.empty() && observation.provided_cost.empty() && !observation.model.empty() &&
         observation.level != domain::Level::kError && !is_step_of_call(observation);
}

void price_with(domain::Observation& observation, const PricedModel* model, const domain::PricingFacts* facts) {
  observation.model_id.clear();
  observation.cost.clear();
  observation.total_cost.reset();
  observation.pricing_tier_id.clear();
  observation.pricing_tier_name.clear();
  const PricingTier* tier = nullptr;
  if (model) {
    observation.model_id = model->definition().id;
    if (!observation.usage.empty()) {
      tier = &model->select_tier(observation.usage, facts ? facts->model_parameters : observation.model_parameters,
                                 facts ? facts->metadata : observation.metadata);
      observation.pricing_tier_id = tier->id;
      observation.pricing_tier_name = tier->name;
    }
  }
  const bool is_repeated = observation.usage.empty() && !observation.provided_usage.empty();
  if (!observation.provided_cost.empty() && !is_repeated) {
    use_provided_cost(observation);
  } else if (tier) {
    compute_cost(observation, *tier);
  }
}

}  // namespace

void enrich(domain::Observation& observation, std::string_view project_id, ModelCatalog& catalog,
            const EnrichWith& with) {
  observation.usage = with.is_repeated ? domain::UsageMap() : usage_with_total(observation.provided_usage);
  const auto model = catalog.match(project_id, observation.model, observation.start_time_us);
  if (model && with.tokenizers && is_countable(observation)) {
    observation.usage = count_usage(model->definition(), observation.input, observation.output, *with.tokenizers);
  }
  price_with(observation, model.get(), with.facts);
}

bool needs_texts(const domain::Observation& observation, std::string_view project_id, ModelCatalog& catalog) {
  if (!is_countable(observation)) return false;
  const auto model = catalog.match(project_id, observation.model, observation.start_time_us);
  return model && can_count(model->definition());
}

void price(domain::Observation& observation, std::string_view project_id, ModelCatalog& catalog,
           const domain::PricingFacts* facts) {
  const auto model = catalog.match(project_id, observation.model, observation.start_time_us);
  price_with(observation, model.get(), facts);
}

}  // namespace clew::ingest
