#include "api/json/score_json.h"

#include "api/json/metadata_json.h"

namespace clew::api {

namespace {

using domain::ScoreDataType;
using query::ScoreRecord;

// The text of a score, wherever its type keeps it.
std::string_view score_text(const ScoreRecord& score) {
  if (score.string_value) return *score.string_value;
  return score.long_string_value;
}

void write_value(JsonWriter& json, const ScoreRecord& score) {
  switch (score.data_type) {
    case ScoreDataType::kNumeric:
      json.key("value").number(score.value);
      json.key("stringValue").null();
      break;
    case ScoreDataType::kBoolean:
      json.key("value").number(score.value);
      json.key("stringValue").text(score.value != 0 ? "True" : "False");
      break;
    case ScoreDataType::kCategorical:
      json.key("value").number(score.value);
      json.key("stringValue").text(score_text(score));
      break;
    case ScoreDataType::kText:
      json.key("stringValue").text(score_text(score));
      break;
    case ScoreDataType::kCorrection:
      json.key("value").integer(0);
      json.key("stringValue").text(score_text(score));
      break;
  }
}

void write_value_v3(JsonWriter& json, const ScoreRecord& score) {
  json.key("value");
  switch (score.data_type) {
    case ScoreDataType::kNumeric:
      json.number(score.value);
      break;
    case ScoreDataType::kBoolean:
      json.boolean(score.value != 0);
      break;
    default:
      json.text(score_text(score));
      break;
  }
}

void write_subject(JsonWriter& json, const ScoreRecord& score) {
  json.key("subject");
  const auto subject = [&](std::string_view kind, std::string_view id) {
    json.begin_object().key("kind").text(kind).key("id").text(id);
  };
  if (!score.observation_id.empty()) {
    subject("observation", score.observation_id);
    json.key("traceId").text_or_null(score.trace_id);
  } else if (!score.trace_id.empty()) {
    subject("trace", score.trace_id);
  } else if (!score.session_id.empty()) {
    subject("session", score.session_id);
  } else if (!score.dataset_run_id.empty()) {
    subject("experiment", score.dataset_run_id);
  } else {
    json.null();
    return;
  }
  json.end_object();
}

}  // namespace

void write_score(JsonWriter& json, std::string_view project_id, const ScoreRecord& score,
                 const std::optional<ScoreTrace>& trace) {
  json.begin_object();
  json.key("id").text(score.id);
  json.key("projectId").text(project_id);
  json.key("environment").text(score.environment);
  json.key("traceId").text_or_null(score.trace_id);
  json.key("sessionId").text_or_null(score.session_id);
  json.key("observationId").text_or_null(score.observation_id);
  json.key("datasetRunId").text_or_null(score.dataset_run_id);
  json.key("name").text(score.name);
  write_value(json, score);
  json.key("dataType").text(to_text(score.data_type));
  json.key("source").text(score.source);
  json.key("comment").optional_text(score.comment);
  json.key("metadata");
  write_metadata(json, score.metadata, {});
  json.key("authorUserId").text_or_null(score.author_user_id);
  json.key("configId").text_or_null(score.config_id);
  json.key("queueId").text_or_null(score.queue_id);
  json.key("executionTraceId").text_or_null(score.execution_trace_id);
  json.key("timestamp").time(score.timestamp_us);
  json.key("createdAt").time(score.created_at_us);
  json.key("updatedAt").time(score.updated_at_us);
  if (trace && trace->trace) {
    json.key("trace").begin_object();
    json.key("userId").text_or_null(trace->trace->user_id);
    json.key("tags").texts(trace->trace->tags);
    json.key("environment").text_or_null(trace->trace->environment);
    if (trace->with_session) json.key("sessionId").text_or_null(trace->trace->session_id);
    json.end_object();
  } else if (trace) {
    json.key("trace").null();
  }
  json.end_object();
}

void write_score_v3(JsonWriter& json, std::string_view project_id, const ScoreRecord& score, ScoreGroups groups) {
  json.begin_object();
  json.key("id").text(score.id);
  json.key("projectId").text(project_id);
  json.key("name").text(score.name);
  write_value_v3(json, score);
  json.key("dataType").text(to_text(score.data_type));
  json.key("source").text(score.source);
  json.key("timestamp").time(score.timestamp_us);
  json.key("environment").text(score.environment);
  json.key("createdAt").time(score.created_at_us);
  json.key("updatedAt").time(score.updated_at_us);
  if (groups.details) {
    json.key("comment").optional_text(score.comment);
    json.key("configId").text_or_null(score.config_id);
    json.key("metadata");
    write_metadata(json, score.metadata, {});
  }
  if (groups.subject) write_subject(json, score);
  if (groups.annotation) {
    json.key("authorUserId").text_or_null(score.author_user_id);
    json.key("queueId").text_or_null(score.queue_id);
  }
  json.end_object();
}

}  // namespace clew::api
