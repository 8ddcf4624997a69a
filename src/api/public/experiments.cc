#include "api/public/experiments.h"

#include <algorithm>
#include <bitset>
#include <map>
#include <span>
#include <tuple>

#include "api/json/metadata_json.h"
#include "api/json/score_json.h"
#include "api/public/list_parameters.h"
#include "base/text.h"
#include "query/experiment_reader.h"
#include "query/observation_reader.h"
#include "query/payloads.h"

namespace clew::api {

namespace {

using query::Field;

constexpr std::size_t kScoresMax = 50;
constexpr ScoreGroups kScoreGroups{.details = true, .subject = true, .annotation = true};

std::string write_cursor(TimeUs time, std::string_view trace_id, std::string_view id, std::string_view experiment_id) {
  std::string text = sql_us(time) + "Z";
  text[10] = 'T';
  JsonWriter json;
  json.begin_object().key("v").integer(1).key("lastTime").text(text);
  json.key("lastTraceId").text(trace_id).key("lastId").text(id);
  json.key("lastExperimentId").text(experiment_id).end_object();
  std::string cursor = text::to_base64(json.str());
  std::erase(cursor, '=');
  for (char& c : cursor)
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  return cursor;
}

struct Cursor {
  TimeUs time = 0;
  std::string trace_id, id, experiment_id;
};

std::optional<Cursor> read_cursor(ListParameters& parameters) {
  auto cursor = parameters.cursor("lastTime", {"lastTraceId", "lastId", "lastExperimentId"});
  if (!cursor) return {};
  std::vector<std::string>& texts = cursor->texts;
  return Cursor{cursor->time_us, std::move(texts[0]), std::move(texts[1]), std::move(texts[2])};
}

// The groups asked for, as bits at their place in `names`; unknown ones are a fault.
std::bitset<8> read_groups(ListParameters& parameters, std::span<const std::string_view> names,
                           std::bitset<8> otherwise) {
  const std::vector<std::string> asked = parameters.comma_list("fields");
  std::bitset<8> groups;
  for (const std::string& name : asked) {
    const auto at = std::ranges::find(names, std::string_view(name));
    if (at == names.end()) {
      parameters.fail("fields", "invalid_value", "Unknown field group: " + name);
    } else {
      groups.set(static_cast<std::size_t>(at - names.begin()));
    }
  }
  return asked.empty() ? otherwise : groups;
}

// What both lists share: a mandatory range, and lists that a structured filter on the same field beats.
struct ListRequest {
  TimeUs from_us = 0;
  std::optional<TimeUs> to_us;
  query::Conditions conditions;
  std::optional<Cursor> after;
  std::size_t limit = 0, score_limit = 0;
};

ListRequest read_request(ListParameters& parameters, query::View view,
                         std::initializer_list<std::pair<std::string_view, Field>> lists) {
  ListRequest request;
  if (const auto from = parameters.time("fromStartTime")) {
    request.from_us = *from;
  } else {
    parameters.fail("fromStartTime", "invalid_type", "Invalid input: expected date, received undefined");
  }
  request.to_us = parameters.time("toStartTime");
  const query::Conditions given = parameters.filter(view);
  request.conditions = given;
  for (const auto& [name, field] : lists) {
    if (auto values = parameters.comma_list(name); !values.empty())
      query::add_unless_filtered(request.conditions, given, query::any_of(field, std::move(values)));
  }
  request.after = read_cursor(parameters);
  request.limit = parameters.limit();
  request.score_limit = parameters.integer("scoreLimit", kScoresMax, 1, kScoresMax);
  return request;
}

using ScoresOf = std::map<std::string, std::vector<query::ScoreRecord>>;

void write_scores(JsonWriter& json, std::string_view project_id, const ScoresOf& scores, const std::string& of) {
  json.key("scores").begin_array();
  if (const auto found = scores.find(of); found != scores.end()) {
    for (const query::ScoreRecord& score : found->second)
      write_score_v3(json, project_id, score, kScoreGroups);
  }
  json.end_array();
}

void write_meta(JsonWriter& json, const std::optional<std::string>& cursor) {
  json.key("meta").begin_object();
  if (cursor) json.key("cursor").text(*cursor);
  json.end_object();
}

Result<http::Response> list_experiments(analytics::Engine& engine, Context& context) {
  static constexpr std::string_view kGroups[] = {"core", "metadata", "scores"};
  ListParameters parameters(context.query);
  const ListRequest request = read_request(
      parameters, query::View::kExperiments,
      {{"id", Field::kExperimentId}, {"name", Field::kExperimentName}, {"datasetId", Field::kExperimentDatasetId}});
  const std::bitset<8> groups = read_groups(parameters, kGroups, 1);
  if (parameters.has_fault()) return parameters.fault();

  const std::string& project = context.project_id();
  std::optional<query::ExperimentCursor> after;
  if (request.after) after = {request.after->time, request.after->experiment_id};
  CLEW_TRY(auto page,
           query::ExperimentReader(engine).list(project, {request.from_us, request.to_us, request.conditions}, after,
                                                request.limit + 1, groups.test(1)));
  std::optional<std::string> cursor;
  if (page.size() > request.limit) {
    page.resize(request.limit);
    cursor = write_cursor(page.back().latest_us, "", "", page.back().id);
  }
  ScoresOf scores;
  if (groups.test(2)) {
    std::vector<std::string> ids;
    for (const auto& experiment : page)
      ids.push_back(experiment.id);
    CLEW_TRY(auto found, query::ScoreReader(engine).of_experiments(project, ids, request.score_limit));
    for (query::ScoreRecord& score : found)
      scores[score.dataset_run_id].push_back(std::move(score));
  }
  JsonWriter json;
  json.begin_object().key("data").begin_array();
  for (const auto& experiment : page) {
    json.begin_object();
    json.key("id").text(experiment.id);
    json.key("name").text(experiment.name);
    json.key("description").text_or_null(experiment.description);
    json.key("startTime").time(experiment.start_us);
    json.key("endTime").time(experiment.end_us);
    json.key("itemCount").count(experiment.item_count);
    json.key("datasetId").text_or_null(experiment.dataset_id);
    if (groups.test(1)) {
      json.key("metadata");
      write_metadata(json, experiment.metadata, {});
    }
    if (groups.test(2)) write_scores(json, project, scores, experiment.id);
    json.end_object();
  }
  json.end_array();
  write_meta(json, cursor);
  json.end_object();
  return http::json_response(200, json.take());
}

enum ItemGroup : std::uint8_t { kCore, kDataset, kIo, kMetadata, kItemMetadata, kExperimentMetadata, kScores };

void write_item(JsonWriter& json, const query::ObservationRecord& item, const query::Payload* payload,
                std::bitset<8> groups) {
  const domain::Experiment& experiment = item.experiment;
  json.key("id").text(item.span_id);
  json.key("traceId").text(item.trace_id);
  json.key("startTime").time(item.start_time_us);
  json.key("endTime").time_or_null(item.end_time_us);
  json.key("level").text(to_text(item.level));
  json.key("environment").text(item.environment);
  json.key("experimentId").text(experiment.id);
  json.key("experimentName").text(experiment.name);
  json.key("experimentItemId").text(experiment.item_id);
  if (groups.test(kDataset)) {
    json.key("experimentDatasetId").text_or_null(experiment.dataset_id);
    json.key("experimentItemVersion").time_or_null(experiment.item_version_us);
  }
  if (groups.test(kIo)) {
    json.key("input").optional_text(payload ? payload->input : std::nullopt);
    json.key("output").optional_text(payload ? payload->output : std::nullopt);
    json.key("expectedOutput").optional_text(experiment.item_expected_output);
  }
  if (groups.test(kMetadata)) {
    json.key("metadata");
    write_metadata(json, item.metadata, item.metadata_strings);
  }
  if (groups.test(kItemMetadata)) {
    json.key("experimentItemMetadata");
    write_metadata(json, experiment.item_metadata, {});
  }
  if (groups.test(kExperimentMetadata)) {
    json.key("experimentDescription").text_or_null(experiment.description);
    json.key("experimentMetadata");
    write_metadata(json, experiment.metadata, {});
  }
}

Result<std::vector<query::ObservationRecord>> read_items(analytics::Engine& engine, const std::string& project,
                                                         const ListRequest& request, std::bitset<8> groups) {
  query::ObservationFilter filter;
  filter.from_us = request.from_us;
  filter.to_us = request.to_us;
  filter.conditions = request.conditions;
  filter.conditions.push_back(query::flag_is(Field::kIsExperimentItemRoot, true));
  std::optional<query::ObservationCursor> after;
  if (request.after) after = {request.after->time, request.after->trace_id, request.after->id};
  query::ObservationParts parts{query::ObservationPart::kCore, query::ObservationPart::kExperiment};
  if (groups.test(kMetadata)) parts.add(query::ObservationPart::kMetadata);
  return query::ObservationReader(engine).page_after(project, filter, after, request.limit + 1, parts);
}

Result<http::Response> list_items(analytics::Engine& engine, Context& context) {
  static constexpr std::string_view kGroups[] = {
      "core", "dataset", "io", "metadata", "itemMetadata", "experimentMetadata", "scores"};
  ListParameters parameters(context.query);
  const ListRequest request = read_request(parameters, query::View::kExperimentItems,
                                           {{"experimentId", Field::kExperimentId},
                                            {"experimentName", Field::kExperimentName},
                                            {"experimentItemId", Field::kExperimentItemId},
                                            {"datasetId", Field::kExperimentDatasetId}});
  const std::bitset<8> groups = read_groups(parameters, kGroups, 0b11);
  if (parameters.has_fault()) return parameters.fault();

  const std::string& project = context.project_id();
  CLEW_TRY(auto page, read_items(engine, project, request, groups));
  std::optional<std::string> cursor;
  if (page.size() > request.limit) {
    page.resize(request.limit);
    const auto& last = page.back();
    cursor = write_cursor(last.start_time_us, last.trace_id, last.span_id, last.experiment.id);
  }
  std::vector<query::PayloadKey> keys;
  for (const auto& item : page)
    keys.emplace_back(item.trace_id, item.span_id);
  query::Payloads payloads;
  if (groups.test(kIo)) {
    CLEW_TRY(payloads, query::read_payloads(engine, project, keys));
  }
  ScoresOf scores;
  if (groups.test(kScores)) {
    CLEW_TRY(auto found, query::ScoreReader(engine).of_items(project, keys, request.score_limit));
    for (query::ScoreRecord& score : found)
      scores[score.trace_id + "\n" + score.observation_id].push_back(std::move(score));
  }
  JsonWriter json;
  json.begin_object().key("data").begin_array();
  for (const auto& item : page) {
    json.begin_object();
    write_item(json, item, payloads.find(item.trace_id, item.span_id), groups);
    if (groups.test(kScores)) {
      // Those of the item and those of its trace, newest first.
      ScoresOf own;
      auto& list = own[item.span_id];
      for (const std::string& of : {item.trace_id + "\n" + item.span_id, item.trace_id + "\n"}) {
        if (const auto some = scores.find(of); some != scores.end())
          list.insert(list.end(), some->second.begin(), some->second.end());
      }
      std::ranges::sort(list, [](const auto& a, const auto& b) {
        return std::tie(a.timestamp_us, a.id) > std::tie(b.timestamp_us, b.id);
      });
      if (list.size() > request.score_limit) list.resize(request.score_limit);
      write_scores(json, project, own, item.span_id);
    }
    json.end_object();
  }
  json.end_array();
  write_meta(json, cursor);
  json.end_object();
  return http::json_response(200, json.take());
}

}  // namespace

void register_experiments(Endpoints& endpoints, analytics::Engine& engine) {
  Route list;
  list.pattern = "/api/public/experiments";
  endpoints.add(list, with_query_limits([&engine](Context& context) { return list_experiments(engine, context); }));
  Route items;
  items.pattern = "/api/public/experiment-items";
  endpoints.add(items, with_query_limits([&engine](Context& context) { return list_items(engine, context); }));
}

}  // namespace clew::api
