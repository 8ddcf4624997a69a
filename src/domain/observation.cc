#include "domain/observation.h"

#include <array>

#include "base/text.h"

namespace clew::domain {

namespace {

constexpr std::array<std::string_view, 10> kTypes = {"SPAN",  "EVENT",     "GENERATION", "AGENT",     "TOOL",
                                                     "CHAIN", "RETRIEVER", "EVALUATOR",  "EMBEDDING", "GUARDRAIL"};
constexpr std::array<std::string_view, 4> kLevels = {"DEBUG", "DEFAULT", "WARNING", "ERROR"};
constexpr std::array<std::string_view, 5> kScoreTypes = {"NUMERIC", "BOOLEAN", "CATEGORICAL", "TEXT", "CORRECTION"};

template <class E, std::size_t N>
std::optional<E> parse_in(const std::array<std::string_view, N>& names, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) return static_cast<E>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_text(ObservationType type) {
  return kTypes[static_cast<std::size_t>(type)];
}
std::optional<ObservationType> parse_observation_type(std::string_view text) {
  return parse_in<ObservationType>(kTypes, text);
}
std::string_view to_text(Level level) {
  return kLevels[static_cast<std::size_t>(level)];
}
std::optional<Level> parse_level(std::string_view text) {
  return parse_in<Level>(kLevels, text);
}
std::string_view to_text(ScoreDataType type) {
  return kScoreTypes[static_cast<std::size_t>(type)];
}
std::optional<ScoreDataType> parse_score_data_type(std::string_view text) {
  return parse_in<ScoreDataType>(kScoreTypes, text);
}

std::string normalize_environment(std::string_view given) {
  const std::string lowered = text::lower(given);
  std::string_view rest = lowered;
  while (rest.starts_with("langfuse")) {
    rest.remove_prefix(8);
    if (!rest.empty() && (rest.front() == '-' || rest.front() == '_')) rest.remove_prefix(1);
  }
  rest = text::prefix(rest, 40);
  const bool valid = !rest.empty() && rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == rest.npos;
  return valid ? std::string(rest) : "default";
}

}  // namespace clew::domain
