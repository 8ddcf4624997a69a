#include "api/ui/operator.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

#include "api/json/json_writer.h"
#include "telemetry/process.h"

namespace clew::api {

namespace {

using operations::HistoryPoint;
using Shared = std::shared_ptr<const OperatorRoutes>;

constexpr std::size_t kHistoryPoints = 240;
constexpr std::int64_t kHistoryUsMax = 8LL * 3'600 * 1'000'000;
constexpr std::int64_t kStorageAgeUs = 60'000'000;
constexpr std::size_t kStatementsShown = 50;

void write_ingestion(JsonWriter& json, const operations::IngestFacts& facts) {
  json.key("ingestion").begin_object();
  json.key("accepting").boolean(facts.log.accepting);
  json.key("reason").text_or_null(facts.log.reason);
  json.key("accepted").count(facts.accepted);
  json.key("refused").count(facts.refused);
  json.key("refusedRequests").count(facts.refused_requests);
  json.key("visible").count(facts.visible);
  json.key("acceptedBytes").count(facts.accepted_bytes);
  json.key("visiblePerSecond").number(facts.visible_per_second);
  json.key("visibleMs");
  if (facts.visible_ms) {
    json.number(*facts.visible_ms);
  } else {
    json.null();
  }
  json.key("backlogRecords").count(facts.log.backlog_records);
  json.key("backlogBytes").count(facts.log.backlog_bytes);
  json.key("lagMs").milliseconds(facts.log.oldest_age_us);
  json.key("lastAcceptedAt").time_or_null(facts.last_accepted_us);
  json.end_object();
}

void write_dead_letters(JsonWriter& json, const ingest::DeadLetterTotals& totals) {
  json.key("deadLetters").begin_object();
  json.key("count").count(totals.letters);
  json.key("bytes").count(totals.bytes);
  json.key("bytesMax").count(totals.bytes_max);
  json.key("oldestAt").time_or_null(totals.oldest_us);
  json.key("payloadsDropped").count(totals.payloads_dropped);
  json.key("lettersDropped").count(totals.letters_dropped);
  json.end_object();
}

void write_stores(JsonWriter& json, const OperatorRoutes& routes) {
  std::map<std::string, operations::StoreState> states;
  for (auto& state : routes.observer.book().stores())
    states.emplace(state.store, std::move(state));
  json.key("stores").begin_array();
  for (const auto& [name, description] : routes.stores) {
    const operations::StoreState& state = states[name];
    json.begin_object();
    json.key("name").text(name);
    json.key("description").text(description);
    json.key("up").boolean(state.is_up);
    json.key("error").text_or_null(state.error);
    json.key("downSince").time_or_null(state.down_since_us);
    json.key("latencyMs").milliseconds(state.latency_us);
    json.end_object();
  }
  json.end_array();
}

Result<http::Response> get_overview(const OperatorRoutes& routes, Context& /*context*/) {
  JsonWriter json;
  json.begin_object();
  json.key("time").time(routes.clock.now_us());
  json.key("version").text(routes.version);
  json.key("startedAt").time(routes.observer.started_us());
  write_ingestion(json, routes.observer.ingestion());
  write_dead_letters(json, routes.desk.letters().totals());
  write_stores(json, routes);
  const operations::DiskFacts disk = routes.observer.disk();
  json.key("disk").begin_object();
  json.key("path").text(disk.path);
  json.key("freeBytes").count(disk.free_bytes);
  json.key("totalBytes").count(disk.total_bytes);
  json.key("guardBytes").count(disk.guard_bytes);
  json.end_object();
  const telemetry::ProcessFacts process = telemetry::process_facts();
  json.key("process").begin_object();
  json.key("residentBytes").count(process.resident_bytes);
  json.key("cpuSeconds").number(process.cpu_seconds);
  json.key("openFiles").count(process.open_files);
  json.key("openFilesMax").count(process.open_files_max);
  json.key("threads").count(process.threads);
  json.end_object();
  json.end_object();
  return http::json_response(200, json.take());
}

Result<http::Response> get_history(const OperatorRoutes& routes, Context& context) {
  std::int64_t minutes = 60;
  if (const auto asked = context.query.find("minutes")) {
    const auto parsed = std::from_chars(asked->data(), asked->data() + asked->size(), minutes);
    if (parsed.ec != std::errc{} || parsed.ptr != asked->data() + asked->size() || minutes < 1) {
      return Error{Errc::kInvalidArgument, "minutes: a number from 1 to 480"};
    }
  }
  const std::int64_t span = std::min<std::int64_t>(minutes, kHistoryUsMax / 60'000'000) * 60'000'000;
  JsonWriter json;
  json.begin_object().key("points").begin_array();
  for (const HistoryPoint& point : routes.observer.history().since(routes.clock.now_us() - span, kHistoryPoints)) {
    json.begin_object();
    json.key("time").time(point.time_us);
    json.key("acceptedPerSecond").number(point.accepted_per_second);
    json.key("refusedPerSecond").number(point.refused_per_second);
    json.key("visiblePerSecond").number(point.visible_per_second);
    json.key("bytesPerSecond").number(point.bytes_per_second);
    json.key("backlogRecords").count(point.backlog_records);
    json.key("backlogBytes").count(point.backlog_bytes);
    json.key("lagSeconds").number(point.lag_seconds);
    json.key("residentBytes").count(point.resident_bytes);
    json.key("cpuShare").number(point.cpu_share);
    json.end_object();
  }
  json.end_array().end_object();
  return http::json_response(200, json.take());
}

void write_examples(JsonWriter& json, const std::vector<ingest::Refusal>& examples, bool for_members) {
  json.key("examples").begin_array();
  for (const ingest::Refusal& one : examples) {
    json.begin_object();
    json.key("time").time(one.time_us);
    json.key("projectId").text_or_null(one.project_id);
    json.key("source").text(one.source);
    json.key("reason").text(one.reason);
    json.key("itemId").text_or_null(for_members ? one.item_id : std::string());
    json.key("detail").text_or_null(for_members ? one.detail : without_quoted(one.detail));
    json.key("sdk").text_or_null(one.sdk);
    json.key("requestId").text_or_null(one.request_id);
    json.key("items").count(one.items);
    json.end_object();
  }
  json.end_array();
}

Result<http::Response> get_refusals(const OperatorRoutes& routes, Context& /*context*/) {
  JsonWriter json;
  json.begin_object();
  json.key("accepted").count(routes.ledger.accepted_items());
  json.key("counts").begin_array();
  for (const auto& count : routes.ledger.refused()) {
    json.begin_object();
    json.key("source").text(count.source);
    json.key("reason").text(count.reason);
    json.key("items").count(count.items);
    json.end_object();
  }
  json.end_array();
  write_examples(json, routes.ledger.examples(std::nullopt), false);
  json.end_object();
  return http::json_response(200, json.take());
}

Result<http::Response> get_own_refusals(const OperatorRoutes& routes, Context& context) {
  JsonWriter json;
  json.begin_object();
  write_examples(json, routes.ledger.examples(context.project_id()), true);
  json.key("deadLetters").begin_array();
  for (const auto& letter : routes.desk.letters().page({.project_id = context.project_id()}, 0, 50)) {
    json.begin_object();
    json.key("id").text(std::to_string(letter.position));
    json.key("failedAt").time(letter.failed_at_us);
    json.key("receivedAt").time(letter.received_at_us);
    json.key("source").text(letter.source);
    json.key("reason").text(letter.reason);
    json.key("bytes").count(letter.bytes);
    json.key("requestId").text_or_null(letter.request_id);
    json.key("sdk").text_or_null(letter.sdk);
    json.end_object();
  }
  json.end_array().end_object();
  return http::json_response(200, json.take());
}

Result<http::Response> get_storage(const OperatorRoutes& routes, Context& /*context*/) {
  CLEW_TRY(const operations::StorageReport report, routes.observer.storage().report(kStorageAgeUs));
  JsonWriter json;
  json.begin_object();
  json.key("time").time(report.taken_us);
  json.key("mergesRunning").count(report.merges.running);
  json.key("mergeBytes").count(report.merges.bytes);
  json.key("tables").begin_array();
  for (const auto& table : report.tables) {
    json.begin_object();
    json.key("table").text(table.table);
    json.key("rows").count(table.rows);
    json.key("parts").count(table.parts);
    json.key("bytes").count(table.bytes);
    json.key("uncompressedBytes").count(table.uncompressed_bytes);
    json.end_object();
  }
  json.end_array();
  json.key("projectsTotal").count(report.projects_total);
  json.key("projects").begin_array();
  for (const auto& project : report.projects) {
    json.begin_object();
    json.key("projectId").text(project.project_id);
    json.key("name").text_or_null(project.name);
    json.key("observations").count(project.observations);
    json.key("textCharacters").count(project.text_characters);
    json.key("estimatedBytes").count(project.estimated_bytes);
    json.end_object();
  }
  json.end_array().end_object();
  return http::json_response(200, json.take());
}

Result<http::Response> get_queries(const OperatorRoutes& routes, Context& /*context*/) {
  JsonWriter json;
  json.begin_object().key("statements").begin_array();
  std::size_t shown = 0;
  for (const auto& statement : routes.observer.book().statements()) {
    if (++shown > kStatementsShown) break;
    json.begin_object();
    json.key("store").text(statement.store);
    json.key("name").text(statement.name);
    json.key("calls").count(statement.calls);
    json.key("failures").count(statement.failures);
    json.key("totalMs").milliseconds(statement.total_us);
    json.key("maxMs").milliseconds(statement.max_us);
    json.end_object();
  }
  json.end_array().key("slow").begin_array();
  for (const auto& slow : routes.observer.book().slow()) {
    json.begin_object();
    json.key("time").time(slow.time_us);
    json.key("store").text(slow.store);
    json.key("name").text(slow.name);
    json.key("projectId").text_or_null(slow.project_id);
    json.key("outcome").text(slow.outcome);
    json.key("durationMs").milliseconds(slow.duration_us);
    json.end_object();
  }
  json.end_array().end_object();
  return http::json_response(200, json.take());
}

Result<http::Response> get_settings(const OperatorRoutes& routes, Context& /*context*/) {
  JsonWriter json;
  json.begin_object().key("settings").begin_array();
  for (const ShownSetting& setting : routes.settings) {
    json.begin_object();
    json.key("key").text(setting.key);
    json.key("value").text(setting.value);
    json.key("origin").text(setting.origin);
    json.key("help").text(setting.help);
    json.key("effective").boolean(setting.is_effective);
    json.end_object();
  }
  json.end_array().end_object();
  return http::json_response(200, json.take());
}

}  // namespace

std::string without_quoted(std::string_view detail) {
  std::string out;
  for (std::size_t at = 0; at < detail.size(); ++at) {
    const char c = detail[at];
    out += c;
    // An apostrophe inside a word is no quote.
    const bool opens = c == '"' || c == '`' || (c == '\'' && (at == 0 || detail[at - 1] == ' '));
    if (!opens) continue;
    out += "…";
    const auto end = detail.find(c, at + 1);
    if (end == detail.npos) return out;  // cut in the middle of a value
    out += c;
    at = end;
  }
  return out;
}

void register_operator(Endpoints& endpoints, OperatorRoutes routes) {
  const Shared shared = std::make_shared<const OperatorRoutes>(std::move(routes));
  using Get = Result<http::Response> (*)(const OperatorRoutes&, Context&);
  const auto add = [&](std::string pattern, domain::Scope scope, Get get) {
    Route route;
    route.pattern = std::move(pattern);
    route.scope = scope;
    route.errors = ErrorShape::kUi;
    endpoints.add(std::move(route), [shared, get](Context& context) { return get(*shared, context); });
  };
  const std::string base = "/api/ui/operator/";
  add(base + "overview", domain::Scope::kOperate, get_overview);
  add(base + "history", domain::Scope::kOperate, get_history);
  add(base + "refusals", domain::Scope::kOperate, get_refusals);
  add(base + "storage", domain::Scope::kOperate, get_storage);
  add(base + "queries", domain::Scope::kOperate, get_queries);
  add(base + "settings", domain::Scope::kOperate, get_settings);
  add("/api/ui/projects/{projectId}/refusals", domain::Scope::kProjectRead, get_own_refusals);
}

}  // namespace clew::api
