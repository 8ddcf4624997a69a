#include "scores/score_configs.h"

#include "base/json.h"
#include "base/text.h"
#include "scores/sql/score_configs.sql.h"

namespace clew::scores {

namespace {

using domain::ScoreDataType;

const Error kUnknown{Errc::kNotFound, "Score config not found within authorized project"};

meta::Value or_null(const std::optional<double>& number) {
  return number ? meta::Value(*number) : meta::Value{};
}

meta::Value or_null(const std::optional<std::string>& text) {
  return text ? meta::Value(*text) : meta::Value{};
}

std::optional<double> optional_real(const meta::ResultSet& rows, std::size_t r, std::size_t column) {
  const meta::Value& value = rows.rows[r][column];
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  return std::nullopt;
}

meta::Value categories_text(const std::vector<Category>& categories) {
  if (categories.empty()) return {};
  json::Array list;
  for (const Category& category : categories)
    list.push_back(json::Object{{"label", category.label}, {"value", category.value}});
  return json::to_text(list);
}

std::optional<std::vector<Category>> read_categories(const std::optional<std::string>& text) {
  std::vector<Category> out;
  if (!text) return out;
  const auto parsed = json::try_parse(*text);
  if (!parsed || !parsed->is_array()) return std::nullopt;
  for (const json::Value& item : parsed->get_array()) {
    const json::Value* label = json::find(item, "label");
    const json::Value* value = json::find(item, "value");
    if (!label || !label->is_string() || !value || !value->is_number()) return std::nullopt;
    out.push_back({.label = std::string(label->get_string()), .value = value->to_number<double>()});
  }
  return out;
}

Result<ScoreConfig> read_row(const meta::ResultSet& rows, std::size_t r) {
  const auto type = domain::parse_score_data_type(rows.text(r, 3));
  auto categories = read_categories(rows.optional_text(r, 7));
  if (!type || !categories) return Error{Errc::kCorruption, "score config " + rows.text(r, 0) + " is damaged"};
  return ScoreConfig{.id = rows.text(r, 0),
                     .project_id = rows.text(r, 1),
                     .name = rows.text(r, 2),
                     .data_type = *type,
                     .description = rows.optional_text(r, 4),
                     .min_value = optional_real(rows, r, 5),
                     .max_value = optional_real(rows, r, 6),
                     .categories = *std::move(categories),
                     .is_archived = rows.integer(r, 8) != 0,
                     .created_at = rows.integer(r, 9),
                     .updated_at = rows.integer(r, 10)};
}

Result<ScoreConfig> read(const meta::ResultSet& rows) {
  if (rows.empty()) return kUnknown;
  return read_row(rows, 0);
}

std::string described(const ScoreConfig& config) {
  return json::to_text(json::Object{
      {"name", config.name}, {"dataType", domain::to_text(config.data_type)}, {"isArchived", config.is_archived}});
}

Result<> audit(meta::Session& session, TimeUs now, const auth::Actor& actor, const ScoreConfig* before,
               const ScoreConfig& after) {
  CLEW_TRY(const meta::ResultSet owner, session.run(sql::kFindConfigOrganization, {after.project_id}));
  if (owner.empty()) return Error{Errc::kNotFound, "Project not found"};
  auth::AuditEntry entry{.organization_id = owner.text(0, 0),
                         .project_id = after.project_id,
                         .resource_type = "scoreConfig",
                         .resource_id = after.id,
                         .action = before ? "update" : "create"};
  if (before) entry.before = described(*before);
  entry.after = described(after);
  return auth::record(session, now, actor, entry);
}

void apply(ScoreConfig& config, const ConfigPatch& patch) {
  if (patch.is_archived) config.is_archived = *patch.is_archived;
  if (patch.name) config.name = *patch.name;
  if (patch.description) config.description = *patch.description;
  if (patch.min_value) config.min_value = *patch.min_value;
  if (patch.max_value) config.max_value = *patch.max_value;
  if (patch.categories) config.categories = *patch.categories;
}

Result<> check(const ScoreConfig& config) {
  if (auto problem = problem_of(config)) return Error{Errc::kInvalidArgument, *std::move(problem)};
  return ok();
}

}  // namespace

Result<ScoreConfig> ScoreConfigs::create(ScoreConfig config, const auth::Actor& actor) {
  if (config.data_type == ScoreDataType::kBoolean) {
    if (!config.categories.empty()) {
      return Error{Errc::kInvalidArgument, "categories: must not be given for BOOLEAN score configs"};
    }
    config.categories = boolean_categories();
  }
  CLEW_CHECK(check(config));
  config.id = text::random_uuid();
  config.created_at = config.updated_at = clock_.now_us();
  CLEW_CHECK(database_.transaction([&](meta::Session& session) -> Result<> {
    CLEW_CHECK(audit(session, config.created_at, actor, nullptr, config));
    auto inserted =
        session.run(sql::kInsertScoreConfig,
                    {config.id, config.project_id, config.name, std::string(domain::to_text(config.data_type)),
                     or_null(config.description), or_null(config.min_value), or_null(config.max_value),
                     categories_text(config.categories), std::int64_t{config.is_archived}, config.created_at});
    if (!inserted) return inserted.error();
    return ok();
  }));
  return config;
}

Result<ScoreConfig> ScoreConfigs::update(const std::string& project_id, const std::string& id, const ConfigPatch& patch,
                                         const auth::Actor& actor) {
  ScoreConfig config;
  const Result<> done = database_.transaction([&](meta::Session& session) -> Result<> {
    CLEW_TRY(const meta::ResultSet rows, session.run(sql::kFindScoreConfig, {project_id, id}));
    CLEW_TRY(config, read(rows));
    const ScoreConfig before = config;
    if (patch.categories && config.data_type == ScoreDataType::kBoolean) {
      return Error{Errc::kInvalidArgument, "categories: of BOOLEAN score configs cannot be changed"};
    }
    apply(config, patch);
    CLEW_CHECK(check(config));
    config.updated_at = clock_.now_us();
    CLEW_CHECK(audit(session, config.updated_at, actor, &before, config));
    auto updated = session.run(
        sql::kUpdateScoreConfig,
        {project_id, id, config.name, or_null(config.description), or_null(config.min_value), or_null(config.max_value),
         categories_text(config.categories), std::int64_t{config.is_archived}, config.updated_at});
    if (!updated) return updated.error();
    return ok();
  });
  // Also after a failure: whether a broken connection changed something is not known.
  forget(project_id, id);
  if (!done) return done.error();
  return config;
}

Result<ScoreConfig> ScoreConfigs::get(const std::string& project_id, const std::string& id) {
  CLEW_TRY(const meta::ResultSet rows, database_.run(sql::kFindScoreConfig, {project_id, id}));
  return read(rows);
}

Result<ConfigPage> ScoreConfigs::list(const std::string& project_id, std::size_t page, std::size_t limit) {
  CLEW_TRY(const meta::ResultSet total, database_.run(sql::kCountScoreConfigs, {project_id}));
  CLEW_TRY(const meta::ResultSet rows,
           database_.run(sql::kListScoreConfigs, {project_id, static_cast<std::int64_t>(limit),
                                                  static_cast<std::int64_t>((page - 1) * limit)}));
  ConfigPage out{.configs = {}, .total = static_cast<std::uint64_t>(total.integer(0, 0))};
  for (std::size_t r = 0; r < rows.size(); ++r) {
    CLEW_TRY(ScoreConfig config, read_row(rows, r));
    out.configs.push_back(std::move(config));
  }
  return out;
}

std::string ScoreConfigs::cache_key(const std::string& project_id, const std::string& id) {
  return std::to_string(project_id.size()) + ":" + project_id + id;
}

ConfigPtr ScoreConfigs::find_cached(const std::string& project_id, const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = cache_.find(cache_key(project_id, id));
  if (found == cache_.end() || clock_.now_us() - found->second.read_at > kCachedUs) return nullptr;
  return found->second.config;
}

Result<ConfigPtr> ScoreConfigs::find(const std::string& project_id, const std::string& id) {
  std::uint64_t changes_before = 0;
  {
    const std::lock_guard lock(mutex_);
    changes_before = changes_;
  }
  CLEW_TRY(ScoreConfig config, get(project_id, id));
  auto shared = std::make_shared<const ScoreConfig>(std::move(config));
  const std::lock_guard lock(mutex_);
  if (changes_ == changes_before) {
    if (cache_.size() >= kCachedMax) cache_.clear();
    cache_.insert_or_assign(cache_key(project_id, id), Cached{shared, clock_.now_us()});
  }
  return shared;
}

void ScoreConfigs::forget(const std::string& project_id, const std::string& id) {
  const std::lock_guard lock(mutex_);
  ++changes_;
  cache_.erase(cache_key(project_id, id));
}

}  // namespace clew::scores
