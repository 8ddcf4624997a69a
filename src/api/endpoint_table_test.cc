#include "api/endpoint_table.h"

#include <future>
#include <latch>
#include <stdexcept>

#include <gtest/gtest.h>

#include "api/fake_authentication.h"
#include "base/json.h"
#include "http/test_client.h"

namespace clew::api {
namespace {

using domain::Scope;
using http::Method;
using http::testing::Answer;
using http::testing::Client;

constexpr std::string_view kKey = "Authorization: test project-key\r\n";

http::Response echo(Context& context) {
  std::string text;
  for (const auto& [name, value] : context.path_params)
    text += name + "=" + value + ";";
  return http::json_response(200, json::quoted(text + context.request.body));
}

class EndpointTableTest : public ::testing::Test {
 protected:
  void add(Method method, std::string pattern, Scope scope = Scope::kProjectRead,
           ErrorShape errors = ErrorShape::kStandard, Handler handler = echo) {
    table_->add(
        {.method = method, .pattern = std::move(pattern), .scope = scope, .errors = errors, .body_bytes_max = 100'000},
        std::move(handler));
  }
  // Routes are added between make() and listen().
  void make(EndpointOptions options = {}, http::ThreadPoolOptions pool = {.threads = 2, .queue_max = 16}) {
    pool_ = std::make_unique<http::ThreadPool>(pool);
    table_ =
        std::make_unique<EndpointTable>(std::move(options), authentication_, *pool_, telemetry::Logger(), metrics_);
  }
  void listen() {
    auto started = http::Server::start({.io_threads = 1}, *table_);
    ASSERT_TRUE(started);
    server_ = *std::move(started);
    client_ = std::make_unique<Client>(server_->port());
  }
  Answer get(std::string_view path, std::string_view headers = kKey) { return client_->get(path, headers); }
  Answer send(std::string_view method, std::string_view path, std::string_view headers = kKey) {
    client_->send(std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(headers) +
                  "\r\n");
    return client_->receive(method == "HEAD");
  }
  ~EndpointTableTest() override {
    client_.reset();
    if (server_) server_->stop(std::chrono::seconds(10));
    if (pool_) pool_->stop();
  }

  FakeAuthentication authentication_;
  telemetry::Metrics metrics_;
  std::unique_ptr<http::ThreadPool> pool_;
  std::unique_ptr<EndpointTable> table_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<Client> client_;
};

TEST_F(EndpointTableTest, PathsAreSplitBeforeTheyAreDecoded) {
  make();
  add(Method::kGet, "/api/public/v2/prompts/{name}");
  add(Method::kGet, "/api/public/datasets/{dataset}/runs/{run}");
  add(Method::kGet, "/api/public/v2/prompts");
  listen();
  EXPECT_EQ(get("/api/public/v2/prompts/folder%2Fname").body, "\"name=folder/name;\"");
  EXPECT_EQ(get("/api/public/v2/prompts/abc+%207%3F").body, "\"name=abc+ 7?;\"");
  EXPECT_EQ(get("/api/public/datasets/a%2Fb/runs/%25").body, "\"dataset=a/b;run=%;\"");
  EXPECT_EQ(get("/api/public/v2/prompts/?x=1").body, "\"\"");
  EXPECT_EQ(get("/api/public/v2/prompts/a/b").status, 404);
  EXPECT_EQ(get("/api/public/v2/prompts/%ZZ").status, 400);
  EXPECT_EQ(get("/api/public/v2/prompts/%00").status, 400);
}

TEST_F(EndpointTableTest, ALiteralSegmentWinsOverAParameterAndFallsBack) {
  make();
  add(Method::kGet, "/api/public/models/{id}", Scope::kProjectRead);
  add(Method::kGet, "/api/public/models/default/prices", Scope::kProjectRead);
  add(Method::kGet, "/api/public/models/{id}/usage", Scope::kProjectRead);
  add(Method::kGet, "/api/public/{kind}/{id}/notes", Scope::kProjectRead);
  listen();
  EXPECT_EQ(get("/api/public/models/default").body, "\"id=default;\"");
  EXPECT_EQ(get("/api/public/models/default/prices").body, "\"\"");
  EXPECT_EQ(get("/api/public/models/default/usage").body, "\"id=default;\"");
  EXPECT_EQ(get("/api/public/models/7/notes").body, "\"kind=models;id=7;\"");
}

TEST_F(EndpointTableTest, MethodIsDecidedBeforeCredentials) {
  make();
  add(Method::kGet, "/api/public/traces");
  add(Method::kDelete, "/api/public/traces");
  listen();
  const Answer answer = client_->post("/api/public/traces", "not json");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.body, R"({"message":"Method not allowed","error":"MethodNotAllowedError"})");
  EXPECT_EQ(answer.headers.at("allow"), "GET, HEAD, DELETE");
  EXPECT_EQ(get("/api/public/nothing", "").status, 404);
}

TEST_F(EndpointTableTest, CredentialsAreDecidedBeforeTheBody) {
  make();
  add(Method::kPost, "/api/public/scores", Scope::kScoresWrite);
  listen();
  client_->send("POST /api/public/scores HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n");  // and no body
  const Answer answer = client_->receive();
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.body, R"({"message":"No authorization header"})");
}

TEST_F(EndpointTableTest, ScopeIsDecidedBeforeTheBodyIsJudged) {
  make();
  add(Method::kPost, "/api/public/ingestion", Scope::kIngest);
  listen();
  client_->send(
      "POST /api/public/ingestion HTTP/1.1\r\nHost: x\r\nAuthorization: test user OWNER\r\nContent-Length: 900000\r\n"
      "\r\n");
  const Answer answer = client_->receive();
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.body, R"({"message":"Access denied - insufficient permissions for this endpoint"})");
}

TEST_F(EndpointTableTest, ErrorShapesDifferByRoute) {
  make();
  const auto fail = [](Errc code) {
    return [code](Context&) -> Result<http::Response> { return Error{code, "text"}; };
  };
  add(Method::kGet, "/api/public/a", Scope::kProjectRead, ErrorShape::kStandard, fail(Errc::kNotFound));
  add(Method::kGet, "/api/public/b", Scope::kProjectRead, ErrorShape::kIngestion, fail(Errc::kInvalidArgument));
  add(Method::kGet, "/api/public/c", Scope::kProjectRead, ErrorShape::kOtlp, fail(Errc::kInvalidArgument));
  add(Method::kGet, "/api/public/d", Scope::kProjectRead, ErrorShape::kMessage, fail(Errc::kConflict));
  add(Method::kGet, "/api/public/e", Scope::kProjectRead, ErrorShape::kStandard, fail(Errc::kForbidden));
  add(Method::kGet, "/api/public/f", Scope::kProjectRead, ErrorShape::kStandard, fail(Errc::kDeadlineExceeded));
  add(Method::kGet, "/api/public/g", Scope::kProjectRead, ErrorShape::kCoded, fail(Errc::kNotFound));
  listen();
  EXPECT_EQ(get("/api/public/a").body, R"({"message":"text","error":"LangfuseNotFoundError"})");
  EXPECT_EQ(get("/api/public/b").body, R"({"message":"Invalid request data","errors":["text"]})");
  EXPECT_EQ(get("/api/public/b", "").body, R"({"error":"UnauthorizedError","message":"No authorization header"})");
  EXPECT_EQ(get("/api/public/c").body, R"({"error":"text"})");
  EXPECT_EQ(get("/api/public/c", "").body, R"({"message":"No authorization header"})");
  EXPECT_EQ(get("/api/public/d").body, R"({"message":"text"})");
  EXPECT_EQ(get("/api/public/e").body, R"({"message":"text","error":"ForbiddenError"})");
  EXPECT_EQ(get("/api/public/f").status, 422);
  EXPECT_EQ(get("/api/public/g").body, R"({"message":"text","code":"resource_not_found"})");
}

TEST_F(EndpointTableTest, ServerErrorsTellTheRequestIdAndNothingElse) {
  make();
  add(Method::kGet, "/api/ui/a", Scope::kSignedIn, ErrorShape::kUi,
      [](Context&) -> Result<http::Response> { return Error{Errc::kInternal, "secret detail"}; });
  add(Method::kGet, "/api/public/b", Scope::kProjectRead, ErrorShape::kStandard,
      [](Context&) -> Result<http::Response> { throw std::runtime_error("secret detail"); });
  listen();
  for (const char* path : {"/api/ui/a", "/api/public/b"}) {
    const Answer answer = get(path, "Authorization: test user OWNER\r\n");
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(answer.body.find("secret"), std::string::npos);
    EXPECT_NE(answer.body.find(answer.headers.at("x-request-id")), std::string::npos);
  }
  EXPECT_NE(metrics_.to_prometheus().find("lf_unexpected_exceptions_total 1\n"), std::string::npos);
}

TEST_F(EndpointTableTest, AnOutageWhileAuthenticatingIs503) {
  make();
  add(Method::kGet, "/api/public/a");
  listen();
  const Answer answer = get("/api/public/a", "Authorization: test outage\r\n");
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.body.find("\"message\":\"Service Unavailable\""), std::string::npos);
  EXPECT_TRUE(answer.headers.contains("retry-after"));
}

TEST_F(EndpointTableTest, PublicUiRoutesKnowWhoIsSignedInButNotDuringAnOutage) {
  make();
  add(Method::kGet, "/api/ui/session", Scope::kPublic, ErrorShape::kUi, [](Context& context) -> Result<http::Response> {
    return http::json_response(200, json::quoted(context.principal.user_id));
  });
  listen();
  EXPECT_EQ(get("/api/ui/session", "").body, "\"\"");
  EXPECT_EQ(get("/api/ui/session", "Cookie: a=b\r\n").body, "\"\"");
  EXPECT_EQ(get("/api/ui/session", "Cookie: a=b\r\nAuthorization: test user OWNER\r\n").body, "\"user-1\"");
  EXPECT_EQ(get("/api/ui/session", "Cookie: a=b\r\nAuthorization: test outage\r\n").status, 503);
}

TEST_F(EndpointTableTest, HeadAnswersLikeGetWithoutContent) {
  make();
  add(Method::kGet, "/api/public/a");
  listen();
  const Answer head = send("HEAD", "/api/public/a");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), "2");
  EXPECT_EQ(get("/api/public/a").status, 200);
}

TEST_F(EndpointTableTest, BrowsersMayCallThePublicApiFromAnywhere) {
  make();
  add(Method::kPost, "/api/public/scores", Scope::kScoresWrite);
  add(Method::kPost, "/api/ui/a", Scope::kSignedIn, ErrorShape::kUi);
  listen();
  const Answer preflight =
      send("OPTIONS", "/api/public/scores",
           "Origin: https://app.example\r\nAccess-Control-Request-Headers: authorization,x-langfuse-sdk-name\r\n");
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.headers.at("access-control-allow-origin"), "https://app.example");
  EXPECT_EQ(preflight.headers.at("access-control-allow-headers"), "authorization,x-langfuse-sdk-name");
  EXPECT_EQ(preflight.headers.at("access-control-allow-methods"), "GET, HEAD, PUT, PATCH, POST, DELETE");
  EXPECT_FALSE(preflight.headers.contains("access-control-allow-credentials"));
  const Answer refused = client_->post("/api/public/scores", "{}", "Origin: https://app.example\r\n");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.headers.at("access-control-allow-origin"), "https://app.example");
  const Answer ui = send("OPTIONS", "/api/ui/a", "Origin: https://app.example\r\n");
  EXPECT_EQ(ui.status, 405);
  EXPECT_FALSE(ui.headers.contains("access-control-allow-origin"));
}

TEST_F(EndpointTableTest, EveryAnswerCarriesTheSecurityHeaders) {
  make({.base_path = {}, .https = true});
  add(Method::kGet, "/api/public/a");
  listen();
  for (const char* path : {"/api/public/a", "/api/public/none"}) {
    const Answer answer = get(path);
    EXPECT_EQ(answer.headers.at("x-content-type-options"), "nosniff");
    EXPECT_EQ(answer.headers.at("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
    EXPECT_EQ(answer.headers.at("cache-control"), "no-store");
    EXPECT_EQ(answer.headers.at("strict-transport-security"), "max-age=31536000; includeSubDomains");
    EXPECT_FALSE(answer.headers.contains("server"));
  }
}

TEST_F(EndpointTableTest, ABasePathIsStrippedAndHealthAnswersOnBoth) {
  make({.base_path = "/clew"});
  add(Method::kGet, "/api/public/health", Scope::kPublic);
  add(Method::kGet, "/api/public/a");
  listen();
  EXPECT_EQ(get("/clew/api/public/a").status, 200);
  EXPECT_EQ(get("/api/public/a").status, 404);
  EXPECT_EQ(get("/clewx/api/public/a").status, 404);
  EXPECT_EQ(get("/clew/api/public/health", "").status, 200);
  EXPECT_EQ(get("/api/public/health", "").status, 200);
}

TEST_F(EndpointTableTest, PathsOutsideTheApiArePages) {
  make();
  table_->set_pages([](const http::Request&, std::string_view path) {
    return http::text_response(200, "page " + std::string(path));
  });
  listen();
  EXPECT_EQ(get("/project/1/traces").body, "page /project/1/traces");
  EXPECT_EQ(get("/api/nothing").status, 404);
  EXPECT_EQ(client_->post("/project/1", "{}").status, 405);
}

TEST_F(EndpointTableTest, AFullPoolAnswers503WithRetryAfter) {
  make({}, {.threads = 1, .queue_max = 1});
  std::latch started(1);
  std::latch release(1);
  add(Method::kGet, "/api/public/slow", Scope::kProjectRead, ErrorShape::kStandard,
      [&](Context&) -> Result<http::Response> {
        started.count_down();
        release.wait();
        return http::json_response(200, "{}");
      });
  add(Method::kGet, "/api/public/a");
  listen();
  Client slow(server_->port());
  slow.send("GET /api/public/slow HTTP/1.1\r\nHost: x\r\n" + std::string(kKey) + "\r\n");
  started.wait();
  http::ThreadPool::Task filler = [] {};
  ASSERT_TRUE(pool_->try_submit(filler));
  const Answer answer = get("/api/public/a");
  EXPECT_EQ(answer.status, 503);
  const int seconds = std::stoi(answer.headers.at("retry-after"));
  EXPECT_GE(seconds, 1);
  EXPECT_LE(seconds, 30);
  release.count_down();
  EXPECT_EQ(slow.receive().status, 200);
}

TEST_F(EndpointTableTest, ADeferredHandlerAnswersLaterWithItsContextAlive) {
  make();
  authentication_.answers_from_memory = true;
  std::promise<std::pair<Context*, http::Respond>> taken;
  table_->add_deferred(
      {.method = Method::kPost,
       .pattern = "/api/public/ingestion",
       .scope = Scope::kIngest,
       .errors = ErrorShape::kIngestion,
       .body_bytes_max = 1000,
       .on_io_thread = true},
      [&](Context& context, http::Respond respond) { taken.set_value({&context, std::move(respond)}); });
  listen();
  client_->send("POST /api/public/ingestion HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n" + std::string(kKey) +
                "\r\n{}");
  auto [context, respond] = taken.get_future().get();
  respond(http::json_response(207, context->project_id() + context->request.body));
  EXPECT_EQ(client_->receive().body, "project-1{}");
}

TEST_F(EndpointTableTest, AThrowingDeferredHandlerIsA500) {
  make();
  table_->add_deferred({.method = Method::kGet, .pattern = "/api/public/a", .scope = Scope::kProjectRead},
                       [](Context&, http::Respond) { throw std::runtime_error("bug"); });
  listen();
  EXPECT_EQ(get("/api/public/a").status, 500);
}

TEST_F(EndpointTableTest, OversizeIsRefusedInTheShapeOfTheRoute) {
  make();
  add(Method::kPost, "/api/ui/a", Scope::kSignedIn, ErrorShape::kUi);
  listen();
  client_->send(
      "POST /api/ui/a HTTP/1.1\r\nHost: x\r\nAuthorization: test user OWNER\r\nContent-Length: 100001\r\n\r\n");
  const Answer answer = client_->receive();
  EXPECT_EQ(answer.status, 413);
  EXPECT_NE(answer.body.find("\"code\":\"too_large\""), std::string::npos);
}

TEST_F(EndpointTableTest, RequestsAreCountedByRouteNotByPath) {
  make();
  add(Method::kGet, "/api/public/traces/{id}");
  listen();
  get("/api/public/traces/1");
  get("/api/public/traces/2");
  get("/api/public/none");  // in order on one connection: the first two are counted by now
  EXPECT_NE(metrics_.to_prometheus().find(
                "lf_http_requests_total{route=\"/api/public/traces/{id}\",method=\"GET\",status=\"2xx\"} 2\n"),
            std::string::npos);
}

}  // namespace
}  // namespace clew::api
