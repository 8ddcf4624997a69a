#include "query/expressions.h"

#include <span>

namespace clew::query {

namespace {

using enum Field;
using enum ValueKind;

constexpr std::string_view kRowLatency =
    "if(isNull(end_time), NULL, (toUnixTimestamp64Micro(assumeNotNull(end_time)) - "
    "toUnixTimestamp64Micro(start_time)) / 1000000)";
constexpr std::string_view kRowTimeToFirstToken =
    "if(isNull(completion_start_time), NULL, (toUnixTimestamp64Micro(assumeNotNull(completion_start_time)) - "
    "toUnixTimestamp64Micro(start_time)) / 1000000)";
constexpr std::string_view kRowTokensPerSecond =
    "if(isNull(end_time) OR assumeNotNull(end_time) <= start_time, NULL, output_tokens * 1000000 / "
    "(toUnixTimestamp64Micro(assumeNotNull(end_time)) - toUnixTimestamp64Micro(start_time)))";

// What the start time says about the sender's clock (contract/reliability.md 10), by the time of receipt. An impossible
// time was replaced when it arrived (ingest/decode/otlp/map_times.cc) and is kept in the metadata.
constexpr std::string_view kRowClock =
    "multiIf(mapContains(metadata, 'clew.original_start_time_unix_nano') OR "
    "mapContains(metadata, 'clew.original_end_time_unix_nano'), 'replaced', "
    "start_time > created_at + INTERVAL 7 DAY, 'ahead', start_time < created_at - INTERVAL 366 DAY, 'behind', "
    "'plausible')";

struct Entry {
  Field field;
  Expression expression;
};

Expression find(std::span<const Entry> entries, Field field) {
  for (const Entry& entry : entries) {
    if (entry.field == field) return entry.expression;
  }
  return {};
}

constexpr Entry kRow[] = {
    {kId, {kText, "span_id"}},
    {kTraceId, {kText, "trace_id"}},
    {kParentId, {kText, "parent_span_id"}},
    {kHasParent, {kBoolean, "(parent_span_id != '')"}},
    {kIsRoot, {kBoolean, "(parent_span_id = '' OR is_app_root = 1)"}},
    {kTimestamp, {kTime, "start_time"}},
    {kEndTime, {kTime, "end_time"}},
    {kState, {kText, "if(" CLEW_IS_RUNNING ", 'running', 'ended')"}},
    {kClock, {kText, kRowClock}},
    {kLatency, {kNumber, kRowLatency}},
    {kTimeToFirstToken, {kNumber, kRowTimeToFirstToken}},
    {kTokensPerSecond, {kNumber, kRowTokensPerSecond}},
    {kName, {kText, "name"}},
    {kType, {kText, "type"}},
    {kLevel, {kText, "level"}},
    {kStatusMessage, {kText, "status_message"}},
    {kEnvironment, {kText, "environment"}},
    {kVersion, {kText, "version"}},
    {kRelease, {kText, "release"}},
    {kTraceName, {kText, "if(trace_name = '' AND (parent_span_id = '' OR is_app_root = 1), name, trace_name)"}},
    {kUserId, {kText, "user_id"}},
    {kSessionId, {kText, "session_id"}},
    {kTags, {kTextList, "tags"}},
    {kMetadata, {kTextMap, "metadata"}},
    {kInput, {kPayload, "input"}},
    {kOutput, {kPayload, "output"}},
    {kHasInput, {kBoolean, "(input_length > 0)"}},
    {kHasOutput, {kBoolean, "(output_length > 0)"}},
    {kModel, {kText, "model"}},
    {kModelId, {kText, "model_id"}},
    {kInputCost, {kNumber, "input_cost"}},
    {kOutputCost, {kNumber, "output_cost"}},
    {kTotalCost, {kNumber, "total_cost"}},
    {kInputTokens, {kNumber, "input_tokens"}},
    {kOutputTokens, {kNumber, "output_tokens"}},
    {kTotalTokens, {kNumber, "total_tokens"}},
    {kPromptName, {kText, "prompt_name"}},
    {kPromptVersion, {kNumber, "prompt_version"}},
    {kToolDefinitionCount, {kNumber, "length(mapKeys(tool_definitions))"}},
    {kToolCallCount, {kNumber, "length(tool_calls)"}},
    {kToolNames, {kTextList, "mapKeys(tool_definitions)"}},
    {kCalledToolNames, {kTextList, "tool_call_names"}},
    {kPublic, {kBoolean, "public"}},
    {kIngestionApiKey, {kText, "ingestion_api_key"}},
    {kIngestionSdkName, {kText, "ingestion_sdk_name"}},
    {kIngestionSdkVersion, {kText, "ingestion_sdk_version"}},
    {kIngestionSource, {kText, "source"}},
    {kExperimentId, {kText, "experiment_id"}},
    {kExperimentName, {kText, "experiment_name"}},
    {kExperimentDatasetId, {kText, "experiment_dataset_id"}},
    {kExperimentItemId, {kText, "experiment_item_id"}},
    {kIsExperimentItemRoot,
     {kBoolean, "(experiment_item_root_span_id != '' AND experiment_item_root_span_id = span_id)"}},
    {kNothing, {kText, "''"}},
};

constexpr Entry kTrace[] = {
    {kId, {kText, "trace_id"}},
    {kTraceId, {kText, "trace_id"}},
    {kTimestamp, {kTime, "timestamp"}},
    {kLatency, {kNumber, "latency_us / 1000000"}},
    {kName, {kText, "name"}},
    {kTraceName, {kText, "name"}},
    {kLevel, {kText, "level"}},
    {kEnvironment, {kText, "environment"}},
    {kVersion, {kText, "version"}},
    {kRelease, {kText, "release"}},
    {kUserId, {kText, "user_id"}},
    {kSessionId, {kText, "session_id"}},
    {kTags, {kTextList, "tags"}},
    {kMetadata, {kTextMap, "metadata"}},
    {kModel, {kTextList, "models"}},
    {kInputCost, {kNumber, "input_cost"}},
    {kOutputCost, {kNumber, "output_cost"}},
    {kTotalCost, {kNumber, "total_cost"}},
    {kInputTokens, {kNumber, "input_tokens"}},
    {kOutputTokens, {kNumber, "output_tokens"}},
    {kTotalTokens, {kNumber, "total_tokens"}},
    {kBookmarked, {kBoolean, "bookmarked"}},
    {kPublic, {kBoolean, "public"}},
    {kState, {kText, "if(running, 'running', 'ended')"}},
    {kObservationCount, {kNumber, "observation_count"}},
    {kErrorCount, {kNumber, "error_count"}},
    {kWarningCount, {kNumber, "warning_count"}},
    {kDefaultCount, {kNumber, "default_count"}},
    {kDebugCount, {kNumber, "debug_count"}},
    {kScoreNumbers, {kScores, "trace_id"}},
    {kScoreCategories, {kScores, "trace_id"}},
    {kScoreBooleans, {kScores, "trace_id"}},
    {kNothing, {kText, "''"}},
};

constexpr Entry kRecord[] = {
    {kName, {kText, "name"}},
    {kTraceName, {kText, "name"}},
    {kUserId, {kText, "user_id"}},
    {kSessionId, {kText, "session_id"}},
    {kRelease, {kText, "release"}},
    {kVersion, {kText, "version"}},
    {kEnvironment, {kText, "environment"}},
    {kTags, {kTextList, "tags"}},
};

constexpr Entry kScore[] = {
    {kId, {kText, "id"}},
    {kTimestamp, {kTime, "timestamp"}},
    {kEnvironment, {kText, "environment"}},
    {kTraceId, {kText, "trace_id"}},
    {kObservationId, {kText, "observation_id"}},
    {kSessionId, {kText, "session_id"}},
    {kExperimentId, {kText, "dataset_run_id"}},
    {kName, {kText, "name"}},
    {kValue, {kNumber, "value"}},
    {kBooleanValue, {kNumber, "if(data_type = 'BOOLEAN', value, NULL)"}},
    {kSource, {kText, "source"}},
    {kComment, {kText, "ifNull(comment, '')"}},
    {kAuthorUserId, {kText, "author_user_id"}},
    {kDataType, {kText, "data_type"}},
    {kStringValue, {kText, "ifNull(string_value, '')"}},
    {kMetadata, {kTextMap, "metadata"}},
    {kNothing, {kText, "''"}},
};

}  // namespace

Expression row_expression(Field field) {
  return find(kRow, field);
}
Expression trace_expression(Field field) {
  return find(kTrace, field);
}
Expression record_expression(Field field) {
  return find(kRecord, field);
}
Expression score_expression(Field field) {
  return find(kScore, field);
}

}  // namespace clew::query
