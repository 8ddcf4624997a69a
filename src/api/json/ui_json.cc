#include "api/json/ui_json.h"

#include <algorithm>

#include "api/json/metadata_json.h"
#include "api/json/observation_json.h"
#include "base/json.h"
#include "domain/usage_reading.h"

namespace clew::api {

namespace {

using query::ObservationRecord;
using query::TraceSummary;

void write_milliseconds(JsonWriter& json, std::string_view key, TimeUs from, const std::optional<TimeUs>& to) {
  json.key(key);
  if (to) {
    json.milliseconds(*to - from);
  } else {
    json.null();
  }
}

void write_score_keys(JsonWriter& json, const query::ScoreRecord& score) {
  const bool number =
      score.data_type == domain::ScoreDataType::kNumeric || score.data_type == domain::ScoreDataType::kBoolean;
  json.key("id").text(score.id);
  json.key("name").text(score.name);
  json.key("dataType").text(to_text(score.data_type));
  json.key("value");
  if (number) {
    json.number(score.value);
  } else {
    json.null();
  }
  json.key("stringValue").text_or_null(score.string_value ? *score.string_value : score.long_string_value);
  json.key("level").text(!score.observation_id.empty() ? "observation"
                         : !score.trace_id.empty()     ? "trace"
                         : !score.session_id.empty()   ? "session"
                                                       : "experiment");
}

// The formula behind a cost: units × price = amount. A usage type without a price of its own has none to show.
void write_cost_lines(JsonWriter& json, const ObservationRecord& o, const query::TierPrices* prices) {
  const auto is_charged = [&](std::string_view key) {
    return std::ranges::find(o.cost, key, &std::pair<std::string, domain::Picodollars>::first) != o.cost.end();
  };
  const auto readings = domain::read_usage(o.usage, is_charged);
  json.key("costLines").begin_array();
  for (const auto& [key, amount] : o.cost) {
    if (key == "total" && o.cost.size() > 1) continue;
    const auto units = std::ranges::find(o.usage, key, &std::pair<std::string, std::uint64_t>::first);
    json.begin_object();
    json.key("key").text(key);
    json.key("units");
    if (units != o.usage.end()) {
      json.count(readings[static_cast<std::size_t>(units - o.usage.begin())].units);
    } else {
      json.null();
    }
    json.key("unitPrice");
    const bool computed = o.provided_cost.empty() && prices;
    const auto price = computed ? std::ranges::find(*prices, key, &std::pair<std::string, std::string>::first)
                                : query::TierPrices::const_iterator{};
    if (computed && price != prices->end()) {
      json.raw(price->second);
    } else {
      json.null();
    }
    json.key("amount").money(amount);
    json.end_object();
  }
  json.end_array();
}

// What somebody who doubts the bill should look at; a bill the client sent is the client's own.
void write_usage_warnings(JsonWriter& json, const ObservationRecord& o) {
  json.key("usageWarnings").begin_array();
  if (o.usage.empty() && !o.provided_usage.empty()) {
    json.begin_object();
    json.key("kind").text("REPEATS_STEPS");
    json.key("key").text("total");
    json.key("of").null();
    json.key("units").count(domain::usage_total(o.provided_usage));
    json.end_object();
  }
  if (o.provided_cost.empty()) {
    for (const domain::UsageWarning& warning : domain::usage_warnings(o.usage)) {
      json.begin_object();
      json.key("kind").text(to_text(warning.kind));
      json.key("key").text(warning.key);
      json.key("of").text_or_null(warning.of);
      json.key("units").count(warning.units);
      json.end_object();
    }
  }
  json.end_array();
}

void write_tools(JsonWriter& json, const ObservationRecord& o) {
  json.key("toolDefinitions").begin_array();
  for (const auto& [name, definition] : o.tool_definitions) {
    const auto value = json::try_parse(definition);
    const json::Object* object = value ? value->if_object() : nullptr;
    const json::Value* parameters = object ? json::find(*object, "parameters") : nullptr;
    json.begin_object();
    json.key("name").text(name);
    json.key("description").text(object ? json::find_text(*object, "description").value_or("") : "");
    json.key("parameters");
    // Parameters are stored as JSON text or as a value.
    if (parameters && parameters->is_string()) {
      json.stored(std::string_view(parameters->get_string()));
    } else if (parameters) {
      json.value(*parameters);
    } else {
      json.null();
    }
    json.end_object();
  }
  json.end_array();

  json.key("toolCalls").begin_array();
  for (std::size_t i = 0; i < o.tool_calls.size(); ++i) {
    const auto value = json::try_parse(o.tool_calls[i]);
    const json::Object* object = value ? value->if_object() : nullptr;
    const json::Value* arguments = object ? json::find(*object, "arguments") : nullptr;
    const json::Value* index = object ? json::find(*object, "index") : nullptr;
    json.begin_object();
    json.key("name").text(i < o.tool_call_names.size() ? o.tool_call_names[i] : "");
    json.key("id").text(object ? json::find_text(*object, "id").value_or("") : "");
    json.key("arguments");
    if (arguments && arguments->is_string()) {
      json.text(arguments->get_string());
    } else {
      json.text(arguments ? json::to_text(*arguments) : "");
    }
    json.key("type").text(object ? json::find_text(*object, "type").value_or("") : "");
    json.key("index").integer(index && index->is_int64() ? index->get_int64() : static_cast<std::int64_t>(i));
    json.end_object();
  }
  json.end_array();
}

// Input and output, and of those that were cut how large they are.
void write_texts(JsonWriter& json, const query::Payload* payload) {
  static const query::Payload none;
  const query::Payload& texts = payload ? *payload : none;
  const auto write = [&](std::string_view name, const std::optional<std::string>& text, std::uint64_t bytes) {
    json.key(name).optional_text(text);
    json.key(std::string(name) + "Bytes");
    const bool is_cut = text && text->size() < bytes;
    is_cut ? json.count(bytes) : json.null();
  };
  write("input", texts.input, texts.input_bytes);
  write("output", texts.output, texts.output_bytes);
}

}  // namespace

void write_trace_row(JsonWriter& json, const TraceSummary& trace, const ScorePointers& scores) {
  json.key("id").text(trace.id);
  json.key("timestamp").time(trace.timestamp_us);
  json.key("name").text_or_null(trace.name);
  json.key("durationMs");
  if (trace.observation_count > 0) {
    json.milliseconds(trace.latency_us);
  } else {
    json.null();
  }
  json.key("cost").money_or_null(trace.total_cost);
  json.key("inputTokens").count(trace.input_tokens);
  json.key("outputTokens").count(trace.output_tokens);
  json.key("totalTokens").count(trace.total_tokens);
  json.key("level").text(to_text(trace.level));
  json.key("observationCount").count(trace.observation_count);
  json.key("errorCount").count(trace.error_count);
  json.key("warningCount").count(trace.warning_count);
  json.key("userId").text_or_null(trace.user_id);
  json.key("sessionId").text_or_null(trace.session_id);
  json.key("environment").text(trace.environment.empty() ? "default" : trace.environment);
  json.key("tags").texts(trace.tags);
  json.key("release").text_or_null(trace.release);
  json.key("version").text_or_null(trace.version);
  json.key("models").texts(trace.models);
  json.key("inputPreview").text_or_null(trace.input_preview);
  json.key("outputPreview").text_or_null(trace.output_preview);
  json.key("scores").begin_array();
  for (const query::ScoreRecord* score : scores)
    write_score_chip(json, *score);
  json.end_array();
  json.key("running").boolean(trace.running);
  json.key("bookmarked").boolean(trace.bookmarked);
  json.key("public").boolean(trace.is_public);
}

void write_trace_extras(JsonWriter& json, const TraceSummary& trace, const query::Payload& payload) {
  write_texts(json, &payload);
  json.key("metadata");
  write_metadata(json, trace.metadata, trace.metadata_strings);
  json.key("usage");
  write_usage(json, trace.usage);
  json.key("costs");
  write_costs(json, trace.cost);
  json.key("createdAt").time(trace.created_at_us);
  json.key("updatedAt").time(trace.updated_at_us);
}

void write_observation_row(JsonWriter& json, const ObservationRecord& o) {
  json.key("id").text(o.span_id);
  json.key("traceId").text(o.trace_id);
  json.key("parentObservationId").text_or_null(o.parent_span_id);
  json.key("startTime").time(o.start_time_us);
  json.key("endTime").time_or_null(o.end_time_us);
  write_milliseconds(json, "durationMs", o.start_time_us, o.end_time_us);
  write_milliseconds(json, "timeToFirstTokenMs", o.start_time_us, o.completion_start_time_us);
  json.key("type").text(to_text(o.type));
  json.key("name").text_or_null(o.name);
  json.key("level").text(to_text(o.level));
  json.key("statusMessage").text_or_null(o.status_message);
  json.key("model").text_or_null(o.model);
  json.key("cost").money_or_null(o.total_cost);
  json.key("inputTokens").count(o.input_tokens);
  json.key("outputTokens").count(o.output_tokens);
  json.key("totalTokens").count(o.total_tokens);
  json.key("traceName").text_or_null(o.trace_name.empty() && o.is_root() ? o.name : o.trace_name);
  json.key("userId").text_or_null(o.user_id);
  json.key("sessionId").text_or_null(o.session_id);
  json.key("environment").text(o.environment);
  json.key("tags").texts(o.tags);
  json.key("release").text_or_null(o.release);
  json.key("version").text_or_null(o.version);
  json.key("promptName").text_or_null(o.prompt_name);
  json.key("promptVersion");
  if (o.prompt_version) {
    json.integer(*o.prompt_version);
  } else {
    json.null();
  }
  json.key("inputPreview").text_or_null(o.input_preview);
  json.key("outputPreview").text_or_null(o.output_preview);
  json.key("toolCallNames").texts(o.tool_call_names);
}

void write_observation_extras(JsonWriter& json, const ObservationRecord& o, const query::Payload* payload,
                              const query::TierPrices* prices) {
  write_texts(json, payload);
  json.key("metadata");
  write_metadata(json, o.metadata, o.metadata_strings);
  json.key("modelParameters");
  const auto parameters = json::try_parse(o.model_parameters);
  if (parameters && parameters->is_object()) {
    json.value(*parameters);
  } else {
    json.null();
  }
  json.key("usage");
  write_usage(json, shown_usage(o));
  json.key("usageIsCounted").boolean(o.provided_usage.empty() && !o.usage.empty());
  json.key("costs");
  write_costs(json, o.cost);
  write_cost_lines(json, o, prices);
  write_usage_warnings(json, o);
  json.key("pricingTierName").text_or_null(o.pricing_tier_name);
  json.key("modelId").text_or_null(o.model_id);
  write_tools(json, o);
  json.key("events");
  const auto events = json::try_parse(payload ? payload->events : "");
  if (events && events->is_array()) {
    json.value(*events);
  } else {
    json.begin_array().end_array();
  }
  json.key("source").text(o.source);
  json.key("serviceName").text_or_null(o.service_name);
  json.key("scopeName").text_or_null(o.scope_name);
  json.key("scopeVersion").text_or_null(o.scope_version);
  // "unknown" is what is stored for senders without SDK headers; the interface shows nothing for them.
  const auto known = [](std::string_view text) { return text == "unknown" ? std::string_view() : text; };
  json.key("sdkName").text_or_null(known(o.attribution.sdk_name));
  json.key("sdkVersion").text_or_null(known(o.attribution.sdk_version));
  json.key("createdAt").time(o.created_at_us);
  json.key("updatedAt").time(o.updated_at_us);
  json.key("completionStartTime").time_or_null(o.completion_start_time_us);
}

void write_score_chip(JsonWriter& json, const query::ScoreRecord& score) {
  json.begin_object();
  write_score_keys(json, score);
  json.end_object();
}

void write_ui_score(JsonWriter& json, const query::ScoreRecord& score) {
  json.begin_object();
  write_score_keys(json, score);
  json.key("timestamp").time(score.timestamp_us);
  json.key("source").text(score.source);
  json.key("comment").optional_text(score.comment);
  json.key("observationId").text_or_null(score.observation_id);
  json.end_object();
}

void write_facet(JsonWriter& json, const query::Facet& facet) {
  json.begin_object();
  json.key("field").text(facet.field);
  json.key("kind").text(facet.is_range ? "range" : "values");
  json.key("filterType").text(to_text(facet.filter_type));
  if (!facet.is_range) {
    json.key("values").begin_array();
    for (const auto& [value, count] : facet.values) {
      json.begin_object().key("value").text(value).key("count").count(count).end_object();
    }
    json.end_array().end_object();
    return;
  }
  const auto number_or_null = [&](std::string_view key, const std::optional<double>& value) {
    json.key(key);
    if (value) {
      json.number(*value);
    } else {
      json.null();
    }
  };
  number_or_null("min", facet.min);
  number_or_null("max", facet.max);
  json.key("unit").text(facet.unit);
  json.key("histogram").begin_array();
  for (const auto& bucket : facet.histogram) {
    json.begin_object();
    json.key("from").number(bucket.from).key("to").number(bucket.to).key("count").count(bucket.count);
    json.end_object();
  }
  json.end_array().end_object();
}

void write_pulse(JsonWriter& json, const query::Pulse& pulse) {
  json.begin_object();
  json.key("bucketMs").integer(pulse.bucket_us / 1000);
  json.key("buckets").begin_array();
  for (const auto& bucket : pulse.buckets) {
    json.begin_object();
    json.key("time").time(bucket.time_us).key("count").count(bucket.count).key("errors").count(bucket.errors);
    json.end_object();
  }
  json.end_array().end_object();
}

}  // namespace clew::api
