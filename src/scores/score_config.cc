#include "scores/score_config.h"

#include <cmath>
#include <set>

#include "base/text.h"

namespace clew::scores {

namespace {

using domain::ScoreDataType;

constexpr std::size_t kNameCharactersMax = 35;
constexpr std::size_t kCategoriesMax = 1'000;

// Letters and digits of any script cannot be told here without tables of Unicode; what is refused are the ASCII
// characters that are neither, control characters, and blocks that hold symbols only.
bool is_name_character(char32_t c) {
  if (c < 0x80) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ' ' ||
           c == '.' || c == '(' || c == ')' || c == '-';
  }
  if (c < 0xC0) return c == 0xAA || c == 0xB2 || c == 0xB3 || c == 0xB5 || c == 0xB9 || c == 0xBA;
  if (c == 0xD7 || c == 0xF7) return false;
  if (c >= 0x2000 && c <= 0x206F) return false;  // punctuation
  if (c >= 0x2190 && c <= 0x2BFF) return false;  // arrows, mathematics, shapes
  if (c >= 0x3000 && c <= 0x3004) return false;  // ideographic space and marks
  if (c >= 0xD800 && c <= 0xF8FF) return false;  // surrogates, private use
  return c < 0x1F000 || c > 0x1FAFF;             // pictures
}

// The characters of valid UTF-8.
std::vector<char32_t> characters_of(std::string_view text) {
  std::vector<char32_t> out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t c = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < text.size(); ++k)
      c = (c << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3F);
    out.push_back(c);
    i += length;
  }
  return out;
}

std::optional<std::string> name_problem(std::string_view name) {
  const std::size_t length = text::characters(name);
  if (length == 0 || length > kNameCharactersMax) return "name: expected 1 to 35 characters";
  for (const char32_t c : characters_of(name)) {
    if (!is_name_character(c)) {
      return "name: must only contain letters, digits, spaces, underscores, dots, brackets and hyphens";
    }
  }
  return std::nullopt;
}

std::optional<std::string> range_problem(const ScoreConfig& config) {
  if (config.data_type != ScoreDataType::kNumeric) {
    if (!config.min_value && !config.max_value) return std::nullopt;
    return "minValue and maxValue belong to NUMERIC score configs only";
  }
  for (const auto& bound : {config.min_value, config.max_value}) {
    if (bound && !std::isfinite(*bound)) return "minValue, maxValue: expected a number";
  }
  if (config.min_value && config.max_value && *config.max_value <= *config.min_value) {
    return "Maximum value must be greater than Minimum value";
  }
  return std::nullopt;
}

std::optional<std::string> categories_problem(const ScoreConfig& config) {
  if (config.data_type == ScoreDataType::kBoolean) return std::nullopt;  // ours, never given
  if (config.data_type != ScoreDataType::kCategorical) {
    if (config.categories.empty()) return std::nullopt;
    return "categories belong to CATEGORICAL score configs only";
  }
  if (config.categories.empty()) return "categories: a CATEGORICAL score config needs at least one";
  if (config.categories.size() > kCategoriesMax) return "categories: too many";
  std::set<std::string_view> labels;
  std::set<double> values;
  for (const Category& category : config.categories) {
    if (category.label.empty()) return "categories: label must not be empty";
    if (!std::isfinite(category.value)) return "categories: value must be a number";
    if (!labels.insert(category.label).second) {
      return "Duplicate category label: " + category.label + ", category labels must be unique";
    }
    if (!values.insert(category.value).second) return "Duplicate category value, category values must be unique";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> problem_of(const ScoreConfig& config) {
  if (auto problem = name_problem(config.name)) return problem;
  if (auto problem = range_problem(config)) return problem;
  return categories_problem(config);
}

std::vector<Category> boolean_categories() {
  return {{.label = "True", .value = 1}, {.label = "False", .value = 0}};
}

}  // namespace clew::scores
