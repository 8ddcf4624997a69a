#include "query/fields.h"

namespace clew::query {

namespace {

using enum Field;
using enum FilterType;

const std::vector<Column>& trace_columns() {
  static const std::vector<Column> list = {
      {kBookmarked, kBoolean, "bookmarked", "⭐️", {}},
      {kLevel, kStringOptions, "level", "Level", {}},
      {kId, kString, "id", "ID", {"traceId", "Trace ID"}},
      {kName, kStringOptions, "name", "Name", {"traceName", "Trace Name"}},
      {kTimestamp, kDatetime, "timestamp", "Timestamp", {}},
      {kUserId, kStringOptions, "userId", "User ID", {"user_id"}},
      {kSessionId, kStringOptions, "sessionId", "Session ID", {"session_id"}},
      {kMetadata, kStringObject, "metadata", "Metadata", {}},
      {kNothing, kStringOptions, "evaluatorId", "Evaluator ID", {}},
      {kNothing, kStringOptions, "ruleId", "Rule ID", {}},
      {kVersion, kStringOptions, "version", "Version", {}},
      {kRelease, kStringOptions, "release", "Release", {}},
      {kEnvironment, kStringOptions, "environment", "Environment", {}},
      {kTags, kArrayOptions, "tags", "Tags", {"traceTags", "Trace Tags"}},
      {kWarningCount, kNumber, "warningCount", "Warning Level Count", {}},
      {kErrorCount, kNumber, "errorCount", "Error Level Count", {}},
      {kDefaultCount, kNumber, "defaultCount", "Default Level Count", {}},
      {kDebugCount, kNumber, "debugCount", "Debug Level Count", {}},
      {kInputTokens, kNumber, "inputTokens", "Input Tokens", {}},
      {kOutputTokens, kNumber, "outputTokens", "Output Tokens", {}},
      {kTotalTokens, kNumber, "totalTokens", "Total Tokens", {"tokens", "Tokens"}},
      {kScoreNumbers, kNumberObject, "scores_avg", "Scores (numeric)", {"scores", "Scores"}},
      {kScoreCategories, kCategoryOptions, "score_categories", "Scores (categorical)", {}},
      {kScoreBooleans, kBooleanObject, "score_booleans", "Scores (boolean)", {}},
      {kLatency, kNumber, "latency", "Latency (s)", {"Latency"}},
      {kInputCost, kNumber, "inputCost", "Input Cost ($)", {}},
      {kOutputCost, kNumber, "outputCost", "Output Cost ($)", {}},
      {kTotalCost, kNumber, "totalCost", "Total Cost ($)", {}},
      // Ours, beyond the reference.
      {kPublic, kBoolean, "public", "Public", {}},
      {kModel, kArrayOptions, "model", "Models", {"models"}},
      {kObservationCount, kNumber, "observationCount", "Observation Count", {}},
      {kState, kStringOptions, "state", "State", {}},
  };
  return list;
}

// What observations have in v1 and v2.
std::vector<Column> shared_observation_columns() {
  return {
      {kTags, kArrayOptions, "traceTags", "Trace Tags", {"tags", "Tags"}},
      {kUserId, kStringOptions, "userId", "User ID", {"user_id"}},
      {kSessionId, kStringOptions, "sessionId", "Session ID", {"session_id"}},
      {kTraceName, kStringOptions, "traceName", "Trace Name", {}},
      {kEnvironment, kStringOptions, "environment", "Environment", {"traceEnvironment", "Trace Environment"}},
      {kType, kStringOptions, "type", "Type", {}},
      {kId, kString, "id", "ID", {}},
      {kName, kStringOptions, "name", "Name", {}},
      {kTraceId, kString, "traceId", "Trace ID", {}},
      {kParentId, kString, "parentObservationId", "Parent Observation ID", {}},
      {kTimestamp, kDatetime, "startTime", "Start Time", {}},
      {kEndTime, kDatetime, "endTime", "End Time", {}},
      {kTimeToFirstToken, kNumber, "timeToFirstToken", "Time To First Token (s)", {}},
      {kLatency, kNumber, "latency", "Latency (s)", {"Latency"}},
      {kTokensPerSecond, kNumber, "tokensPerSecond", "Tokens per second", {}},
      {kInputCost, kNumber, "inputCost", "Input Cost ($)", {}},
      {kOutputCost, kNumber, "outputCost", "Output Cost ($)", {}},
      {kTotalCost, kNumber, "totalCost", "Total Cost ($)", {}},
      {kLevel, kStringOptions, "level", "Level", {}},
      {kStatusMessage, kString, "statusMessage", "Status Message", {}},
      {kModel, kStringOptions, "model", "Model", {}},
      {kModelId, kStringOptions, "modelId", "Model ID", {}},
      {kInputTokens, kNumber, "inputTokens", "Input Tokens", {}},
      {kOutputTokens, kNumber, "outputTokens", "Output Tokens", {}},
      {kTotalTokens, kNumber, "totalTokens", "Total Tokens", {"tokens", "Tokens"}},
      {kMetadata, kStringObject, "metadata", "Metadata", {}},
      {kVersion, kStringOptions, "version", "Version", {}},
      {kPromptName, kStringOptions, "promptName", "Prompt Name", {}},
      {kPromptVersion, kNumber, "promptVersion", "Prompt Version", {}},
      {kToolDefinitionCount, kNumber, "toolDefinitions", "Available Tools", {}},
      {kToolCallCount, kNumber, "toolCalls", "Tool Calls", {}},
      {kToolNames, kArrayOptions, "toolNames", "Available Tool Names", {}},
      {kCalledToolNames, kArrayOptions, "calledToolNames", "Called Tool Names", {"toolCallNames"}},
  };
}

const std::vector<Column>& observation_columns() {
  static const std::vector<Column> list = [] {
    auto columns = shared_observation_columns();
    columns.push_back({kIgnored, kNumberObject, "scores_avg", "Scores (numeric)", {"scores", "Scores"}});
    columns.push_back({kIgnored, kCategoryOptions, "score_categories", "Scores (categorical)", {}});
    columns.push_back({kIgnored, kBooleanObject, "score_booleans", "Scores (boolean)", {}});
    return columns;
  }();
  return list;
}

const std::vector<Column>& observation_v2_columns() {
  static const std::vector<Column> list = [] {
    auto columns = shared_observation_columns();
    for (Column& column : columns) {
      if (column.field == kModel) column.aliases = {"providedModelName", "Provided Model Name"};
    }
    const std::initializer_list<Column> more = {
        {kIngestionApiKey, kStringOptions, "ingestionApiKey", "Ingestion API Key", {}},
        {kIngestionSdkName, kStringOptions, "ingestionSdkName", "Ingestion SDK Name", {}},
        {kIngestionSdkVersion, kStringOptions, "ingestionSdkVersion", "Ingestion SDK Version", {}},
        {kIngestionSource, kStringOptions, "ingestionSource", "Ingestion Source", {}},
        {kRelease, kStringOptions, "release", "Release", {}},
        {kInput, kString, "input", "Input", {}},
        {kOutput, kString, "output", "Output", {}},
        {kHasParent, kBoolean, "hasParentObservation", "Has Parent Observation", {}},
        {kIsRoot, kBoolean, "isRootObservation", "Is Root Observation", {}},
        {kState, kStringOptions, "state", "State", {}},
        {kClock, kStringOptions, "clock", "Clock", {}},
        {kHasInput, kBoolean, "hasInput", "Has Input", {}},
        {kHasOutput, kBoolean, "hasOutput", "Has Output", {}},
        {kExperimentDatasetId, kStringOptions, "experimentDatasetId", "Experiment Dataset ID", {}},
        {kExperimentId, kStringOptions, "experimentId", "Experiment ID", {}},
        {kExperimentName, kStringOptions, "experimentName", "Experiment Name", {}},
        {kIsExperimentItemRoot, kBoolean, "isExperimentItemRootSpan", "Is Experiment Item Root Span", {}},
        {kNothing, kStringOptions, "evaluatorId", "Evaluator ID", {}},
        {kNothing, kStringOptions, "ruleId", "Rule ID", {}},
    };
    columns.insert(columns.end(), more);
    return columns;
  }();
  return list;
}

const std::vector<Column>& experiment_columns() {
  static const std::vector<Column> list = {
      {kExperimentId, kStringOptions, "id", "ID", {}},
      {kExperimentName, kStringOptions, "name", "Name", {}},
      {kExperimentDatasetId, kStringOptions, "datasetId", "Dataset ID", {}},
  };
  return list;
}

const std::vector<Column>& experiment_item_columns() {
  static const std::vector<Column> list = {
      {kExperimentId, kStringOptions, "experimentId", "Experiment ID", {}},
      {kExperimentName, kStringOptions, "experimentName", "Experiment Name", {}},
      {kExperimentItemId, kStringOptions, "experimentItemId", "Experiment Item ID", {}},
      {kExperimentDatasetId, kStringOptions, "datasetId", "Dataset ID", {}},
  };
  return list;
}

const std::vector<Column>& score_columns() {
  static const std::vector<Column> list = {
      {kId, kString, "id", "ID", {}},
      {kTimestamp, kDatetime, "timestamp", "Timestamp", {}},
      {kEnvironment, kStringOptions, "environment", "Environment", {}},
      {kTraceId, kString, "traceId", "Trace ID", {}},
      {kObservationId, kString, "observationId", "Observation ID", {}},
      {kSessionId, kString, "sessionId", "Session ID", {}},
      {kName, kStringOptions, "name", "Name", {}},
      {kNothing, kStringOptions, "evaluatorId", "Evaluator ID", {}},
      {kValue, kNumber, "value", "Value", {}},
      {kBooleanValue, kBoolean, "booleanValue", "Boolean Value", {}},
      {kSource, kStringOptions, "source", "Source", {}},
      {kComment, kString, "comment", "Comment", {}},
      {kAuthorUserId, kStringOptions, "authorUserId", "Author User ID", {"author"}},
      {kDataType, kStringOptions, "dataType", "Data Type", {}},
      {kStringValue, kStringOptions, "stringValue", "String Value", {}},
      {kMetadata, kStringObject, "metadata", "Metadata", {}},
      {kTraceName, kStringOptions, "traceName", "Trace Name", {}},
      {kUserId, kStringOptions, "userId", "User ID", {}},
      {kTags, kArrayOptions, "trace_tags", "Trace Tags", {"traceTags", "tags"}},
  };
  return list;
}

}  // namespace

std::string_view to_text(FilterType type) {
  switch (type) {
    case kDatetime:
      return "datetime";
    case kString:
      return "string";
    case kStringOptions:
      return "stringOptions";
    case kCategoryOptions:
      return "categoryOptions";
    case kArrayOptions:
      return "arrayOptions";
    case kNumber:
      return "number";
    case kStringObject:
      return "stringObject";
    case kNumberObject:
      return "numberObject";
    case kBooleanObject:
      return "booleanObject";
    case kBoolean:
      return "boolean";
    case kNull:
      return "null";
    case kPositionInTrace:
      return "positionInTrace";
  }
  return "";
}

std::span<const Column> columns(View view) {
  switch (view) {
    case View::kTraces:
      return trace_columns();
    case View::kObservations:
      return observation_columns();
    case View::kObservationsV2:
      return observation_v2_columns();
    case View::kScores:
      return score_columns();
    case View::kExperiments:
      return experiment_columns();
    case View::kExperimentItems:
      return experiment_item_columns();
  }
  return {};
}

const Column* find_column(View view, std::string_view name) {
  for (const Column& column : columns(view)) {
    if (column.id == name || column.label == name) return &column;
    for (const std::string_view alias : column.aliases) {
      if (alias == name) return &column;
    }
  }
  return nullptr;
}

}  // namespace clew::query
