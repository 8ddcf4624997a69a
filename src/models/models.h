// The model definitions of projects: kept in the relational store, validated, audited. Built-in definitions are not
// here; together they form the ModelCatalog.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/audit.h"
#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "ingest/enrich/model_catalog.h"
#include "meta/database.h"

namespace clew::models {

// Callers are authorised for the project already. Every change is one transaction with its audit entry. Any thread;
// blocks on the store.
class Models final : public ingest::ProjectModels {
 public:
  Models(meta::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // `changed` is called with the project after each change made here, before the caller has its answer. Set once,
  // before the first change.
  void on_change(std::function<void(std::string_view project_id)> changed) { changed_ = std::move(changed); }

  // In order of id. A definition that cannot be read any more is left out.
  Result<std::vector<ingest::ModelDefinition>> list(std::string_view project_id) override;
  // Null: the project has no such definition.
  Result<std::optional<ingest::ModelDefinition>> find(const std::string& project_id, const std::string& id);

  // A new definition under a random id. kInvalidArgument: see parse_wish(); name taken; too many definitions.
  Result<ingest::ModelDefinition> create(const std::string& project_id, const json::Object& wish,
                                         const auth::Actor& actor);
  // Creates the definition of this id or replaces it as a whole, keeping its creation time.
  Result<ingest::ModelDefinition> put(const std::string& project_id, const std::string& id, const json::Object& wish,
                                      const auth::Actor& actor);
  // kNotFound: the project has no such definition.
  Result<> remove(const std::string& project_id, const std::string& id, const auth::Actor& actor);

 private:
  meta::Database& database_;
  const Clock& clock_;
  std::function<void(std::string_view)> changed_;
};

}  // namespace clew::models
