#include "ingest/enrich/model_catalog.h"

#include <algorithm>
#include <mutex>
#include <tuple>

#include "ingest/enrich/price_files.h"

namespace clew::ingest {

// The definitions of one project and what is known about names there.
struct ModelCatalog::Project {
  std::shared_ptr<const Models> builtin;
  Models own;
  TimeUs loaded_at_us = 0;
  std::shared_mutex mutex;  // of `names`
  ByText<Models> names;
};

ModelCatalog::ModelCatalog(std::vector<ModelDefinition> builtin, ProjectModels* projects, const clew::Clock& clock,
                           CatalogOptions options)
    : given_(std::move(builtin)),
      projects_source_(projects),
      clock_(clock),
      options_(options),
      builtin_(compiled(given_)),
      without_own_(std::make_shared<Project>()) {
  without_own_->builtin = builtin_;
}

ModelCatalog::~ModelCatalog() = default;

Result<std::unique_ptr<ModelCatalog>> ModelCatalog::create(std::string_view builtin_json, ProjectModels* projects,
                                                           const clew::Clock& clock, CatalogOptions options) {
  CLEW_TRY(auto definitions, parse_model_prices(builtin_json));
  return std::unique_ptr<ModelCatalog>(new ModelCatalog(std::move(definitions), projects, clock, options));
}

std::shared_ptr<const ModelCatalog::Models> ModelCatalog::compiled(std::vector<ModelDefinition> definitions) {
  auto out = std::make_shared<Models>();
  out->reserve(definitions.size());
  for (ModelDefinition& definition : definitions) {
    out->push_back(std::make_shared<const PricedModel>(std::move(definition), true));
  }
  return out;
}

Result<> ModelCatalog::lay_over_builtin(const std::vector<ModelDefinition>& models) {
  CLEW_TRY(auto merged, lay_over(given_, models));
  auto builtin = compiled(std::move(merged));
  auto without_own = std::make_shared<Project>();
  without_own->builtin = builtin;
  const std::unique_lock lock(mutex_);
  builtin_ = std::move(builtin);
  without_own_ = std::move(without_own);
  projects_.clear();
  return ok();
}

std::shared_ptr<ModelCatalog::Project> ModelCatalog::project(std::string_view project_id) {
  if (!projects_source_) {
    const std::shared_lock lock(mutex_);
    return without_own_;
  }
  const TimeUs now = clock_.now_us();
  std::shared_ptr<Project> known;
  std::shared_ptr<Project> without_own;
  {
    const std::shared_lock lock(mutex_);
    without_own = without_own_;
    const auto found = projects_.find(project_id);
    if (found != projects_.end()) known = found->second;
  }
  if (known && now - known->loaded_at_us < options_.project_age_us_max) {
    return known->own.empty() ? without_own : known;
  }

  auto definitions = projects_source_->list(project_id);
  auto loaded = std::make_shared<Project>();
  loaded->loaded_at_us = now;
  if (definitions) {
    for (ModelDefinition& definition : *definitions) {
      const bool has_default = std::any_of(definition.tiers.begin(), definition.tiers.end(),
                                           [](const PricingTier& tier) { return tier.is_default; });
      // Definitions are validated where they are written; one that is broken all the same prices nothing.
      if (has_default) loaded->own.push_back(std::make_shared<const PricedModel>(std::move(definition), false));
    }
  } else if (known) {
    loaded->own = known->own;
  }
  const std::unique_lock lock(mutex_);
  loaded->builtin = builtin_;
  if (projects_.size() >= options_.projects_max) projects_.clear();
  projects_.insert_or_assign(std::string(project_id), loaded);
  return loaded->own.empty() ? without_own_ : loaded;
}

ModelCatalog::Models ModelCatalog::candidates(const Project& project, std::string_view name) {
  Models out;
  for (const Models* list : {&project.own, project.builtin.get()}) {
    for (const auto& model : *list) {
      if (model->matches(name)) out.push_back(model);
    }
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    if (a->is_builtin() != b->is_builtin()) return b->is_builtin();
    const auto& [a_start, b_start] = std::tie(a->definition().start_date_us, b->definition().start_date_us);
    if (a_start != b_start) return a_start > b_start;
    if (a->specificity() != b->specificity()) return a->specificity() > b->specificity();
    return a->definition().id < b->definition().id;
  });
  return out;
}

std::shared_ptr<const PricedModel> ModelCatalog::first_started(const Models& candidates, TimeUs start_time_us) {
  for (const auto& model : candidates) {
    const auto start = model->definition().start_date_us;
    if (!start || *start <= start_time_us) return model;
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
  Models matching = candidates(*from, name);
  auto first = first_started(matching, start_time_us);
  const std::unique_lock lock(from->mutex);
  if (from->names.size() >= options_.names_max) from->names.clear();
  from->names.insert_or_assign(std::string(name), std::move(matching));
  return first;
}

std::shared_ptr<const PricedModel> ModelCatalog::find(std::string_view project_id, std::string_view model_id) {
  const std::shared_ptr<Project> from = project(project_id);
  for (const Models* list : {&static_cast<const Models&>(from->own), from->builtin.get()}) {
    for (const auto& model : *list) {
      if (model->definition().id == model_id) return model;
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
  const std::shared_lock lock(mutex_);
  return *builtin_;
}

void ModelCatalog::forget_project(std::string_view project_id) {
  const std::unique_lock lock(mutex_);
  const auto found = projects_.find(project_id);
  if (found != projects_.end()) projects_.erase(found);
}

}  // namespace clew::ingest
