// Experiment fields: contract/otel-mapping.md 13, sdk5.md 1.5.
#include "ingest/decode/otlp/date_text.h"
#include "ingest/decode/otlp/flatten.h"
#include "ingest/decode/otlp/mapping.h"

namespace clew::ingest::otlp {

namespace {

void take(const AttributeIndex& a, Key key, std::string& field) {
  if (const Value* value = a.find_set(key)) field = to_text(*value);
}

// One JSON text (SDK 5, JS) and one attribute per key (older Python SDKs), flattened; the single keys win.
domain::TextMap metadata_of(const AttributeIndex& a, Key bare, Family family) {
  json::Object merged;
  if (const Value* value = a.find_set(bare)) {
    if (auto object = parse_object(*value)) merged = std::move(*object);
  }
  a.for_each(family, [&](std::string_view key, const Value& value) { merged[key] = to_json(value); });
  domain::TextMap out;
  for (const auto& [key, value] : merged)
    append_flat(out, key, value);
  keep_first_of_each_path(out);
  return out;
}

}  // namespace

void map_experiment(const SpanView& view, domain::Observation& out) {
  const AttributeIndex& a = view.attributes;
  domain::Experiment& e = out.experiment;
  take(a, Key::kExperimentId, e.id);
  take(a, Key::kExperimentName, e.name);
  take(a, Key::kExperimentDescription, e.description);
  take(a, Key::kExperimentDatasetId, e.dataset_id);
  take(a, Key::kExperimentItemId, e.item_id);
  take(a, Key::kExperimentItemRoot, e.item_root_span_id);
  e.item_version_us = parse_date_text(a.text(Key::kExperimentItemVersion));
  if (const Value* expected = a.find_set(Key::kExperimentItemExpected)) e.item_expected_output = to_text(*expected);
  if (a.find(Key::kExperimentMetadata) || a.has(Family::kExperimentMetadata)) {
    e.metadata = metadata_of(a, Key::kExperimentMetadata, Family::kExperimentMetadata);
  }
  if (a.find(Key::kExperimentItemMetadata) || a.has(Family::kExperimentItemMetadata)) {
    e.item_metadata = metadata_of(a, Key::kExperimentItemMetadata, Family::kExperimentItemMetadata);
  }
}

}  // namespace clew::ingest::otlp
