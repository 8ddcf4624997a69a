#include "scores/score_rules.h"

#include <algorithm>
#include <map>

#include "base/json.h"
#include "base/text.h"
#include "ingest/decode/events/score_rulings.h"

namespace clew::scores {

namespace {

using domain::ScoreDataType;
using ingest::ScoreRuling;
using Found = std::map<std::string, ConfigPtr, std::less<>>;

constexpr std::size_t kTextCharactersMax = 500;

std::string_view config_of(const ingest::EntityEvent& event) {
  if (event.kind != ingest::EntityKind::kScore) return {};
  return json::find_text(event.body, "configId").value_or("");
}

std::optional<std::string> range_problem(const ScoreConfig& config, const json::Value* value) {
  if (!value || !value->is_number()) return "Value must be a number for the NUMERIC score config " + config.name;
  const double number = value->to_number<double>();
  if (config.min_value && number < *config.min_value) {
    return "Value " + json::number_text(number) + " is below the minimum " + json::number_text(*config.min_value) +
           " of the score config";
  }
  if (config.max_value && number > *config.max_value) {
    return "Value " + json::number_text(number) + " is above the maximum " + json::number_text(*config.max_value) +
           " of the score config";
  }
  return std::nullopt;
}

// What is wrong with the value under this config; sets the number of a category.
std::optional<std::string> value_problem(const ScoreConfig& config, const json::Value* value,
                                         std::optional<double>& category_value) {
  const bool is_text = value && value->is_string();
  switch (config.data_type) {
    case ScoreDataType::kNumeric:
      return range_problem(config, value);
    case ScoreDataType::kBoolean: {
      const double number = value && value->is_number() ? value->to_number<double>() : -1;
      if (number == 0 || number == 1) return std::nullopt;
      return "Value must be a number equal to either 0 or 1 for data type BOOLEAN";
    }
    case ScoreDataType::kCategorical: {
      if (!is_text) return "Value must be a string for the CATEGORICAL score config " + config.name;
      const auto found = std::ranges::find(config.categories, std::string_view(value->get_string()), &Category::label);
      if (found == config.categories.end()) return "Value is not one of the categories of the score config";
      category_value = found->value;
      return std::nullopt;
    }
    case ScoreDataType::kText: {
      const std::size_t length = is_text ? text::characters(value->get_string()) : 0;
      if (length >= 1 && length <= kTextCharactersMax) return std::nullopt;
      return "Value must be a string of 1 to 500 characters for data type TEXT";
    }
    case ScoreDataType::kCorrection:
      break;
  }
  return "Corrections have no score config";
}

void decide(ingest::DecodedBatch& batch, const Found& found) {
  for (const ingest::EntityEvent& event : batch.events) {
    const std::string_view id = config_of(event);
    if (id.empty()) continue;
    const auto config = found.find(id);
    batch.context.score_rulings.push_back(rule(event, config == found.end() ? nullptr : config->second.get()));
  }
  ingest::apply_score_rulings(batch);
}

}  // namespace

std::vector<std::string> configs_named_by(const ingest::DecodedBatch& batch) {
  std::vector<std::string> ids;
  for (const ingest::EntityEvent& event : batch.events) {
    const std::string_view id = config_of(event);
    if (!id.empty()) ids.emplace_back(id);
  }
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  return ids;
}

ScoreRuling rule(const ingest::EntityEvent& score, const ScoreConfig* config) {
  ScoreRuling ruling{.index = score.index};
  const auto refuse = [&](int status, std::string reason) {
    ruling.status = status;
    ruling.reason = std::move(reason);
    return ruling;
  };
  if (!config) return refuse(404, "Score config not found within authorized project");
  const std::string_view type = domain::to_text(config->data_type);
  const auto given_type = json::find_text(score.body, "dataType");
  if (given_type && *given_type != type) {
    return refuse(
        400, "Data type mismatch based on config: expected " + std::string(type) + ", got " + std::string(*given_type));
  }
  if (config->is_archived) {
    return refuse(400, "Config is archived and cannot be used to create new scores. Please restore the config first.");
  }
  if (auto problem = value_problem(*config, json::find(score.body, "value"), ruling.category_value)) {
    return refuse(400, *std::move(problem));
  }
  ruling.name = config->name;
  ruling.data_type = type;
  return ruling;
}

bool try_rule_scores(const ScoreConfigs& configs, ingest::DecodedBatch& batch) {
  Found found;
  for (std::string& id : configs_named_by(batch)) {
    ConfigPtr config = configs.find_cached(batch.context.project_id, id);
    if (!config) return false;
    found.emplace(std::move(id), std::move(config));
  }
  if (!found.empty()) decide(batch, found);
  return true;
}

Result<> rule_scores_blocking(ScoreConfigs& configs, ingest::DecodedBatch& batch) {
  Found found;
  for (std::string& id : configs_named_by(batch)) {
    ConfigPtr config = configs.find_cached(batch.context.project_id, id);
    if (!config) {
      auto read = configs.find(batch.context.project_id, id);
      // A damaged config is no config: whoever asks for it by id sees the damage.
      const bool absent = !read && (read.error().code == Errc::kNotFound || read.error().code == Errc::kCorruption);
      if (!read && !absent) return read.error();
      if (read) config = *std::move(read);
    }
    if (config) found.emplace(std::move(id), std::move(config));
  }
  decide(batch, found);
  return ok();
}

}  // namespace clew::scores
