#include <array>
#include <cmath>

#include "base/text.h"
#include "ingest/decode/events/bodies.h"
#include "ingest/decode/events/body_reader.h"

namespace clew::ingest {

namespace {

constexpr std::size_t kTextScoreCharactersMax = 500;
constexpr std::array<std::string_view, 3> kEventSources = {"API", "EVAL", "ANNOTATION"};
constexpr std::array<std::string_view, 2> kDirectSources = {"API", "ANNOTATION"};
constexpr std::array<std::string_view, 5> kDataTypes = {"NUMERIC", "BOOLEAN", "CATEGORICAL", "TEXT", "CORRECTION"};

// Text that is present and not empty; empty text counts as missing in every rule about targets.
std::string_view given(BodyReader& reader, std::string_view key) {
  const json::Value* value = reader.find(key);
  return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

// 1e999 is JSON, but no number anybody could store.
bool is_infinite(const json::Value* value) {
  return value && value->is_double() && !std::isfinite(value->get_double());
}

void check_value(BodyReader& reader, std::string_view data_type) {
  const json::Value* value = reader.find("value");
  Issues& issues = reader.issues();
  const json::Array path = reader.path_to("value");
  if (is_infinite(value)) {
    issues.add("invalid_type", path, "Invalid input: expected number, received Infinity");
  } else if (data_type.empty()) {
    if (!value || !(value->is_number() || value->is_string())) issues.add("invalid_union", path, "Invalid input");
  } else if (data_type == "NUMERIC") {
    if (!value || !value->is_number()) issues.wrong_type(path, "number", value);
  } else if (data_type == "BOOLEAN") {
    const double number = value && value->is_number() ? value->to_number<double>() : -1;
    if (number != 0 && number != 1) {
      issues.add("custom", path, "Value must be a number equal to either 0 or 1 for data type BOOLEAN");
    }
  } else if (!value || !value->is_string()) {
    issues.wrong_type(path, "string", value);
  } else if (data_type == "TEXT") {
    const std::size_t length = text::characters(value->get_string());
    if (length == 0) issues.add("too_small", path, "Too small: expected string to have >=1 characters");
    if (length > kTextScoreCharactersMax) {
      issues.add("too_big", path, "Too big: expected string to have <=500 characters");
    }
  }
}

void check_targets(BodyReader& reader, std::string_view data_type) {
  const bool trace = !given(reader, "traceId").empty();
  const bool session = !given(reader, "sessionId").empty();
  const bool run = !given(reader, "datasetRunId").empty();
  const bool observation = !given(reader, "observationId").empty();
  if (trace + session + run != 1 || (observation && !trace)) {
    json::Array path = reader.path();
    for (const std::string_view key : {"traceId", "sessionId", "datasetRunId", "observationId"})
      path.emplace_back(key);
    reader.issues().add("custom", std::move(path),
                        "Provide exactly one of the following: traceId (with optional observationId), sessionId or "
                        "datasetRunId. ObservationId requires traceId.");
  } else if (data_type == "CORRECTION" && !trace) {
    reader.issues().add("custom", reader.path_to("dataType"),
                        "CORRECTION scores belong to traces and observations, not to sessions or dataset runs");
  }
}

void check_config(BodyReader& reader, std::string_view data_type) {
  const json::Value* config = reader.find("configId");
  const bool has_config = config && config->is_string() && !config->get_string().empty();
  if (data_type == "CORRECTION") {
    if (has_config) reader.issues().wrong_type(reader.path_to("configId"), "undefined", config);
  } else if (!has_config && given(reader, "source") == "ANNOTATION") {
    reader.issues().add("custom", reader.path_to("configId"),
                        "configId is required when source is ANNOTATION (except for CORRECTION scores).");
  }
}

void read_name(BodyReader& reader) {
  json::Value* name = reader.find("name");
  if (!name || !name->is_string()) return reader.issues().wrong_type(reader.path_to("name"), "string", name);
  if (name->get_string().empty()) {
    reader.issues().add("too_small", reader.path_to("name"), "Too small: expected string to have >=1 characters");
  }
  reader.put("name", std::move(*name));
}

// Null when the data type is not one of ours (its issue is recorded): the other checks depend on it.
std::optional<std::string> read_data_type(BodyReader& reader) {
  const json::Value* given_type = reader.find("dataType");
  if (!given_type) return "";
  if (given_type->is_string()) {
    for (const std::string_view known : kDataTypes) {
      if (known != std::string_view(given_type->get_string())) continue;
      reader.put("dataType", json::Value(boost::json::string_view(known)));
      return std::string(known);
    }
  }
  reader.issues().add("invalid_union", reader.path_to("dataType"), "Invalid input");
  return std::nullopt;
}

void read_source(BodyReader& reader, ScoreDoor door) {
  if (!reader.find("source")) return reader.put("source", "API");
  if (reader.find("source")->is_null())
    return reader.issues().wrong_type(reader.path_to("source"), "string", reader.find("source"));
  if (door == ScoreDoor::kEvent) {
    reader.one_of("source", kEventSources);
  } else {
    reader.one_of("source", kDirectSources);
  }
}

}  // namespace

json::Object read_score_body(json::Object& body, ScoreDoor door, const json::Array& path, Issues& issues) {
  BodyReader reader(body, path, issues);
  const json::Value* id = reader.find("id");
  const bool id_left_out = door == ScoreDoor::kDirect && id && id->is_string() && id->get_string().empty();
  if (!id_left_out) reader.id("id");

  // Checked before the fields are moved out of the body.
  const auto data_type = read_data_type(reader);
  if (data_type) {
    check_value(reader, *data_type);
    check_config(reader, *data_type);
  }
  check_targets(reader, data_type.value_or(""));
  read_source(reader, door);
  read_name(reader);
  reader.any("value");
  for (const std::string_view key : {"traceId", "sessionId", "datasetRunId", "observationId", "configId", "comment",
                                     "queueId", "executionTraceId"}) {
    reader.text(key);
  }
  reader.metadata();
  reader.environment();
  if (door == ScoreDoor::kDirect) reader.time("timestamp");
  return std::move(reader).take();
}

}  // namespace clew::ingest
