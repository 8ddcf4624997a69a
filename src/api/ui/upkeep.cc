#include "api/ui/upkeep.h"

#include <charconv>

#include "api/request_body.h"
#include "base/json.h"

namespace clew::api {

namespace {

using domain::Scope;
using http::Method;

constexpr std::size_t kIdsMax = 1'000;
constexpr std::size_t kJobsShown = 50;

auth::Actor actor_of(const Context& context) {
  return auth::actor_of(context.principal, context.request);
}

Result<std::vector<std::string>> ids_of(const RequestBody& body) {
  std::vector<std::string> ids;
  const json::Value* list = body.find("ids");
  if (!list) return ids;
  if (!list->is_array() || list->get_array().empty() || list->get_array().size() > kIdsMax) {
    return Error{Errc::kInvalidArgument, "ids: expected 1 to 1000 trace ids"};
  }
  for (const json::Value& id : list->get_array()) {
    if (!id.is_string()) return Error{Errc::kInvalidArgument, "ids: expected texts"};
    ids.emplace_back(id.get_string());
  }
  return ids;
}

Result<http::Response> delete_traces(const UpkeepRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const std::vector<std::string> ids, ids_of(body));
  if (!ids.empty()) {
    CLEW_CHECK(routes.deletions.delete_traces(context.project_id(), ids, actor_of(context)));
    return http::json_response(200, json::to_text(json::Object{{"jobId", nullptr}}));
  }
  retention::TraceSelection selection;
  CLEW_TRY(selection.from_us, body.optional_time("from"));
  CLEW_TRY(selection.to_us, body.optional_time("to"));
  CLEW_TRY(const auto filter, body.optional_text("filter"));
  CLEW_TRY(const auto search, body.optional_text("search"));
  selection.filter = filter.value_or("");
  selection.search = search.value_or("");
  CLEW_TRY(const std::string job, routes.deletions.delete_matching(context.project_id(), selection, actor_of(context)));
  routes.wake();
  return http::json_response(202, json::to_text(json::Object{{"jobId", job}}));
}

json::Object job_json(const jobs::Job& job) {
  return {{"id", job.id},
          {"kind", job.kind},
          {"state", jobs::to_text(job.state)},
          {"done", job.done_items},
          {"total", job.total_items ? json::Value(*job.total_items) : json::Value(nullptr)},
          {"attempts", job.attempts},
          {"error", job.error.empty() ? json::Value(nullptr) : json::Value(job.error)},
          {"createdAt", iso_ms(job.created_at)},
          {"finishedAt", job.finished_at ? json::Value(iso_ms(*job.finished_at)) : json::Value(nullptr)}};
}

Result<http::Response> list_jobs(const UpkeepRoutes& routes, Context& context) {
  CLEW_TRY(const auto jobs, routes.jobs.list_of_project(context.project_id(), kJobsShown));
  json::Array list;
  for (const jobs::Job& job : jobs)
    list.push_back(job_json(job));
  return http::json_response(200, json::to_text(json::Object{{"jobs", std::move(list)}}));
}

Result<http::Response> retention_response(const UpkeepRoutes& routes, const projects::Project& project) {
  CLEW_TRY(const auto last, routes.jobs.last_of_project(project.id, retention::Retention::kProjectJob));
  return http::json_response(
      200, json::to_text(json::Object{{"days", project.retention_days.value_or(0)},
                                      {"nextRunAt", iso_ms(retention::Retention::next_run(routes.clock.now_us()))},
                                      {"lastRun", last ? json::Value(job_json(*last)) : json::Value(nullptr)}}));
}

Result<http::Response> retention_outlook(const UpkeepRoutes& routes, Context& context) {
  const std::string_view text = context.query.find("days").value_or("");
  std::int64_t days = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), days);
  if (text.empty() || failure != std::errc() || end != text.data() + text.size())
    return Error{Errc::kInvalidArgument, "days: expected a number of days"};
  CLEW_TRY(const retention::Outlook outlook, routes.retention.outlook(context.project_id(), days));
  return http::json_response(
      200, json::to_text(json::Object{
               {"before", iso_ms(outlook.before_us)},
               {"oldest", outlook.oldest_us ? json::Value(iso_ms(*outlook.oldest_us)) : json::Value(nullptr)},
               {"traces", outlook.traces},
               {"observations", outlook.observations},
               {"scores", outlook.scores},
               {"files", outlook.files.files},
               {"fileBytes", outlook.files.bytes}}));
}

Result<http::Response> get_retention(const UpkeepRoutes& routes, Context& context) {
  CLEW_TRY(const auto project, routes.projects.get(context.project_id()));
  return retention_response(routes, project);
}

Result<http::Response> put_retention(const UpkeepRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const auto days, body.optional_integer("days"));
  if (!days) return Error{Errc::kInvalidArgument, "days: expected 0 (keep data) or at least 3"};
  CLEW_TRY(const auto project,
           routes.projects.update(context.project_id(), {.retention_days = *days}, actor_of(context)));
  return retention_response(routes, project);
}

Result<http::Response> delete_project(const UpkeepRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const std::string name, body.text("name"));
  CLEW_TRY(const auto project, routes.projects.get(context.project_id()));
  if (name != project.name) return Error{Errc::kInvalidArgument, "name: repeat the name of the project to delete it"};
  CLEW_CHECK(routes.projects.remove(project.id, actor_of(context)));
  routes.wake();
  return http::json_response(202, json::to_text(json::Object{{"id", project.id}}));
}

}  // namespace

void register_upkeep(Endpoints& endpoints, UpkeepRoutes routes) {
  const auto add = [&](Method method, const std::string& path, Scope scope, auto handler) {
    endpoints.add({.method = method,
                   .pattern = "/api/ui/projects/{projectId}" + path,
                   .scope = scope,
                   .errors = ErrorShape::kUi,
                   .body_bytes_max = method == Method::kGet ? 0 : kJsonBodyMax},
                  [routes, handler](Context& context) { return handler(routes, context); });
  };
  add(Method::kPost, "/traces/delete", Scope::kTracesDelete, delete_traces);
  add(Method::kGet, "/jobs", Scope::kProjectRead, list_jobs);
  add(Method::kGet, "/retention", Scope::kProjectRead, get_retention);
  add(Method::kGet, "/retention/outlook", Scope::kProjectRead, retention_outlook);
  add(Method::kPut, "/retention", Scope::kProjectUpdate, put_retention);
  add(Method::kDelete, "", Scope::kProjectUpdate, delete_project);
}

}  // namespace clew::api
