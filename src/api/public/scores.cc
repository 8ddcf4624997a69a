#include "api/public/scores.h"

#include <unordered_map>

#include "api/json/score_json.h"
#include "api/public/list_parameters.h"
#include "base/text.h"
#include "query/score_reader.h"
#include "query/trace_deletion.h"
#include "query/trace_reader.h"

namespace clew::api {

namespace {

using query::Condition;
using query::Field;

enum class Version : std::uint8_t { kV1, kV2 };

// The field groups: scores always, their trace unless left out.
bool wants_trace(ListParameters& parameters) {
  const auto fields = parameters.text("fields");
  if (!fields) return true;
  bool score = false, trace = false, known = false;
  for (const std::string_view part : text::split(*fields, ',')) {
    score |= text::trim(part) == "score";
    trace |= text::trim(part) == "trace";
    known = score || trace;
  }
  if (!known) return true;
  if (!score) parameters.fail("fields", "", "Scores needs to be selected always.");
  return trace;
}

void read_value(ListParameters& parameters, query::Conditions& conditions, const query::Conditions& given) {
  const auto op = parameters.one_of("operator", {"<", ">", "<=", ">=", "!=", "="});
  const auto value = parameters.number("value");
  if (!op || !value) return;
  Condition condition{.field = Field::kValue, .type = query::FilterType::kNumber};
  condition.number = *value;
  using enum query::Operator;
  condition.op = *op == "<"    ? kLess
                 : *op == ">"  ? kGreater
                 : *op == "<=" ? kLessEqual
                 : *op == ">=" ? kGreaterEqual
                 : *op == "!=" ? kNotEqual
                               : kEqual;
  query::add_unless_filtered(conditions, given, std::move(condition));
}

query::ScoreFilter read_filter(ListParameters& parameters, Version version, bool with_trace) {
  query::ScoreFilter filter;
  filter.target = version == Version::kV1 ? query::ScoreTarget::kTrace : query::ScoreTarget::kAny;
  filter.corrections = version == Version::kV2;
  const query::Conditions given = parameters.filter(query::View::kScores);
  filter.conditions = given;
  const auto add = [&](Condition condition) {
    query::add_unless_filtered(filter.conditions, given, std::move(condition));
  };
  const auto add_text = [&](std::string_view name, Field field) {
    if (auto value = parameters.text(name)) add(query::text_is(field, *std::move(value)));
  };
  const auto add_list = [&](std::vector<std::string> values, Field field) {
    if (!values.empty()) add(query::any_of(field, std::move(values)));
  };
  add_text("name", Field::kName);
  add_text("userId", Field::kUserId);
  if (auto type = parameters.one_of("dataType", {"NUMERIC", "BOOLEAN", "CATEGORICAL", "TEXT", "CORRECTION"})) {
    add(query::text_is(Field::kDataType, *std::move(type)));
  }
  if (auto source = parameters.one_of("source", {"API", "EVAL", "ANNOTATION"})) {
    add(query::text_is(Field::kSource, *std::move(source)));
  }
  add_list(parameters.repeated("environment"), Field::kEnvironment);
  add_list(parameters.comma_list("scoreIds"), Field::kId);
  if (auto tags = parameters.repeated("traceTags"); !tags.empty()) add(query::all_of(Field::kTags, std::move(tags)));
  if (!with_trace && (parameters.text("userId") || !parameters.repeated("traceTags").empty())) {
    parameters.fail("fields", "", "Cannot filter by trace properties unless the field 'trace' is selected.");
  }
  if (version == Version::kV2) {
    add_text("traceId", Field::kTraceId);
    add_text("sessionId", Field::kSessionId);
    add_list(parameters.comma_list("observationId"), Field::kObservationId);
    if (auto run = parameters.text("datasetRunId")) filter.dataset_run_ids.push_back(*std::move(run));
  }
  if (auto config = parameters.text("configId")) filter.config_ids.push_back(*std::move(config));
  if (auto queue = parameters.text("queueId")) filter.queue_ids.push_back(*std::move(queue));
  read_value(parameters, filter.conditions, given);
  if (const auto from = parameters.time("fromTimestamp")) add(query::from_time(Field::kTimestamp, *from));
  if (const auto to = parameters.time("toTimestamp")) add(query::to_time(Field::kTimestamp, *to));
  query::take_time_range(filter.conditions, filter.from_us, filter.to_us);
  return filter;
}

Result<http::Response> list_scores(analytics::Engine& engine, Version version, Context& context) {
  ListParameters parameters(context.query);
  const std::size_t page = parameters.page(), limit = parameters.limit();
  const bool with_trace = wants_trace(parameters);
  const query::ScoreFilter filter = read_filter(parameters, version, with_trace);
  if (parameters.has_fault()) return parameters.fault();

  const std::string& project = context.project_id();
  query::ScoreReader reader(engine);
  CLEW_TRY(const auto scores, reader.list(project, filter, {}, (page - 1) * limit, limit));
  CLEW_TRY(const std::uint64_t total, reader.count(project, filter));
  std::vector<query::TraceSummary> traces;
  if (with_trace) {
    std::vector<std::string> ids;
    for (const auto& score : scores) {
      if (!score.trace_id.empty()) ids.push_back(score.trace_id);
    }
    CLEW_TRY(traces,
             query::TraceReader(engine).load(project, ids, {query::TracePart::kTime, query::TracePart::kIdentity}));
  }
  std::unordered_map<std::string_view, const query::TraceSummary*> by_id;
  for (const auto& trace : traces)
    by_id.emplace(trace.id, &trace);

  JsonWriter json;
  json.begin_object().key("data").begin_array();
  for (const auto& score : scores) {
    std::optional<ScoreTrace> trace;
    if (with_trace) {
      const auto found = by_id.find(score.trace_id);
      trace =
          ScoreTrace{.trace = found == by_id.end() ? nullptr : found->second, .with_session = version == Version::kV2};
    }
    write_score(json, project, score, trace);
  }
  json.end_array();
  write_page_meta(json, page, limit, total);
  json.end_object();
  return http::json_response(200, json.take());
}

Result<http::Response> get_score(analytics::Engine& engine, Version version, Context& context) {
  CLEW_TRY(const auto score, query::ScoreReader(engine).find(context.project_id(), context.path("scoreId")));
  const bool hidden = score && version == Version::kV1 &&
                      (score->trace_id.empty() || score->data_type == domain::ScoreDataType::kCorrection);
  if (!score || hidden) return Error{Errc::kNotFound, "Score not found"};
  JsonWriter json;
  write_score(json, context.project_id(), *score, {});
  return http::json_response(200, json.take());
}

Result<http::Response> delete_score(analytics::Engine& engine, Context& context) {
  CLEW_CHECK(query::delete_score(engine, context.project_id(), context.path("scoreId")));
  JsonWriter json;
  json.begin_object().key("message").text("Score deletion queued successfully").end_object();
  return http::json_response(202, json.take());
}

}  // namespace

void register_scores(Endpoints& endpoints, analytics::Engine& engine) {
  const auto add = [&](std::string pattern, Version version, auto handler) {
    Route route;
    route.pattern = std::move(pattern);
    endpoints.add(std::move(route), with_query_limits([&engine, version, handler](Context& context) {
                    return handler(engine, version, context);
                  }));
  };
  add("/api/public/scores", Version::kV1, list_scores);
  add("/api/public/scores/{scoreId}", Version::kV1, get_score);
  add("/api/public/v2/scores", Version::kV2, list_scores);
  add("/api/public/v2/scores/{scoreId}", Version::kV2, get_score);
  Route remove;
  remove.method = http::Method::kDelete;
  remove.pattern = "/api/public/scores/{scoreId}";
  remove.scope = domain::Scope::kScoresWrite;
  endpoints.add(std::move(remove), [&engine](Context& context) { return delete_score(engine, context); });
}

}  // namespace clew::api
