#include "api/json/trace_json.h"

#include "api/json/metadata_json.h"
#include "base/text.h"

namespace clew::api {

TraceGroups TraceGroups::parse(std::string_view fields) {
  TraceGroups groups{.io = false, .scores = false, .observations = false, .metrics = false};
  bool known = false;
  for (const std::string_view part : text::split(fields, ',')) {
    const std::string_view name = text::trim(part);
    known |= name == "core" || name == "io" || name == "scores" || name == "observations" || name == "metrics";
    groups.io |= name == "io";
    groups.scores |= name == "scores";
    groups.observations |= name == "observations";
    groups.metrics |= name == "metrics";
  }
  return known ? groups : TraceGroups{};
}

query::TraceParts TraceGroups::parts() const {
  using query::TracePart;
  query::TraceParts parts{TracePart::kTime, TracePart::kIdentity, TracePart::kBookkeeping};
  if (io) {
    parts.add(TracePart::kPreviews);
    parts.add(TracePart::kMetadata);
  }
  if (observations) parts.add(TracePart::kObservationIds);
  if (metrics) parts.add(TracePart::kTotals);
  return parts;
}

void write_trace_core(JsonWriter& json, std::string_view project_id, const query::TraceSummary& trace,
                      const query::Payload* payload) {
  json.key("id").text(trace.id);
  json.key("externalId").null();
  json.key("timestamp").time(trace.timestamp_us);
  json.key("name").text_or_null(trace.name);
  json.key("userId").text_or_null(trace.user_id);
  json.key("metadata");
  write_metadata(json, trace.metadata, trace.metadata_strings);
  json.key("release").text_or_null(trace.release);
  json.key("version").text_or_null(trace.version);
  json.key("projectId").text(project_id);
  json.key("environment").text(trace.environment.empty() ? "default" : trace.environment);
  json.key("public").boolean(trace.is_public);
  json.key("bookmarked").boolean(trace.bookmarked);
  json.key("tags").texts(trace.tags);
  json.key("input").optional_stored(payload ? payload->input : std::nullopt);
  json.key("output").optional_stored(payload ? payload->output : std::nullopt);
  json.key("sessionId").text_or_null(trace.session_id);
  json.key("createdAt").time(trace.created_at_us);
  json.key("updatedAt").time(trace.updated_at_us);
}

void write_trace_metrics(JsonWriter& json, std::string_view project_id, const query::TraceSummary& trace, bool wanted) {
  json.key("totalCost");
  if (wanted) {
    json.money(trace.total_cost.value_or(0));
  } else {
    json.integer(-1);
  }
  json.key("latency");
  if (wanted) {
    json.seconds(trace.latency_us);
  } else {
    json.integer(-1);
  }
  json.key("htmlPath").text("/project/" + std::string(project_id) + "/traces/" + trace.id);
}

}  // namespace clew::api
