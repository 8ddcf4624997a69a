#include "api/ui/models.h"

#include "api/request_body.h"
#include "auth/audit.h"
#include "base/json.h"
#include "ingest/enrich/enrich.h"
#include "models/model_json.h"

namespace clew::api {

namespace {

using domain::Scope;
using http::Method;

http::Response answer(const json::Object& body) {
  return http::json_response(200, json::to_text(body));
}

auth::Actor actor_of(const Context& context) {
  return auth::actor_of(context.principal, context.request);
}

Result<http::Response> list(const UiModelRoutes& routes, Context& context) {
  CLEW_TRY(const auto own, routes.models.list(context.project_id()));
  json::Array models;
  for (const ingest::ModelDefinition& model : own)
    models.emplace_back(models::model_json(model, false));
  for (const auto& model : routes.catalog.builtin())
    models.emplace_back(models::model_json(model->definition(), true));
  return answer({{"models", std::move(models)}});
}

Result<http::Response> create(const UiModelRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const auto made, routes.models.create(context.project_id(), body.object(), actor_of(context)));
  return answer(models::model_json(made, false));
}

Result<http::Response> replace(const UiModelRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  const std::string& id = context.path("modelId");
  CLEW_TRY(const auto known, routes.models.find(context.project_id(), id));
  if (!known) return Error{Errc::kNotFound, "No model with this id found."};
  CLEW_TRY(const auto made, routes.models.put(context.project_id(), id, body.object(), actor_of(context)));
  return answer(models::model_json(made, false));
}

Result<http::Response> remove(const UiModelRoutes& routes, Context& context) {
  CLEW_CHECK(routes.models.remove(context.project_id(), context.path("modelId"), actor_of(context)));
  return answer({});
}

double dollars(domain::Picodollars amount) {
  return static_cast<double>(amount) * 1e-12;
}

Result<http::Response> match(const UiModelRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  domain::Observation probe;
  CLEW_TRY(probe.model, body.text("model"));
  CLEW_TRY(const auto at, body.optional_time("startTime"));
  probe.start_time_us = at.value_or(routes.clock.now_us());
  if (const json::Value* usage = body.find("usage"); usage && usage->is_object()) {
    for (const auto& [key, units] : usage->get_object()) {
      if (!units.is_int64() || units.get_int64() < 0) {
        return Error{Errc::kInvalidArgument, "usage: expected whole numbers of at least 0"};
      }
      probe.provided_usage.emplace_back(key, static_cast<std::uint64_t>(units.get_int64()));
    }
  }
  if (const json::Value* parameters = body.find("modelParameters"); parameters && parameters->is_object()) {
    probe.model_parameters = json::to_text(*parameters);
  }
  ingest::enrich(probe, context.project_id(), routes.catalog);
  const auto model = probe.model_id.empty() ? nullptr : routes.catalog.find(context.project_id(), probe.model_id);
  json::Object cost;
  for (const auto& [key, amount] : probe.cost)
    cost[key] = dollars(amount);
  json::Object usage;
  for (const auto& [key, units] : probe.usage)
    usage[key] = units;
  return answer(
      {{"model",
        model ? json::Value(models::model_json(model->definition(), model->is_builtin())) : json::Value(nullptr)},
       {"tierName", probe.pricing_tier_name.empty() ? json::Value(nullptr) : json::Value(probe.pricing_tier_name)},
       {"usage", std::move(usage)},
       {"cost", std::move(cost)},
       {"totalCost", probe.total_cost ? json::Value(dollars(*probe.total_cost)) : json::Value(nullptr)}});
}

json::Object totals_json(const models::RepricingTotals& totals) {
  return {{"changed", totals.changed}, {"before", totals.before.value()}, {"after", totals.after.value()}};
}

json::Object run_json(const models::RepricingRun& run) {
  json::Object out = totals_json(run.totals);
  out["id"] = run.id;
  out["state"] = jobs::to_text(run.state);
  out["from"] = iso_ms(run.wish.from);
  out["to"] = iso_ms(run.wish.to);
  out["model"] = run.wish.model.empty() ? json::Value(nullptr) : json::Value(run.wish.model);
  out["dryRun"] = run.wish.is_dry;
  out["seen"] = run.totals.seen;
  out["total"] = run.total ? json::Value(*run.total) : json::Value(nullptr);
  out["error"] = run.error.empty() ? json::Value(nullptr) : json::Value(run.error);
  out["createdAt"] = iso_ms(run.created_at);
  out["finishedAt"] = run.finished_at ? json::Value(iso_ms(*run.finished_at)) : json::Value(nullptr);
  json::Array by_model;
  for (const auto& [name, totals] : run.by_model) {
    json::Object one = totals_json(totals);
    one["model"] = name;
    by_model.emplace_back(std::move(one));
  }
  out["models"] = std::move(by_model);
  return out;
}

Result<http::Response> list_runs(const UiModelRoutes& routes, Context& context) {
  CLEW_TRY(const auto runs, routes.repricing.runs(context.project_id()));
  json::Array out;
  for (const models::RepricingRun& run : runs)
    out.emplace_back(run_json(run));
  return answer({{"runs", std::move(out)}});
}

Result<http::Response> start_run(const UiModelRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  models::RepricingWish wish;
  CLEW_TRY(const auto from, body.optional_time("from"));
  CLEW_TRY(const auto to, body.optional_time("to"));
  CLEW_TRY(const auto model, body.optional_text("model"));
  if (!from) return Error{Errc::kInvalidArgument, "from: expected a time like 2026-11-23T12:00:00Z"};
  wish.from = *from;
  wish.to = to.value_or(routes.clock.now_us());
  wish.model = model.value_or("");
  const json::Value* dry = body.find("dryRun");
  if (dry && !dry->is_bool()) return Error{Errc::kInvalidArgument, "dryRun: expected true or false"};
  wish.is_dry = !dry || dry->get_bool();  // who does not say so changes nothing
  CLEW_TRY(const std::string id, routes.repricing.start(context.project_id(), wish, actor_of(context)));
  return answer({{"id", id}});
}

}  // namespace

void register_ui_models(Endpoints& endpoints, UiModelRoutes routes) {
  const auto add = [&](Method method, std::string_view path, Scope scope, auto handler) {
    const bool has_body = method == Method::kPost || method == Method::kPut;
    endpoints.add({.method = method,
                   .pattern = "/api/ui/projects/{projectId}" + std::string(path),
                   .scope = scope,
                   .errors = ErrorShape::kUi,
                   .body_bytes_max = has_body ? kJsonBodyMax : 0},
                  [routes, handler](Context& context) { return handler(routes, context); });
  };
  add(Method::kGet, "/models", Scope::kProjectRead, list);
  add(Method::kPost, "/models", Scope::kModelsWrite, create);
  add(Method::kPut, "/models/{modelId}", Scope::kModelsWrite, replace);
  add(Method::kDelete, "/models/{modelId}", Scope::kModelsWrite, remove);
  add(Method::kPost, "/model-match", Scope::kProjectRead, match);
  add(Method::kGet, "/model-repricings", Scope::kProjectRead, list_runs);
  add(Method::kPost, "/model-repricings", Scope::kModelsWrite, start_run);
}

}  // namespace clew::api
