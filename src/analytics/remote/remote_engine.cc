#include "analytics/remote/remote_engine.h"

#include <fmt/format.h>

#include "analytics/engine_error.h"
#include "analytics/statement_killer.h"
#include "base/text.h"
#include "net/http_client.h"

namespace clew::analytics {

namespace {

// The statement and its values as a multipart form: neither has a length that a URL could not carry.
std::string form_body(std::string_view boundary, std::string_view sql, const Params& params) {
  std::string out;
  const auto field = [&](std::string_view name, std::string_view value) {
    out += fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n", boundary, name);
    out += value;
    out += "\r\n";
  };
  field("query", sql);
  for (const auto& [name, value] : params.values())
    field("param_" + name, value);
  out += fmt::format("--{}--\r\n", boundary);
  return out;
}

Error answer_error(std::string_view name, const net::HttpResponse& response) {
  if (response.status == 401 || response.status == 403 || response.header("x-clickhouse-exception-code") == "516") {
    return {Errc::kForbidden, std::string(name) + ": ClickHouse refuses this user or password"};
  }
  if (response.body.find("Code: ") == std::string::npos) {
    return {Errc::kUnavailable, fmt::format("{}: ClickHouse answered {}", name, response.status)};
  }
  return engine_error(name, response.body);
}

}  // namespace

struct RemoteEngine::State {
  explicit State(const RemoteOptions& given)
      : options(given), client({.connect_timeout = std::chrono::milliseconds(given.connect_timeout_ms)}) {}

  RemoteOptions options;
  net::HttpClient client;
  std::string version;

  std::string url(bool with_database, std::string_view settings) const {
    // wait_end_of_query: a statement that fails late must not begin with status 200. apply_mutations_on_fly: what a
    // deletion under way takes is not read any more (query/trace_deletion.h).
    return fmt::format("{}/?{}default_format=Native&wait_end_of_query=1&apply_mutations_on_fly=1{}", options.url,
                       with_database ? "database=" + text::percent_encode(options.database) + "&" : "", settings);
  }

  net::HttpRequest request(std::string target) const {
    net::HttpRequest out;
    out.method = "POST";
    out.url = std::move(target);
    out.headers = {{"X-ClickHouse-User", options.user}, {"X-ClickHouse-Key", options.password}};
    return out;
  }

  // A lost connection may not end the statement (a proxy may hold it), so the server is told as well. Users may end
  // their own statements whatever they are granted.
  StatementKiller killer{StatementKiller::Afterwards::kMayGoOn, [this](const std::string& id) {
                           SystemParams params;
                           params.text("id", id);
                           static_cast<void>(run("kill", "KILL QUERY WHERE query_id = {id:String} ASYNC", params,
                                                 url(true, ""), options.connect_timeout_ms + 2'000, 1U << 20, nullptr));
                         }};

  Result<net::HttpResponse> run(std::string_view name, std::string_view sql, const Params& params, std::string target,
                                int timeout_ms, std::uint64_t bytes_max, const std::stop_token* stop = nullptr) {
    const std::string boundary = "clew-" + text::random_hex(12);
    const std::string body = form_body(boundary, sql, params);
    net::HttpRequest out = request(std::move(target));
    out.headers.emplace_back("Content-Type", "multipart/form-data; boundary=" + boundary);
    out.body = body;
    out.deadline = std::chrono::milliseconds(timeout_ms);
    out.response_bytes_max = bytes_max;
    out.stop = stop;
    auto response = client.send(out);
    if (!response) return std::move(response).error().with_context(name);
    if (response->status != 200) return answer_error(name, *response);
    return response;
  }
};

// A server shows rows when it has them all, so nothing is sent before they may show.
class RemoteEngine::Insert final : public PendingInsert {
 public:
  Insert(RemoteEngine& engine, std::string table, const NativeBlock& block, std::string token)
      : engine_(engine), table_(std::move(table)), block_(block), token_(std::move(token)) {}

  Result<> finish() override {
    State& state = *engine_.state_;
    const std::string body = block_.finish();
    const std::string sql = insert_statement(table_, block_, token_) + " FORMAT Native";
    net::HttpRequest request = state.request(state.url(true, "&query=" + text::percent_encode(sql)));
    request.headers.emplace_back("Content-Type", "application/octet-stream");
    request.body = body;
    request.deadline = std::chrono::milliseconds(state.options.insert_timeout_ms);
    request.response_bytes_max = 1U << 20;
    auto response = state.client.send(request);
    if (!response) return Error{Errc::kUnavailable, "insert into " + table_ + ": " + response.error().message};
    if (response->status != 200) return insert_error(table_, response->body);
    return ok();
  }

 private:
  RemoteEngine& engine_;
  const std::string table_;
  const NativeBlock& block_;
  const std::string token_;
};

RemoteEngine::RemoteEngine(std::unique_ptr<State> state) : state_(std::move(state)) {}
RemoteEngine::~RemoteEngine() = default;

Result<std::unique_ptr<RemoteEngine>> RemoteEngine::open(const RemoteOptions& options) {
  auto state = std::make_unique<State>(options);
  while (state->options.url.ends_with('/'))
    state->options.url.pop_back();
  if (options.database.find_first_of("`\\\"'") != std::string::npos) {
    return Error{Errc::kInvalidArgument, "the name of the ClickHouse database must not contain quotes"};
  }
  const int timeout = state->options.connect_timeout_ms + 10'000;
  CLEW_TRY(const auto made, state->run("create_database", "CREATE DATABASE IF NOT EXISTS `" + options.database + "`",
                                       SystemParams(), state->url(false, ""), timeout, 1U << 20));
  (void)made;
  CLEW_TRY(const auto answer,
           state->run("version", "SELECT version() AS v", SystemParams(), state->url(true, ""), timeout, 1U << 20));
  Rows rows;
  CLEW_CHECK(rows.append(answer.body));
  if (!rows.empty()) state->version = rows.text(0, 0);
  return std::unique_ptr<RemoteEngine>(new RemoteEngine(std::move(state)));
}

Result<Rows> RemoteEngine::select(std::string_view name, std::string_view sql, const Params& params,
                                  const QueryLimits& limits) {
  const std::string id = fmt::format("clew-{}-{}", name, text::random_hex(12));
  std::string settings = fmt::format(
      "&max_execution_time={:.3f}&max_memory_usage={}&max_bytes_before_external_group_by=0"
      "&low_cardinality_allow_in_native_format=0&log_comment={}&query_id={}",
      limits.timeout_ms / 1000.0, limits.memory_bytes_max, text::percent_encode(name), text::percent_encode(id));
  if (limits.threads > 0) settings += fmt::format("&max_threads={}", limits.threads);
  const StatementKiller::Watch watch(state_->killer, id, limits.stop);
  CLEW_TRY(const auto response, state_->run(name, sql, params, state_->url(true, settings), limits.timeout_ms + 2'000,
                                            limits.result_bytes_max, limits.stop));
  Rows rows;
  CLEW_CHECK(rows.append(response.body));
  return rows;
}

Result<> RemoteEngine::execute(std::string_view name, std::string_view sql, const Params& params) {
  auto response = state_->run(name, sql, params, state_->url(true, ""), state_->options.insert_timeout_ms, 64U << 20);
  if (!response) return std::move(response).error();
  return ok();
}

Result<std::unique_ptr<PendingInsert>> RemoteEngine::begin_insert(std::string_view table, const NativeBlock& block,
                                                                  std::string_view dedup_token) {
  return std::unique_ptr<PendingInsert>(new Insert(*this, std::string(table), block, std::string(dedup_token)));
}

std::string RemoteEngine::description() const {
  return "ClickHouse " + state_->version + " at " + state_->options.url;
}

}  // namespace clew::analytics
