#include "api/ui/texts.h"

#include <algorithm>
#include <cctype>

#include "query/trace_reader.h"

namespace clew::api {

namespace {

using query::PayloadText;

Result<PayloadText> read_field(const Context& context) {
  const std::string& field = context.path("field");
  if (field == "input") return PayloadText::kInput;
  if (field == "output") return PayloadText::kOutput;
  return Error{Errc::kNotFound, "A text is input or output"};
}

// Ids are free text: in the name of a file only what every system takes.
std::string file_name(std::string_view id, std::string_view field, std::string_view text) {
  std::string name(id.substr(0, 80));
  std::ranges::replace_if(
      name, [](unsigned char c) { return c >= 0x80 || (std::isalnum(c) == 0 && c != '-' && c != '_'); }, '_');
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  const bool is_json = start != std::string_view::npos && (text[start] == '{' || text[start] == '[');
  return name + "-" + std::string(field) + (is_json ? ".json" : ".txt");
}

Result<http::Response> answer(std::optional<std::string> text, std::string_view id, std::string_view field) {
  if (!text) return Error{Errc::kNotFound, "There is no such text"};
  http::Response response;
  // Never a document of our origin, whatever it holds.
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.headers.add("Content-Disposition", "attachment; filename=\"" + file_name(id, field, *text) + "\"");
  response.body = *std::move(text);
  return response;
}

Result<http::Response> get_step_text(analytics::Engine& engine, Context& context) {
  CLEW_TRY(const PayloadText field, read_field(context));
  const std::string& id = context.path("observationId");
  CLEW_TRY(auto text, query::read_payload_text(engine, context.project_id(), {context.path("traceId"), id}, field));
  return answer(std::move(text), id, context.path("field"));
}

// What the page of a trace shows: its own text, else that of its root.
Result<http::Response> get_trace_text(analytics::Engine& engine, Context& context) {
  CLEW_TRY(const PayloadText field, read_field(context));
  const std::string& project = context.project_id();
  const std::string& id = context.path("traceId");
  CLEW_TRY(auto text, query::read_payload_text(engine, project, {id, ""}, field));
  if (!text) {
    CLEW_TRY(const auto trace, query::TraceReader(engine).find(project, id, {query::TracePart::kPreviews}));
    if (trace && !trace->root_id.empty()) {
      CLEW_TRY(text, query::read_payload_text(engine, project, {id, trace->root_id}, field));
    }
  }
  return answer(std::move(text), id, context.path("field"));
}

}  // namespace

void register_ui_texts(Endpoints& endpoints, analytics::Engine& engine) {
  const auto add = [&](std::string pattern, auto handler) {
    Route route;
    route.pattern = std::move(pattern);
    route.errors = ErrorShape::kUi;
    endpoints.add(std::move(route), [&engine, handler](Context& context) { return handler(engine, context); });
  };
  const std::string trace = "/api/ui/projects/{projectId}/traces/{traceId}";
  add(trace + "/texts/{field}", get_trace_text);
  add(trace + "/observations/{observationId}/texts/{field}", get_step_text);
}

}  // namespace clew::api
