#include "query/expressions.h"

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

}  // namespace

Expression row_expression(Field field) {
  switch (field) {
    case kId:
      return {kText, "span_id"};
    case kTraceId:
      return {kText, "trace_id"};
    case kParentId:
      return {kText, "parent_span_id"};
    case kHasParent:
      return {kBoolean, "(parent_span_id != '')"};
    case kIsRoot:
      return {kBoolean, "(parent_span_id = '' OR is_app_root = 1)"};
    case kTimestamp:
      return {kTime, "start_time"};
    case kEndTime:
      return {kTime, "end_time"};
    case kLatency:
      return {kNumber, kRowLatency};
    case kTimeToFirstToken:
      return {kNumber, kRowTimeToFirstToken};
    case kTokensPerSecond:
      return {kNumber, kRowTokensPerSecond};
    case kName:
      return {kText, "name"};
    case kType:
      return {kText, "type"};
    case kLevel:
      return {kText, "level"};
    case kStatusMessage:
      return {kText, "status_message"};
    case kEnvironment:
      return {kText, "environment"};
    case kVersion:
      return {kText, "version"};
    case kRelease:
      return {kText, "release"};
    case kTraceName:
      return {kText, "if(trace_name = '' AND (parent_span_id = '' OR is_app_root = 1), name, trace_name)"};
    case kUserId:
      return {kText, "user_id"};
    case kSessionId:
      return {kText, "session_id"};
    case kTags:
      return {kTextList, "tags"};
    case kMetadata:
      return {kTextMap, "metadata"};
    case kInput:
      return {kPayload, "input"};
    case kOutput:
      return {kPayload, "output"};
    case kHasInput:
      return {kBoolean, "(input_length > 0)"};
    case kHasOutput:
      return {kBoolean, "(output_length > 0)"};
    case kModel:
      return {kText, "model"};
    case kModelId:
      return {kText, "model_id"};
    case kInputCost:
      return {kNumber, "input_cost"};
    case kOutputCost:
      return {kNumber, "output_cost"};
    case kTotalCost:
      return {kNumber, "total_cost"};
    case kInputTokens:
      return {kNumber, "input_tokens"};
    case kOutputTokens:
      return {kNumber, "output_tokens"};
    case kTotalTokens:
      return {kNumber, "total_tokens"};
    case kPromptName:
      return {kText, "prompt_name"};
    case kPromptVersion:
      return {kNumber, "prompt_version"};
    case kToolDefinitionCount:
      return {kNumber, "length(mapKeys(tool_definitions))"};
    case kToolCallCount:
      return {kNumber, "length(tool_calls)"};
    case kToolNames:
      return {kTextList, "mapKeys(tool_definitions)"};
    case kCalledToolNames:
      return {kTextList, "tool_call_names"};
    case kPublic:
      return {kBoolean, "public"};
    case kIngestionApiKey:
      return {kText, "ingestion_api_key"};
    case kIngestionSdkName:
      return {kText, "ingestion_sdk_name"};
    case kIngestionSdkVersion:
      return {kText, "ingestion_sdk_version"};
    case kIngestionSource:
      return {kText, "source"};
    case kExperimentId:
      return {kText, "experiment_id"};
    case kExperimentName:
      return {kText, "experiment_name"};
    case kExperimentDatasetId:
      return {kText, "experiment_dataset_id"};
    case kIsExperimentItemRoot:
      return {kBoolean, "(experiment_item_root_span_id != '' AND experiment_item_root_span_id = span_id)"};
    case kNothing:
      return {kText, "''"};
    default:
      return {};
  }
}

Expression trace_expression(Field field) {
  switch (field) {
    case kId:
    case kTraceId:
      return {kText, "trace_id"};
    case kTimestamp:
      return {kTime, "timestamp"};
    case kLatency:
      return {kNumber, "latency_us / 1000000"};
    case kName:
    case kTraceName:
      return {kText, "name"};
    case kLevel:
      return {kText, "level"};
    case kEnvironment:
      return {kText, "environment"};
    case kVersion:
      return {kText, "version"};
    case kRelease:
      return {kText, "release"};
    case kUserId:
      return {kText, "user_id"};
    case kSessionId:
      return {kText, "session_id"};
    case kTags:
      return {kTextList, "tags"};
    case kMetadata:
      return {kTextMap, "metadata"};
    case kModel:
      return {kTextList, "models"};
    case kInputCost:
      return {kNumber, "input_cost"};
    case kOutputCost:
      return {kNumber, "output_cost"};
    case kTotalCost:
      return {kNumber, "total_cost"};
    case kInputTokens:
      return {kNumber, "input_tokens"};
    case kOutputTokens:
      return {kNumber, "output_tokens"};
    case kTotalTokens:
      return {kNumber, "total_tokens"};
    case kBookmarked:
      return {kBoolean, "bookmarked"};
    case kPublic:
      return {kBoolean, "public"};
    case kObservationCount:
      return {kNumber, "observation_count"};
    case kErrorCount:
      return {kNumber, "error_count"};
    case kWarningCount:
      return {kNumber, "warning_count"};
    case kDefaultCount:
      return {kNumber, "default_count"};
    case kDebugCount:
      return {kNumber, "debug_count"};
    case kScoreNumbers:
    case kScoreCategories:
    case kScoreBooleans:
      return {kScores, "trace_id"};
    case kNothing:
      return {kText, "''"};
    default:
      return {};
  }
}

Expression record_expression(Field field) {
  switch (field) {
    case kName:
    case kTraceName:
      return {kText, "name"};
    case kUserId:
      return {kText, "user_id"};
    case kSessionId:
      return {kText, "session_id"};
    case kRelease:
      return {kText, "release"};
    case kVersion:
      return {kText, "version"};
    case kEnvironment:
      return {kText, "environment"};
    case kTags:
      return {kTextList, "tags"};
    default:
      return {};
  }
}

Expression score_expression(Field field) {
  switch (field) {
    case kId:
      return {kText, "id"};
    case kTimestamp:
      return {kTime, "timestamp"};
    case kEnvironment:
      return {kText, "environment"};
    case kTraceId:
      return {kText, "trace_id"};
    case kObservationId:
      return {kText, "observation_id"};
    case kSessionId:
      return {kText, "session_id"};
    case kExperimentId:
      return {kText, "dataset_run_id"};
    case kName:
      return {kText, "name"};
    case kValue:
      return {kNumber, "value"};
    case kBooleanValue:
      return {kNumber, "if(data_type = 'BOOLEAN', value, NULL)"};
    case kSource:
      return {kText, "source"};
    case kComment:
      return {kText, "ifNull(comment, '')"};
    case kAuthorUserId:
      return {kText, "author_user_id"};
    case kDataType:
      return {kText, "data_type"};
    case kStringValue:
      return {kText, "ifNull(string_value, '')"};
    case kMetadata:
      return {kTextMap, "metadata"};
    case kNothing:
      return {kText, "''"};
    default:
      return {};
  }
}

}  // namespace clew::query
