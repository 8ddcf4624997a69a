// What a filter, a sort or a facet can address, per view: the names the outside uses and the one Field each stands for.
// SQL never sees a name of the request, only Fields (expressions.h).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

namespace clew::query {

// Four lists of rows, each with its own columns (contract/api.md A.8).
enum class View : std::uint8_t { kTraces, kObservations, kObservationsV2, kScores, kExperiments, kExperimentItems };

enum class Field : std::uint8_t {
  // Identity and structure.
  kId,
  kTraceId,
  kParentId,
  kObservationId,
  kHasParent,
  kIsRoot,
  // Time. Durations are seconds.
  kTimestamp,
  kEndTime,
  kState,  // "running" without an end, else "ended"; a trace runs while one of its observations does
  kClock,  // whether the start time can be right: "plausible", "ahead", "behind", "replaced"
  kLatency,
  kTimeToFirstToken,
  kTokensPerSecond,
  // Text.
  kName,
  kType,
  kLevel,
  kStatusMessage,
  kEnvironment,
  kVersion,
  kRelease,
  kTraceName,
  kUserId,
  kSessionId,
  kTags,
  kMetadata,
  kInput,
  kOutput,
  kHasInput,
  kHasOutput,
  // Model, cost, tools, prompt.
  kModel,
  kModelId,
  kInputCost,
  kOutputCost,
  kTotalCost,
  kInputTokens,
  kOutputTokens,
  kTotalTokens,
  kPromptName,
  kPromptVersion,
  kToolDefinitionCount,
  kToolCallCount,
  kToolNames,
  kCalledToolNames,
  // Flags and counts of a trace.
  kBookmarked,
  kPublic,
  kObservationCount,
  kErrorCount,
  kWarningCount,
  kDefaultCount,
  kDebugCount,
  // Scores of a trace.
  kScoreNumbers,
  kScoreCategories,
  kScoreBooleans,
  // Where it came from.
  kIngestionApiKey,
  kIngestionSdkName,
  kIngestionSdkVersion,
  kIngestionSource,
  // Experiments.
  kExperimentId,
  kExperimentName,
  kExperimentDatasetId,
  kExperimentItemId,
  kIsExperimentItemRoot,
  // Columns of a score.
  kValue,
  kBooleanValue,
  kStringValue,
  kSource,
  kDataType,
  kComment,
  kAuthorUserId,
  // Accepted for compatibility: no row has a value; and: the condition has no effect.
  kNothing,
  kIgnored,
};

enum class FilterType : std::uint8_t {
  kDatetime,
  kString,
  kStringOptions,
  kCategoryOptions,
  kArrayOptions,
  kNumber,
  kStringObject,
  kNumberObject,
  kBooleanObject,
  kBoolean,
  kNull,
  kPositionInTrace,
};
std::string_view to_text(FilterType type);  // "stringOptions"

struct Column {
  Field field;
  FilterType type;         // what a condition on it should have
  std::string_view id;     // "userId"
  std::string_view label;  // "User ID"
  std::vector<std::string_view> aliases;
};

// The columns of a view, in no particular order. The lists live as long as the program.
std::span<const Column> columns(View view);

// The column with this id, label or alias; null when the view has none.
const Column* find_column(View view, std::string_view name);

}  // namespace clew::query
