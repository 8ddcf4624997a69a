#include "ingest/merge/merged_span.h"

#include <algorithm>
#include <unordered_map>

#include "ingest/merge/fields.h"
#include "ingest/merge/metadata_text.h"

namespace clew::ingest {

namespace {

// Flat paths as the nested object they stand for. A path that would go through a value stays one key.
json::Object nested(const domain::TextMap& flat) {
  json::Object root;
  for (const auto& [path, text] : flat) {
    json::Object* object = &root;
    std::string_view rest = path;
    for (std::size_t dot = rest.find('.'); dot != std::string_view::npos && dot > 0; dot = rest.find('.')) {
      json::Value& child = (*object)[rest.substr(0, dot)];
      if (child.is_null()) child = json::Object{};
      if (!child.is_object()) break;
      object = &child.get_object();
      rest.remove_prefix(dot + 1);
    }
    json::Value& leaf = (*object)[rest];
    if (leaf.is_null()) {
      leaf = json::Value(boost::json::string_view(text));
    } else {
      root[path] = json::Value(boost::json::string_view(text));
    }
  }
  return root;
}

class Overlay {
 public:
  Overlay(const EntityState& state, const SpanPart& span) : state_(state), span_(span) {}

  // Whether the messages decide about a field that the span gives (or does not).
  bool takes(std::string_view name, bool span_gives) const {
    const MessageClock* clock = state_.clock(name);
    return clock && (!span_gives || *clock > span_.clock);
  }
  // The same for fields that keep what was said first.
  bool takes_oldest(std::string_view name, bool span_gives) const {
    const MessageClock* clock = state_.clock(name);
    return clock && (!span_gives || *clock < span_.clock);
  }
  template <class Field>
  void text(std::string_view name, Field& of_span, Field& of_messages) const {
    if (takes(name, !of_span.empty())) of_span = std::move(of_messages);
  }

 private:
  const EntityState& state_;
  const SpanPart& span_;
};

void merge_times(const Overlay& overlay, domain::Observation& row, domain::Observation& messages) {
  if (overlay.takes_oldest("startTime", true)) row.start_time_us = messages.start_time_us;
  const bool has_end = row.end_time_us.value_or(0) > row.start_time_us;
  if (overlay.takes("endTime", has_end)) row.end_time_us = messages.end_time_us;
  if (row.end_time_us) row.end_time_us = std::max(*row.end_time_us, row.start_time_us);
  if (overlay.takes("completionStartTime", row.completion_start_time_us.has_value())) {
    row.completion_start_time_us = messages.completion_start_time_us;
  }
}

void merge_usage(const Overlay& overlay, MergedObservation& out, MergedObservation& messages) {
  domain::Observation& row = out.row;
  if (overlay.takes(field::kUsage, !row.provided_usage.empty())) {
    row.provided_usage = std::move(messages.row.provided_usage);
    out.pricing_facts = std::move(messages.pricing_facts);
  } else if (!row.provided_usage.empty()) {
    out.pricing_facts = domain::PricingFacts{.model_parameters = row.model_parameters, .metadata = row.metadata};
  }
  if (overlay.takes(field::kCost, !row.provided_cost.empty()))
    row.provided_cost = std::move(messages.row.provided_cost);
  if (overlay.takes(field::kPrompt, !row.prompt_name.empty())) {
    row.prompt_id.clear();
    row.prompt_name = std::move(messages.row.prompt_name);
    row.prompt_version = messages.row.prompt_version;
  }
}

void merge_metadata(const EntityState& state, const SpanPart& span, domain::Observation& row) {
  MetadataTree tree = state.metadata_tree();
  if (tree.empty()) return;
  tree.merge(nested(row.metadata), span.clock);
  const domain::TextMap of_span = std::exchange(row.metadata, flat_metadata(tree.value()));
  if (row.metadata_strings.empty()) return;
  std::unordered_map<std::string_view, std::string_view> now;
  for (const auto& [path, text] : row.metadata)
    now.emplace(path, text);
  std::unordered_map<std::string_view, std::string_view> before;
  for (const auto& [path, text] : of_span)
    before.emplace(path, text);
  std::erase_if(row.metadata_strings, [&](const std::string& path) {
    const auto found = now.find(path);
    const auto given = before.find(path);
    return found == now.end() || given == before.end() || found->second != given->second;
  });
}

}  // namespace

MergedObservation merge_with_span(const EntityState& state, MergedObservation messages) {
  const SpanPart& span = *state.span();
  const Overlay overlay(state, span);
  MergedObservation out;
  out.row = span.row;
  domain::Observation& row = out.row;
  domain::Observation& said = messages.row;
  merge_usage(overlay, out, messages);  // before what it looks at is replaced
  merge_times(overlay, row, said);
  if (overlay.takes(field::kType, true)) row.type = said.type;
  if (overlay.takes("level", row.level != domain::Level::kDefault)) row.level = said.level;
  if (overlay.takes_oldest("environment", row.environment != "default")) row.environment = std::move(said.environment);
  overlay.text("name", row.name, said.name);
  overlay.text("model", row.model, said.model);
  overlay.text("statusMessage", row.status_message, said.status_message);
  overlay.text("version", row.version, said.version);
  overlay.text("parentObservationId", row.parent_span_id, said.parent_span_id);
  overlay.text("modelParameters", row.model_parameters, said.model_parameters);
  if (overlay.takes(field::kInput, false)) row.tool_definitions = std::move(said.tool_definitions);
  if (overlay.takes(field::kOutput, false)) {
    row.tool_calls = std::move(said.tool_calls);
    row.tool_call_names = std::move(said.tool_call_names);
  }
  merge_metadata(state, span, row);
  row.source = "otel+ingestion-api";

  out.input = std::move(messages.input);
  out.output = std::move(messages.output);
  out.attribution = std::move(messages.attribution);
  out.created_at_us = messages.created_at_us;
  out.updated_at_us = messages.updated_at_us;
  return out;
}

}  // namespace clew::ingest
