#include "query/testing.h"

#include <functional>

#include "base/text.h"
#include "text_index/short_fields.h"

namespace clew::query {

namespace {

using analytics::NativeBlock;
using Types = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kTime = "DateTime64(6, 'UTC')";
constexpr std::string_view kNullableTime = "Nullable(DateTime64(6, 'UTC'))";

// Declares a column and fills it: one row per block. Keeps values of its own: those given may be temporaries.
class OneRow {
 public:
  void text(std::string name, std::string_view value) {
    add(std::move(name), "String", [value = std::string(value)](auto& column) { column.text(value); });
  }
  void nullable_text(std::string name, const std::optional<std::string>& value) {
    add(std::move(name), "Nullable(String)", [value](auto& column) { column.nullable_text(value); });
  }
  template <class T>
  void fixed(std::string name, std::string_view type, T value) {
    add(std::move(name), type, [value](auto& column) { column.fixed(value); });
  }
  template <class T>
  void nullable(std::string name, std::string_view type, const std::optional<T>& value) {
    add(std::move(name), type, [value](auto& column) { column.nullable_fixed(value); });
  }
  void texts(std::string name, const std::vector<std::string>& values) {
    add(std::move(name), "Array(String)", [values](auto& column) { column.texts(values); });
  }
  void text_map(std::string name, const domain::TextMap& values) {
    add(std::move(name), "Map(String, String)", [values](auto& column) { column.text_map(values); });
  }
  template <class Map>
  void fixed_map(std::string name, std::string_view type, const Map& values) {
    add(std::move(name), type, [values](auto& column) { column.fixed_map(values); });
  }

  NativeBlock block() const {
    NativeBlock block(types_);
    for (std::size_t i = 0; i < fill_.size(); ++i)
      fill_[i](block[i]);
    return block;
  }

 private:
  void add(std::string name, std::string_view type, std::function<void(analytics::NativeColumn&)> fill) {
    types_.emplace_back(std::move(name), type);
    fill_.push_back(std::move(fill));
  }

  Types types_;
  std::vector<std::function<void(analytics::NativeColumn&)>> fill_;
};

void add_trace_level(OneRow& row, const ObservationRecord& o) {
  row.text("release", o.release);
  row.text("trace_name", o.trace_name);
  row.text("user_id", o.user_id);
  row.text("session_id", o.session_id);
  row.texts("tags", o.tags);
  row.fixed<std::uint8_t>("is_app_root", "UInt8", o.is_app_root);
  row.fixed<std::uint8_t>("public", "UInt8", o.is_public.value_or(false));
}

void add_model(OneRow& row, const ObservationRecord& o) {
  constexpr std::string_view kMoney = "Nullable(Decimal(18, 12))";
  row.text("model", o.model);
  row.text("model_id", o.model_id);
  row.text("model_parameters", o.model_parameters);
  row.fixed_map("provided_usage", "Map(String, UInt64)", o.provided_usage);
  row.fixed_map("usage", "Map(String, UInt64)", o.usage);
  row.fixed_map("provided_cost", "Map(String, Decimal(18, 12))", o.provided_cost);
  row.fixed_map("cost", "Map(String, Decimal(18, 12))", o.cost);
  row.nullable("total_cost", kMoney, o.total_cost);
  row.fixed("input_tokens", "UInt64", o.input_tokens);
  row.fixed("output_tokens", "UInt64", o.output_tokens);
  row.fixed("total_tokens", "UInt64", o.total_tokens);
  row.nullable("input_cost", kMoney, o.input_cost);
  row.nullable("output_cost", kMoney, o.output_cost);
  row.text("pricing_tier_id", o.pricing_tier_id);
  row.text("pricing_tier_name", o.pricing_tier_name);
  row.text("prompt_id", o.prompt_id);
  row.text("prompt_name", o.prompt_name);
  row.nullable("prompt_version", "Nullable(UInt16)", o.prompt_version);
}

}  // namespace

TimeUs test_time(std::int64_t ms) {
  return *parse_iso_time("2026-01-02T03:04:05Z") + ms * 1000;
}

ObservationRecord test_observation(std::string trace_id, std::string span_id, std::string parent_id, std::int64_t ms) {
  ObservationRecord observation;
  observation.trace_id = std::move(trace_id);
  observation.span_id = std::move(span_id);
  observation.parent_span_id = std::move(parent_id);
  observation.start_time_us = test_time(ms);
  observation.end_time_us = test_time(ms + 100);
  observation.name = observation.span_id;
  observation.source = "otel";
  observation.attribution = {.api_key = "pk-test", .sdk_name = "python", .sdk_version = "5.0.4"};
  observation.created_at_us = observation.updated_at_us = test_time(1'000);
  return observation;
}

void TestStore::insert(std::string_view table, const NativeBlock& block) {
  const auto inserted = engine_->insert(table, block, "");
  CLEW_ASSERT(inserted.has_value(), inserted ? "" : inserted.error().message.c_str());
}

void TestStore::insert_words(std::string_view project_id, text_index::Builder& words) {
  text_index::Table index;
  index.add(project_id, words.finish());
  insert("text_index", index.block());
}

void TestStore::add(std::string_view project_id, const ObservationRecord& o, bool deleted) {
  OneRow row;
  row.text("project_id", project_id);
  row.text("trace_id", o.trace_id);
  row.text("span_id", o.span_id);
  row.text("parent_span_id", o.parent_span_id);
  row.fixed("start_time", kTime, o.start_time_us);
  row.nullable("end_time", kNullableTime, o.end_time_us);
  row.nullable("completion_start_time", kNullableTime, o.completion_start_time_us);
  row.text("type", to_text(o.type));
  row.text("level", to_text(o.level));
  row.text("name", o.name);
  row.text("status_message", o.status_message);
  row.text("environment", o.environment);
  row.text("version", o.version);
  add_trace_level(row, o);
  add_model(row, o);
  row.text_map("tool_definitions", o.tool_definitions);
  row.texts("tool_calls", o.tool_calls);
  row.texts("tool_call_names", o.tool_call_names);
  row.text_map("metadata", o.metadata);
  row.texts("metadata_strings", o.metadata_strings);
  row.text("input_preview", text::prefix(o.input.value_or(""), 200));
  row.text("output_preview", text::prefix(o.output.value_or(""), 200));
  row.fixed<std::uint64_t>("input_length", "UInt64", o.input.value_or("").size());
  row.fixed<std::uint64_t>("output_length", "UInt64", o.output.value_or("").size());
  row.text("experiment_id", o.experiment.id);
  row.text("experiment_name", o.experiment.name);
  row.text("experiment_description", o.experiment.description);
  row.text("experiment_dataset_id", o.experiment.dataset_id);
  row.text_map("experiment_metadata", o.experiment.metadata);
  row.text("experiment_item_id", o.experiment.item_id);
  row.nullable("experiment_item_version", kNullableTime, o.experiment.item_version_us);
  row.nullable_text("experiment_item_expected_output", o.experiment.item_expected_output);
  row.text_map("experiment_item_metadata", o.experiment.item_metadata);
  row.text("experiment_item_root_span_id", o.experiment.item_root_span_id);
  row.text("source", o.source);
  row.text("service_name", o.service_name);
  row.text("scope_name", o.scope_name);
  row.text("ingestion_api_key", o.attribution.api_key);
  row.text("ingestion_sdk_name", o.attribution.sdk_name);
  row.text("ingestion_sdk_version", o.attribution.sdk_version);
  row.fixed("created_at", kTime, o.created_at_us);
  row.fixed("updated_at", kTime, o.updated_at_us);
  row.fixed<std::uint64_t>("seq", "UInt64", next_seq());
  row.fixed<std::uint8_t>("is_deleted", "UInt8", deleted);
  text_index::Builder words;
  words.add(o.trace_id, o.span_id, o.start_time_us, {}, {});
  text_index::add_short_fields(words, o);
  insert_words(project_id, words);
  insert("observations", row.block());
  if (o.input || o.output || !o.events.empty()) {
    add_payload(project_id, o.trace_id, o.span_id, o.start_time_us, o.input, o.output, o.events);
  }
}

void TestStore::add_payload(std::string_view project_id, std::string_view trace_id, std::string_view span_id,
                            TimeUs start_time_us, std::optional<std::string> input, std::optional<std::string> output,
                            std::string events) {
  text_index::Builder words;
  words.add(trace_id, span_id, start_time_us, input, output);
  insert_words(project_id, words);
  OneRow row;
  row.text("project_id", project_id);
  row.text("trace_id", trace_id);
  row.text("span_id", span_id);
  row.fixed("start_time", kTime, start_time_us);
  row.nullable_text("input", input);
  row.nullable_text("output", output);
  row.nullable_text("events", events.empty() ? std::nullopt : std::optional(std::move(events)));
  row.fixed<std::uint64_t>("seq", "UInt64", next_seq());
  insert("payloads", row.block());
}

void TestStore::add(std::string_view project_id, const domain::TraceAttributes& a, std::optional<std::string> input,
                    std::optional<std::string> output) {
  const auto flag = [](const std::optional<bool>& value) {
    return value ? std::optional<std::uint8_t>(*value) : std::nullopt;
  };
  OneRow row;
  row.text("project_id", project_id);
  row.text("trace_id", a.trace_id);
  row.nullable("timestamp", kNullableTime, a.timestamp_us);
  row.nullable_text("name", a.name);
  row.nullable_text("user_id", a.user_id);
  row.nullable_text("session_id", a.session_id);
  row.nullable_text("release", a.release);
  row.nullable_text("version", a.version);
  row.nullable_text("environment", a.environment);
  row.texts("tags", a.tags);
  row.nullable("public", "Nullable(UInt8)", flag(a.is_public));
  row.nullable("bookmarked", "Nullable(UInt8)", flag(a.bookmarked));
  row.text_map("metadata", a.metadata);
  row.text("input_preview", text::prefix(input.value_or(""), 200));
  row.text("output_preview", text::prefix(output.value_or(""), 200));
  row.fixed("created_at", kTime, test_time(500));
  row.fixed("updated_at", kTime, test_time(2'000));
  row.fixed<std::uint64_t>("seq", "UInt64", next_seq());
  text_index::Builder words;
  words.add(a.trace_id, "", a.timestamp_us.value_or(test_time(500)), {}, {});
  text_index::add_short_fields(words, a);
  insert_words(project_id, words);
  insert("trace_attributes", row.block());
  if (input || output) add_payload(project_id, a.trace_id, "", a.timestamp_us.value_or(test_time()), input, output);
}

void TestStore::add(std::string_view project_id, const ScoreRecord& s) {
  OneRow row;
  row.text("project_id", project_id);
  row.text("id", s.id);
  row.fixed("timestamp", kTime, s.timestamp_us);
  row.text("name", s.name);
  row.text("environment", s.environment);
  row.text("source", s.source);
  row.text("data_type", to_text(s.data_type));
  row.fixed("value", "Float64", s.value);
  row.nullable_text("string_value", s.string_value);
  row.text("long_string_value", s.long_string_value);
  row.text("trace_id", s.trace_id);
  row.text("observation_id", s.observation_id);
  row.text("session_id", s.session_id);
  row.text("dataset_run_id", s.dataset_run_id);
  row.nullable_text("comment", s.comment);
  row.text_map("metadata", s.metadata);
  row.text("config_id", s.config_id);
  row.text("queue_id", s.queue_id);
  row.text("author_user_id", s.author_user_id);
  row.fixed("created_at", kTime, s.created_at_us);
  row.fixed("updated_at", kTime, s.updated_at_us);
  row.fixed<std::uint64_t>("seq", "UInt64", next_seq());
  insert("scores", row.block());
}

}  // namespace clew::query
