// A span of the OTLP door as a part of a record that JSON messages speak about too: a whole set of fields with one
// clock. Of several versions of one span the complete one wins, then the later in the log (contract/ingestion.md 6.2,
// reliability.md 6); what wins then meets the messages field by field.
#pragma once

#include <string>

#include "base/json.h"
#include "domain/observation.h"
#include "ingest/merge/merged_rows.h"

namespace clew::ingest {

struct SpanVersion {
  domain::Observation row;  // with the text of this version; null when it came from the store or brought none
  TextSummary input, output;
  domain::Attribution attribution;
  TimeUs created_at_us = 0;   // first receipt of any version
  TimeUs received_at_us = 0;  // of this one
  std::uint64_t seq = 0;      // place in the log

  // OTLP has no running spans: one that ends when it starts counts as not ended yet.
  bool is_complete() const { return row.end_time_us.value_or(0) > row.start_time_us; }
};

// When the sender last said something about it, on its own clock, as envelope timestamps are: its end.
MessageClock clock_of(const SpanVersion& version);

// `visit(column of observations, field)` for every field that the sender gave; derived ones (usage, cost, model_id,
// pricing tier) and texts are left out. One list for the stored form and for reading rows.
template <class Row, class Visit>
void for_each_span_field(Row& row, Visit&& visit) {
  visit("trace_id", row.trace_id);
  visit("span_id", row.span_id);
  visit("parent_span_id", row.parent_span_id);
  visit("start_time", row.start_time_us);
  visit("end_time", row.end_time_us);
  visit("completion_start_time", row.completion_start_time_us);
  visit("type", row.type);
  visit("level", row.level);
  visit("name", row.name);
  visit("status_message", row.status_message);
  visit("environment", row.environment);
  visit("version", row.version);
  visit("release", row.release);
  visit("trace_name", row.trace_name);
  visit("user_id", row.user_id);
  visit("session_id", row.session_id);
  visit("tags", row.tags);
  visit("public", row.is_public);
  visit("is_app_root", row.is_app_root);
  visit("prompt_id", row.prompt_id);
  visit("prompt_name", row.prompt_name);
  visit("prompt_version", row.prompt_version);
  visit("model", row.model);
  visit("model_parameters", row.model_parameters);
  visit("provided_usage", row.provided_usage);
  visit("provided_cost", row.provided_cost);
  visit("tool_definitions", row.tool_definitions);
  visit("tool_calls", row.tool_calls);
  visit("tool_call_names", row.tool_call_names);
  visit("metadata", row.metadata);
  visit("metadata_strings", row.metadata_strings);
  visit("experiment_id", row.experiment.id);
  visit("experiment_name", row.experiment.name);
  visit("experiment_description", row.experiment.description);
  visit("experiment_dataset_id", row.experiment.dataset_id);
  visit("experiment_metadata", row.experiment.metadata);
  visit("experiment_item_id", row.experiment.item_id);
  visit("experiment_item_version", row.experiment.item_version_us);
  visit("experiment_item_root_span_id", row.experiment.item_root_span_id);
  visit("experiment_item_expected_output", row.experiment.item_expected_output);
  visit("experiment_item_metadata", row.experiment.item_metadata);
  visit("service_name", row.service_name);
  visit("service_version", row.service_version);
  visit("scope_name", row.scope_name);
  visit("scope_version", row.scope_version);
  visit("telemetry_sdk_language", row.telemetry_sdk_language);
  visit("telemetry_sdk_name", row.telemetry_sdk_name);
  visit("telemetry_sdk_version", row.telemetry_sdk_version);
}

// The form kept in a state's text: fields that say nothing are left out.
json::Object span_to_json(const domain::Observation& row);
domain::Observation span_from_json(const json::Object& fields);

}  // namespace clew::ingest
