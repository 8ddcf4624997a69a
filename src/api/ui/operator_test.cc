// The operator's routes: whose they are, what they tell, and that they tell nothing that was sent.
#include "api/ui/operator.h"

#include <functional>

#include <gtest/gtest.h>

#include "api/endpoint_table.h"
#include "api/ui/operator_dead_letters.h"
#include "api/ui/session.h"
#include "auth/testing.h"
#include "http/test_client.h"
#include "ingest/intake/record.h"
#include "meta/testing/databases.h"
#include "operations/metered_stores.h"

namespace clew::api {
namespace {

class EmptyEngine final : public analytics::Engine {
 public:
  using analytics::Engine::select;
  Result<analytics::Rows> select(std::string_view, std::string_view, const analytics::Params&,
                                 const analytics::QueryLimits&) override {
    return analytics::Rows{};
  }
  Result<> execute(std::string_view, std::string_view, const analytics::Params&) override { return ok(); }
  Result<std::unique_ptr<analytics::PendingInsert>> begin_insert(std::string_view, const analytics::NativeBlock&,
                                                                 std::string_view) override {
    return Error{Errc::kUnavailable, "nothing is stored here"};
  }
  std::string description() const override { return "empty"; }
};

class KeepingLog final : public ingest::Log {
 public:
  void append(std::string payload, ingest::Attachment, Appended done) override {
    payloads.push_back(std::move(payload));
    done(ingest::LogPosition{payloads.size()});
  }
  std::vector<ingest::LogRecord> list(ingest::LogPosition, std::size_t, int) override { return {}; }
  ingest::Attachment take_attachment(ingest::LogPosition) override { return {}; }
  Result<std::string> read(ingest::LogPosition position) override { return payloads[position - 1]; }
  Result<> acknowledge(ingest::LogPosition) override { return ok(); }
  ingest::LogState state() const override { return {.backlog_records = 3, .oldest_age_us = 2'000'000}; }
  void stop() override {}
  std::vector<std::string> payloads;
};

class CookieAuthentication final : public Authentication {
 public:
  explicit CookieAuthentication(auth::Authenticator& authenticator) : authenticator_(authenticator) {}
  std::optional<Result<domain::Principal>> authenticate_cached(const http::Request&, const Route&,
                                                               const PathParams&) override {
    return std::nullopt;
  }
  Result<domain::Principal> authenticate(const http::Request& request, const Route& route,
                                         const PathParams& params) override {
    return authenticator_.authenticate(request, auth::Door::kBrowser, route.scope, params);
  }

 private:
  auth::Authenticator& authenticator_;
};

struct Reply {
  int status = 0;
  json::Value body;
  std::string raw;
};

class OperatorApi : public testing::Test {
 protected:
  OperatorApi() {
    world_.organization("ops");
    world_.organization("tenant");
    world_.project("p1", "tenant");
    world_.project("p2", "tenant");
    operator_ = signed_in("root@example.com", "ops", "OWNER");
    admin_ = signed_in("admin@example.com", "ops", "ADMIN");
    owner_ = signed_in("owner@example.com", "tenant", "OWNER");
    register_session(table_, {.accounts = world_.accounts,
                              .sessions = world_.sessions,
                              .organizations = organizations_,
                              .guard = world_.guard,
                              .page = {},
                              .access = &access_});
    register_operator(table_, {.observer = observer_,
                               .ledger = ledger_,
                               .desk = desk_,
                               .clock = world_.clock,
                               .version = "1.2.3",
                               .stores = {{"analytics", "ClickHouse"}, {"meta", "SQLite"}},
                               .settings = {{.key = "auth.salt", .value = "set, not shown"}}});
    register_operator_dead_letters(table_, desk_);
    server_ = *http::Server::start({.io_threads = 1}, table_);
  }
  ~OperatorApi() override {
    server_->stop(std::chrono::seconds(10));
    pool_.stop();
  }

  std::string signed_in(const std::string& email, const std::string& organization, const std::string& role) {
    const std::string user = world_.user(email);
    world_.member(organization, user, role);
    users_[email] = user;
    return *world_.sessions.begin(user, "password", "127.0.0.1", "test");
  }
  Reply call(const std::string& token, std::string_view method, std::string_view path, std::string_view body = {}) {
    http::testing::Client client(server_->port());
    std::string request = std::string(method) + " " + std::string(path) +
                          " HTTP/1.1\r\nHost: clew.example\r\nOrigin: https://clew.example\r\n"
                          "Content-Type: application/json\r\n";
    if (!token.empty()) {
      request += "Cookie: " + std::string(auth::kSessionCookie) + "=" + token +
                 "\r\nx-clew-csrf: " + auth::csrf_token(token) + "\r\n";
    }
    request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    client.send(request + std::string(body));
    const auto answer = client.receive();
    return {.status = answer.status, .body = json::try_parse(answer.body).value_or(json::Value()), .raw = answer.body};
  }
  Reply get(const std::string& path) { return call(operator_, "GET", "/api/ui/operator/" + path); }

  // A dead letter of a project whose body holds `word`.
  void bury(ingest::LogPosition position, const std::string& project, const std::string& word) {
    ingest::RequestContext context{.project_id = project, .door = ingest::Door::kEventBatch, .received_at_us = 7};
    const std::string record = ingest::encode_record(context, R"({"batch":[],"word":")" + word + R"("})");
    ASSERT_TRUE(letters_.add({.position = position,
                              .project_id = project,
                              .reason = "refused",
                              .error = "too many months",
                              .failed_at_us = world_.clock.now_us(),
                              .source = "events"},
                             record));
  }
  std::int64_t audit_rows(const std::string& action, const std::string& project) {
    return world_.database
        .run("SELECT count(*) FROM audit_log WHERE action = $1 AND project_id = $2", {action, project})
        ->integer(0, 0);
  }

  auth::testing::World world_;
  meta::testing::TemporaryFolder dir_;
  auth::Access access_{world_.database, "ops"};
  auth::Authenticator authenticator_{world_.keys, world_.sessions, access_, world_.guard};
  CookieAuthentication authentication_{authenticator_};
  projects::Organizations organizations_{world_.database, world_.clock};
  telemetry::Metrics metrics_;
  http::ThreadPool pool_{{.threads = 2, .queue_max = 64}};
  EndpointTable table_{{}, authentication_, pool_, telemetry::Logger(), metrics_};
  EmptyEngine engine_;
  KeepingLog log_;
  ingest::IngestProgress progress_;
  ingest::IntakeLedger ledger_{metrics_, telemetry::Logger(), world_.clock};
  ingest::DeadLetters letters_{dir_.path() / "letters"};
  operations::QueryBook book_{metrics_, world_.clock};
  operations::Observer observer_{{.log = log_,
                                  .progress = progress_,
                                  .ledger = ledger_,
                                  .dead_letters = letters_,
                                  .engine = engine_,
                                  .database = world_.database,
                                  .book = book_,
                                  .metrics = metrics_,
                                  .clock = world_.clock,
                                  .data_dir = dir_.path()}};
  operations::DeadLetterDesk desk_{letters_, log_, world_.database, world_.clock, telemetry::Logger(), metrics_};
  std::map<std::string, std::string> users_;
  std::string operator_, admin_, owner_;
  std::unique_ptr<http::Server> server_;
};

TEST_F(OperatorApi, OnlyOwnersOfTheOperatorOrganizationOperate) {
  int routes = 0;
  for (const Route* route : table_.routes()) {
    if (!route->pattern.starts_with("/api/ui/operator/")) continue;
    ++routes;
    EXPECT_EQ(route->scope, domain::Scope::kOperate) << route->pattern;
    std::string path = route->pattern;
    if (const auto at = path.find("{deadLetterId}"); at != path.npos) path.replace(at, 14, "5");
    const auto method = http::to_text(route->method);
    EXPECT_EQ(call("", method, path, "{}").status, 401) << path;
    EXPECT_EQ(call(owner_, method, path, "{}").status, 403) << path;  // owner of another organisation
    EXPECT_EQ(call(admin_, method, path, "{}").status, 403) << path;  // of the right one, but not its owner
    EXPECT_NE(call(operator_, method, path, "{}").status, 403) << path;
  }
  EXPECT_GE(routes, 10);
  EXPECT_TRUE(call(operator_, "GET", "/api/ui/session").body.at("isOperator").as_bool());
  EXPECT_FALSE(call(owner_, "GET", "/api/ui/session").body.at("isOperator").as_bool());
  world_.must("UPDATE memberships SET role = 'MEMBER' WHERE organization_id = 'ops' AND user_id = $1",
              {users_["root@example.com"]});
  EXPECT_EQ(get("overview").status, 403);  // at the next request
}

TEST_F(OperatorApi, WithoutAnOperatorOrganizationNobodyOperates) {
  auth::Access nobody{world_.database};
  const auto who = nobody.authorize_operator(
      {.kind = domain::PrincipalKind::kUser, .user_id = users_["root@example.com"], .role = domain::Role::kOwner});
  ASSERT_TRUE(who);
  EXPECT_FALSE(who->is_operator);
}

TEST_F(OperatorApi, TheOverviewHasWhatThePageShows) {
  bury(5, "p1", "sesame");
  observer_.step();
  const Reply overview = get("overview");
  ASSERT_EQ(overview.status, 200) << overview.raw;
  EXPECT_EQ(overview.body.at("version").as_string(), "1.2.3");
  EXPECT_EQ(overview.body.at("ingestion").at("backlogRecords").as_int64(), 3);
  EXPECT_EQ(overview.body.at("ingestion").at("lagMs").to_number<double>(), 2000);
  EXPECT_EQ(overview.body.at("deadLetters").at("count").as_int64(), 1);
  EXPECT_EQ(overview.body.at("stores").as_array().size(), 2U);
  EXPECT_GT(overview.body.at("disk").at("freeBytes").to_number<double>(), 0);
  EXPECT_EQ(get("history?minutes=60").body.at("points").as_array().size(), 1U);
  EXPECT_EQ(get("history?minutes=0").status, 400);
  EXPECT_EQ(get("storage").status, 200);
  EXPECT_EQ(get("queries").status, 200);
  EXPECT_EQ(get("settings").body.at("settings").as_array().size(), 1U);
}

TEST_F(OperatorApi, OperatorsSeeReasonsNotWhatWasSent) {
  ingest::DecodedBatch batch;
  batch.context = {.project_id = "p1", .door = ingest::Door::kEventBatch};
  batch.errors.push_back({.id = "e1",
                          .status = 400,
                          .message = "Invalid request data",
                          .error = R"(level: expected 'DEFAULT', received "my medical history")"});
  ledger_.refused_items(batch);
  const Reply seen = get("refusals");
  EXPECT_EQ(seen.raw.find("medical"), std::string::npos);
  EXPECT_NE(seen.raw.find("level: expected"), std::string::npos);
  const Reply own = call(owner_, "GET", "/api/ui/projects/p1/refusals");
  ASSERT_EQ(own.status, 200);
  EXPECT_NE(own.raw.find("medical"), std::string::npos);  // it is theirs
  EXPECT_EQ(call(owner_, "GET", "/api/ui/projects/p2/refusals").raw.find("medical"), std::string::npos);
  EXPECT_EQ(call(operator_, "GET", "/api/ui/projects/p1/refusals").status, 404);  // operating opens no project
}

TEST_F(OperatorApi, MembersSeeTheDeadLettersOfTheirProjectOnly) {
  bury(5, "p1", "one");
  bury(6, "p2", "two");
  const Reply own = call(owner_, "GET", "/api/ui/projects/p1/refusals");
  ASSERT_EQ(own.body.at("deadLetters").as_array().size(), 1U);
  EXPECT_EQ(own.body.at("deadLetters").at(0).at("id").as_string(), "5");
}

TEST_F(OperatorApi, DeadLettersArePagedAndFiltered) {
  for (ingest::LogPosition i = 1; i <= 7; ++i)
    bury(i, i == 3 ? "p2" : "p1", "x");
  const Reply first = get("dead-letters?projectId=p1&limit=4");
  ASSERT_EQ(first.status, 200) << first.raw;
  EXPECT_EQ(first.body.at("deadLetters").as_array().size(), 4U);
  EXPECT_EQ(first.body.at("total").as_int64(), 6);
  const std::string cursor(first.body.at("nextCursor").as_string());
  const Reply rest = get("dead-letters?projectId=p1&limit=4&cursor=" + cursor);
  EXPECT_EQ(rest.body.at("deadLetters").as_array().size(), 2U);
  EXPECT_TRUE(rest.body.at("nextCursor").is_null());
  EXPECT_EQ(get("dead-letters?reason=crashed").body.at("total").as_int64(), 0);
  EXPECT_EQ(get("dead-letters?cursor=x").status, 400);
  EXPECT_EQ(get("dead-letters/99").status, 404);
  EXPECT_EQ(get("dead-letters/3").body.at("projectId").as_string(), "p2");
}

TEST_F(OperatorApi, ABodyOpensOnlyWithAReasonThatTheProjectCanRead) {
  bury(5, "p1", "sesame");
  EXPECT_EQ(get("dead-letters/5").raw.find("sesame"), std::string::npos);
  const std::string path = "/api/ui/operator/dead-letters/5/payload";
  EXPECT_EQ(call(operator_, "POST", path, "{}").status, 400);
  EXPECT_EQ(call(operator_, "POST", path, R"({"reason":"short"})").status, 400);
  EXPECT_EQ(audit_rows("open", "p1"), 0);
  const Reply opened = call(operator_, "POST", path, R"({"reason":"ticket 4711, the sender asked"})");
  EXPECT_EQ(opened.status, 200);
  EXPECT_NE(opened.raw.find("sesame"), std::string::npos);
  EXPECT_EQ(audit_rows("open", "p1"), 1);
}

TEST_F(OperatorApi, ReplayAndDiscardTakeIdsOrAFilter) {
  for (ingest::LogPosition i = 1; i <= 5; ++i)
    bury(i, i <= 2 ? "p1" : "p2", "x");
  const std::string path = "/api/ui/operator/dead-letters/";
  EXPECT_EQ(call(operator_, "POST", path + "replay", "{}").status, 400);
  EXPECT_EQ(call(operator_, "POST", path + "replay", R"({"ids":[5]})").status, 400);
  const Reply replayed = call(operator_, "POST", path + "replay", R"({"ids":["5","404"]})");
  ASSERT_EQ(replayed.status, 200) << replayed.raw;
  EXPECT_EQ(replayed.body.at("done").as_int64(), 1);
  EXPECT_EQ(replayed.body.at("failed").as_int64(), 1);
  EXPECT_EQ(replayed.body.at("left").as_int64(), 4);
  ASSERT_EQ(log_.payloads.size(), 1U);
  EXPECT_EQ(ingest::parse_record(log_.payloads[0])->context.replay_of, 5U);
  const Reply discarded = call(operator_, "POST", path + "discard", R"({"all":true,"projectId":"p1"})");
  EXPECT_EQ(discarded.body.at("done").as_int64(), 2);
  EXPECT_EQ(discarded.body.at("left").as_int64(), 2);
  EXPECT_EQ(audit_rows("discard", "p1"), 2);
  EXPECT_EQ(audit_rows("replay", "p2"), 1);
}

TEST(WithoutQuoted, LeavesTheSentenceAndTakesTheValues) {
  EXPECT_EQ(without_quoted(R"(name: got "a \ b", want 'x')"), R"(name: got "…", want '…')");
  EXPECT_EQ(without_quoted("the sender's clock"), "the sender's clock");
  EXPECT_EQ(without_quoted(R"(cut "in the mid)"), R"(cut "…)");
}

}  // namespace
}  // namespace clew::api
