#include "api/ui/status.h"

#include "api/json/json_writer.h"
#include "query/trace_reader.h"

namespace clew::api {

namespace {

Result<http::Response> get_status(analytics::Engine& engine, const IngestionView& ingestion, Context& context) {
  CLEW_TRY(const bool has_data, query::has_data(engine, context.project_id()));
  const IngestionStatus status = ingestion.status(context.project_id());
  JsonWriter json;
  json.begin_object();
  json.key("hasData").boolean(has_data);
  json.key("version").count(status.version);
  json.key("spansPerSecond").number(status.spans_per_second);
  json.key("visibleMs");
  if (status.visible_ms) {
    json.number(*status.visible_ms);
  } else {
    json.null();
  }
  json.key("accepting").boolean(status.accepting);
  json.key("backlogBytes").count(status.backlog_bytes);
  json.key("publicUrl").text(status.public_url);
  json.key("otlpGrpcPort");
  if (status.otlp_grpc_port) {
    json.integer(*status.otlp_grpc_port);
  } else {
    json.null();
  }
  json.end_object();
  return http::json_response(200, json.take());
}

Result<http::Response> get_arrivals(const IngestionView& ingestion, Context& context) {
  JsonWriter json;
  json.begin_object().key("arrivals").begin_array();
  for (const Arrival& arrival : ingestion.arrivals(context.project_id())) {
    json.begin_object();
    json.key("time").time(arrival.time_us);
    json.key("method").text(arrival.method);
    json.key("path").text(arrival.path);
    json.key("status").integer(arrival.status);
    json.key("sdk").text_or_null(arrival.sdk);
    json.key("remoteAddress").text(arrival.remote_address);
    json.key("items").count(arrival.items);
    json.key("hint").text_or_null(arrival.hint);
    json.end_object();
  }
  json.end_array().end_object();
  return http::json_response(200, json.take());
}

}  // namespace

void register_ui_status(Endpoints& endpoints, analytics::Engine& engine, const IngestionView& ingestion) {
  Route status;
  status.pattern = "/api/ui/projects/{projectId}/status";
  status.errors = ErrorShape::kUi;
  endpoints.add(std::move(status),
                [&engine, &ingestion](Context& context) { return get_status(engine, ingestion, context); });
  Route arrivals;
  arrivals.pattern = "/api/ui/projects/{projectId}/arrivals";
  arrivals.errors = ErrorShape::kUi;
  endpoints.add(std::move(arrivals), [&ingestion](Context& context) { return get_arrivals(ingestion, context); });
}

}  // namespace clew::api
