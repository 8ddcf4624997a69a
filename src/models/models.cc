#include "models/models.h"

#include <fmt/format.h>

#include "base/text.h"
#include "models/model_json.h"
#include "models/model_wish.h"
#include "models/sql/models.sql.h"

namespace clew::models {

namespace {

using ingest::ModelDefinition;

constexpr std::int64_t kModelsMax = 1000;
constexpr std::size_t kIdBytesMax = 800;

meta::Value or_null(const std::string& text) {
  return text.empty() ? meta::Value{} : meta::Value(text);
}

Result<ModelDefinition> read(const meta::ResultSet& rows, std::size_t r) {
  ModelDefinition model{.id = rows.text(r, 0),
                        .model_name = rows.text(r, 1),
                        .match_pattern = rows.text(r, 2),
                        .start_date_us = rows.optional_integer(r, 3),
                        .unit = rows.text(r, 4),
                        .tokenizer_id = rows.text(r, 5),
                        .tokenizer_config = rows.text(r, 6),
                        .tiers = {},
                        .created_at_us = rows.integer(r, 8)};
  CLEW_TRY(model.tiers, parse_stored_tiers(rows.text(r, 7)));
  return model;
}

auth::AuditEntry about(const std::string& organization_id, const std::string& project_id, const std::string& id,
                       std::string action) {
  return {.organization_id = organization_id,
          .project_id = project_id,
          .resource_type = "model",
          .resource_id = id,
          .action = std::move(action)};
}

// Tier ids follow from the definition's and the priority, so that replacing a definition keeps them.
void name_tiers(ModelDefinition& model) {
  for (ingest::PricingTier& tier : model.tiers) {
    tier.id = tier.is_default ? model.id + "_tier_default" : fmt::format("{}_tier_{}", model.id, tier.priority);
  }
}

std::string described(const ModelDefinition& model) {
  return json::to_text(model_json(model, false));
}

}  // namespace

Result<std::vector<ModelDefinition>> Models::list(std::string_view project_id) {
  CLEW_TRY(const meta::ResultSet rows, database_.run(sql::kListModels, {std::string(project_id)}));
  std::vector<ModelDefinition> out;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (auto model = read(rows, r)) out.push_back(*std::move(model));
  }
  return out;
}

Result<std::optional<ModelDefinition>> Models::find(const std::string& project_id, const std::string& id) {
  CLEW_TRY(const meta::ResultSet rows, database_.run(sql::kFindModel, {project_id, id}));
  if (rows.empty()) return std::optional<ModelDefinition>();
  CLEW_TRY(ModelDefinition model, read(rows, 0));
  return std::optional(std::move(model));
}

Result<ModelDefinition> Models::create(const std::string& project_id, const json::Object& wish,
                                       const auth::Actor& actor) {
  return put(project_id, text::random_uuid(), wish, actor);
}

Result<ModelDefinition> Models::put(const std::string& project_id, const std::string& id, const json::Object& wish,
                                    const auth::Actor& actor) {
  if (id.empty() || id.size() > kIdBytesMax) return Error{Errc::kInvalidArgument, "id: expected 1 to 800 characters"};
  CLEW_TRY(ModelDefinition model, parse_wish(wish));
  model.id = id;
  name_tiers(model);
  const TimeUs now = clock_.now_us();
  Result<> done = database_.transaction([&](meta::Session& session) -> Result<> {
    CLEW_TRY(const meta::ResultSet organization, session.run(sql::kProjectOrganization, {project_id}));
    if (organization.empty()) return Error{Errc::kNotFound, "Project not found"};
    CLEW_TRY(const meta::ResultSet before, session.run(sql::kFindModel, {project_id, id}));
    CLEW_TRY(const meta::ResultSet count, session.run(sql::kCountModels, {project_id}));
    if (before.empty() && count.integer(0, 0) >= kModelsMax) {
      return Error{Errc::kInvalidArgument, "A project can have at most 1000 model definitions."};
    }
    model.created_at_us = before.empty() ? now : before.integer(0, 8);
    auto stored = session.run(
        sql::kPutModel, {project_id, model.id, model.model_name, model.match_pattern,
                         model.start_date_us ? meta::Value(*model.start_date_us) : meta::Value{}, model.unit,
                         or_null(model.tokenizer_id), or_null(model.tokenizer_config), stored_tiers(model.tiers), now});
    if (!stored) return stored.error();
    auth::AuditEntry entry = about(organization.text(0, 0), project_id, id, before.empty() ? "create" : "update");
    if (!before.empty()) {
      if (const auto old = read(before, 0)) entry.before = described(*old);
    }
    entry.after = described(model);
    return auth::record(session, now, actor, entry);
  });
  if (!done && done.error().code == Errc::kConflict) {
    return Error{Errc::kInvalidArgument, fmt::format("Model name '{}' already exists in project", model.model_name)};
  }
  CLEW_CHECK(std::move(done));
  if (changed_) changed_(project_id);
  return model;
}

Result<> Models::remove(const std::string& project_id, const std::string& id, const auth::Actor& actor) {
  CLEW_CHECK(database_.transaction([&](meta::Session& session) -> Result<> {
    CLEW_TRY(const meta::ResultSet organization, session.run(sql::kProjectOrganization, {project_id}));
    CLEW_TRY(const meta::ResultSet before, session.run(sql::kFindModel, {project_id, id}));
    if (organization.empty() || before.empty()) {
      return Error{Errc::kNotFound, "No model with this id found."};
    }
    if (auto removed = session.run(sql::kDeleteModel, {project_id, id}); !removed) return removed.error();
    auth::AuditEntry entry = about(organization.text(0, 0), project_id, id, "delete");
    if (const auto old = read(before, 0)) entry.before = described(*old);
    return auth::record(session, clock_.now_us(), actor, entry);
  }));
  if (changed_) changed_(project_id);
  return ok();
}

}  // namespace clew::models
