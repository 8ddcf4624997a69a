// A score config: what scores of one name may be (contract/evaluation.md 1.7).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "domain/observation.h"

namespace clew::scores {

struct Category {
  std::string label;
  double value = 0;
};

struct ScoreConfig {
  std::string id;
  std::string project_id;
  std::string name;
  domain::ScoreDataType data_type = domain::ScoreDataType::kNumeric;  // never kCorrection
  std::optional<std::string> description;
  std::optional<double> min_value, max_value;
  std::vector<Category> categories;  // CATEGORICAL; of a BOOLEAN always True and False
  bool is_archived = false;
  TimeUs created_at = 0;
  TimeUs updated_at = 0;
};

// What is wrong with a config as a whole, as a sentence; null when it is good.
std::optional<std::string> problem_of(const ScoreConfig& config);

// True/1 and False/0: what every BOOLEAN config has.
std::vector<Category> boolean_categories();

}  // namespace clew::scores
