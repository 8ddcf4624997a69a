#include "ingest/enrich/model_catalog.h"

#include <mutex>

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

// How many characters of the pattern stand for themselves from its start on; leading options, anchors and optional
// groups are skipped. The more, the more specific the pattern.
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

struct ModelCatalog::Compiled final : PricedModel {
  struct Tier {
    const PricingTier* tier;
    std::vector<std::unique_ptr<RE2>> usage_patterns;  // in the order of the usage conditions
  };

  Compiled(ModelDefinition given, bool builtin_definition)
      : model(std::move(given)),
        builtin(builtin_definition),
        pattern(model.match_pattern, pattern_options(true)),
        specificity(literal_prefix(model.match_pattern)) {
    for (const PricingTier& tier : model.tiers) {
      if (tier.is_default) {
        default_tier = &tier;
      } else if (!tier.conditions.empty()) {
        special.push_back(compile(tier));
      }
    }
    std::sort(special.begin(), special.end(),
              [](const Tier& a, const Tier& b) { return a.tier->priority < b.tier->priority; });
  }
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;

  static Tier compile(const PricingTier& tier) {
    Tier out{.tier = &tier, .usage_patterns = {}};
    for (const TierCondition& condition : tier.conditions) {
      if (const auto* usage = std::get_if<UsageCondition>(&condition)) {
        out.usage_patterns.push_back(std::make_unique<RE2>(usage->pattern, pattern_options(usage->case_sensitive)));
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

  const ModelDefinition& definition() const override { return model; }
  bool is_builtin() const override { return builtin; }
  const PricingTier& select_tier(const domain::UsageMap& usage, std::string_view model_parameters,
                                 const domain::TextMap& metadata) const override {
    TierFacts facts(usage, model_parameters, metadata);
    for (const Tier& tier : special) {
      if (holds(tier, facts)) return *tier.tier;
    }
    return *default_tier;
  }

  const ModelDefinition model;
  const bool builtin;
  const RE2 pattern;
  const std::size_t specificity;
  const PricingTier* default_tier = nullptr;
  std::vector<Tier> special;  // not default, by priority
};

// The definitions of one project and what is known about names there.
struct ModelCatalog::Project {
  Compileds own;
  TimeUs loaded_at_us = 0;
  std::shared_mutex mutex;  // of `names`
  ByText<Compileds> names;
};

ModelCatalog::ModelCatalog(Compileds builtin, ProjectModels* projects, const clew::Clock& clock, CatalogOptions options)
    : builtin_(std::move(builtin)),
      projects_source_(projects),
      clock_(clock),
      options_(options),
      without_own_(std::make_shared<Project>()) {}

ModelCatalog::~ModelCatalog() = default;

Result<std::unique_ptr<ModelCatalog>> ModelCatalog::create(std::string_view builtin_json, ProjectModels* projects,
                                                           const clew::Clock& clock, CatalogOptions options) {
  CLEW_TRY(auto definitions, parse_model_prices(builtin_json));
  Compileds builtin;
  builtin.reserve(definitions.size());
  for (ModelDefinition& definition : definitions) {
    builtin.push_back(std::make_shared<Compiled>(std::move(definition), true));
  }
  return std::unique_ptr<ModelCatalog>(new ModelCatalog(std::move(builtin), projects, clock, options));
}

std::shared_ptr<ModelCatalog::Project> ModelCatalog::project(std::string_view project_id) {
  if (!projects_source_) return without_own_;
  const TimeUs now = clock_.now_us();
  std::shared_ptr<Project> known;
  {
    const std::shared_lock lock(mutex_);
    const auto found = projects_.find(project_id);
    if (found != projects_.end()) known = found->second;
  }
  if (known && now - known->loaded_at_us < options_.project_age_us_max) {
    return known->own.empty() ? without_own_ : known;
  }

  auto definitions = projects_source_->list(project_id);
  auto loaded = std::make_shared<Project>();
  loaded->loaded_at_us = now;
  if (definitions) {
    for (ModelDefinition& definition : *definitions) {
      const bool has_default = std::any_of(definition.tiers.begin(), definition.tiers.end(),
                                           [](const PricingTier& tier) { return tier.is_default; });
      // Definitions are validated where they are written; one that is broken all the same prices nothing.
      if (has_default) loaded->own.push_back(std::make_shared<Compiled>(std::move(definition), false));
    }
  } else if (known) {
    loaded->own = known->own;
  }
  const std::unique_lock lock(mutex_);
  if (projects_.size() >= options_.projects_max) projects_.clear();
  projects_.insert_or_assign(std::string(project_id), loaded);
  return loaded->own.empty() ? without_own_ : loaded;
}

ModelCatalog::Compileds ModelCatalog::candidates(const Project& project, std::string_view name) const {
  Compileds out;
  for (const Compileds* list : {&project.own, &builtin_}) {
    for (const auto& model : *list) {
      if (model->pattern.ok() && RE2::PartialMatch(name, model->pattern)) out.push_back(model);
    }
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    if (a->builtin != b->builtin) return b->builtin;
    if (a->model.start_date_us != b->model.start_date_us) return a->model.start_date_us > b->model.start_date_us;
    if (a->specificity != b->specificity) return a->specificity > b->specificity;
    return a->model.id < b->model.id;
  });
  return out;
}

std::shared_ptr<const PricedModel> ModelCatalog::first_started(const Compileds& candidates, TimeUs start_time_us) {
  for (const auto& model : candidates) {
    if (!model->model.start_date_us || *model->model.start_date_us <= start_time_us) return model;
  }
  return nullptr;
}

std::shared_ptr<const PricedModel> ModelCatalog::match(std::string_view project_id, std::string_view name,
                                                       TimeUs start_time_us) {
  if (name.empty()) return nullptr;
  const std::shared_ptr<Project> from = project(project_id);
  {
    const std::shared_lock lock(from->mutex);
    const auto found = from->names.find(name);
    if (found != from->names.end()) return first_started(found->second, start_time_us);
  }
  Compileds matching = candidates(*from, name);
  auto first = first_started(matching, start_time_us);
  const std::unique_lock lock(from->mutex);
  if (from->names.size() >= options_.names_max) from->names.clear();
  from->names.insert_or_assign(std::string(name), std::move(matching));
  return first;
}

std::shared_ptr<const PricedModel> ModelCatalog::find(std::string_view project_id, std::string_view model_id) {
  const std::shared_ptr<Project> from = project(project_id);
  for (const Compileds* list : {&static_cast<const Compileds&>(from->own), &builtin_}) {
    for (const auto& model : *list) {
      if (model->model.id == model_id) return model;
    }
  }
  return nullptr;
}

std::vector<std::pair<std::string, Price>> ModelCatalog::unit_prices(std::string_view project_id,
                                                                     std::string_view model_id,
                                                                     std::string_view tier_id) {
  const auto model = find(project_id, model_id);
  if (!model) return {};
  for (const PricingTier& tier : model->definition().tiers) {
    if (tier.id == tier_id) return tier.prices;
  }
  return {};
}

std::vector<std::shared_ptr<const PricedModel>> ModelCatalog::builtin() const {
  return {builtin_.begin(), builtin_.end()};
}

void ModelCatalog::forget_project(std::string_view project_id) {
  const std::unique_lock lock(mutex_);
  const auto found = projects_.find(project_id);
  if (found != projects_.end()) projects_.erase(found);
}

}  // namespace clew::ingest
