// Which model definition applies to the name a client gave (contract/cost.md 3), remembered per project and name so
// that asking again costs well under a microsecond. Every method may be called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ingest/enrich/priced_model.h"

namespace clew::ingest {

// Where the definitions of a project live. Implemented over `meta`.
class ProjectModels {
 public:
  virtual ~ProjectModels() = default;
  virtual Result<std::vector<ModelDefinition>> list(std::string_view project_id) = 0;
};

struct CatalogOptions {
  // How long a project's definitions are used before they are asked for again: the delay after which a change made by
  // another process is seen. Changes made by this one call forget_project().
  std::int64_t project_age_us_max = 10'000'000;
  std::size_t projects_max = 10'000;
  std::size_t names_max = 10'000;  // remembered per project; when full, all of them are forgotten
};

class ModelCatalog {
 public:
  // `projects` may be null: built-in definitions only. It and `clock` must outlive the catalog.
  // kInvalidArgument: `builtin_json` is not a good list (see parse_model_prices).
  static Result<std::unique_ptr<ModelCatalog>> create(std::string_view builtin_json, ProjectModels* projects,
                                                      const clew::Clock& clock, CatalogOptions options = {});
  ~ModelCatalog();

  // The definition for `name` on an observation that started at `start_time_us`; null when none matches. Definitions of
  // the project go before built-in ones, later start dates before earlier ones, then the pattern with the longer
  // literal start, then the smaller id. When the project's definitions cannot be read the last known ones are used.
  std::shared_ptr<const PricedModel> match(std::string_view project_id, std::string_view name, TimeUs start_time_us);

  // By id, built-in or of the project; null when there is none.
  std::shared_ptr<const PricedModel> find(std::string_view project_id, std::string_view model_id);

  // What one unit of each usage type costs in a tier of a definition; empty when either is unknown.
  std::vector<std::pair<std::string, Price>> unit_prices(std::string_view project_id, std::string_view model_id,
                                                         std::string_view tier_id);

  // From now on `models` replace built-in definitions of equal id and add to the others; what an earlier call laid over
  // is gone. kInvalidArgument, changing nothing: two would have one name.
  Result<> lay_over_builtin(const std::vector<ModelDefinition>& models);

  // All built-in definitions, in the order of the list.
  std::vector<std::shared_ptr<const PricedModel>> builtin() const;

  // After a definition of the project was created, changed or deleted.
  void forget_project(std::string_view project_id);

 private:
  struct Project;
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  template <class Value>
  using ByText = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;
  using Models = std::vector<std::shared_ptr<const PricedModel>>;

  ModelCatalog(std::vector<ModelDefinition> builtin, ProjectModels* projects, const clew::Clock& clock,
               CatalogOptions options);

  static std::shared_ptr<const PricedModel> first_started(const Models& candidates, TimeUs start_time_us);
  std::shared_ptr<Project> project(std::string_view project_id);
  static std::shared_ptr<const Models> compiled(std::vector<ModelDefinition> definitions);
  static Models candidates(const Project& project, std::string_view name);

  const std::vector<ModelDefinition> given_;  // the list the catalog was made with
  ProjectModels* const projects_source_;
  const clew::Clock& clock_;
  const CatalogOptions options_;

  mutable std::shared_mutex mutex_;  // of all that follows
  std::shared_ptr<const Models> builtin_;
  ByText<std::shared_ptr<Project>> projects_;
  // Projects without definitions of their own share what is known about names.
  std::shared_ptr<Project> without_own_;
};

}  // namespace clew::ingest
