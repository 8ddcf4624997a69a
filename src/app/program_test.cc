// The whole program as it runs: what it tells about itself is right, documented, and holds nothing that was sent.
#include "app/program.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "analytics/testing.h"
#include "base/json.h"
#include "base/text.h"
#include "config/load.h"
#include "http/test_client.h"
#include "meta/testing/databases.h"
#include "telemetry/exposition_parser.h"

namespace clew::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSecret = "sk-lf-open-sesame", kWord = "hippopotamus", kPassword = "tangerine-umbrella-41";

class RunningProgram : public testing::Test {
 protected:
  RunningProgram() {
    const std::string dir = folder_.path();
    std::ofstream(price_list()) << "[]";
    config::Sources sources{.arguments = {"--data-dir", dir, "--listen", "127.0.0.1:0", "--log-level", "trace"},
                            .environment = {{"CLEW_METRICS_LISTEN", "127.0.0.1:0"},
                                            {"CLEW_MODEL_PRICES", price_list()},
                                            {"CLEW_LIBCHDB", analytics::test_library_path()},
                                            {"LANGFUSE_INIT_ORG_ID", "o1"},
                                            {"LANGFUSE_INIT_PROJECT_ID", "p1"},
                                            {"LANGFUSE_INIT_PROJECT_PUBLIC_KEY", "pk-lf-1"},
                                            {"LANGFUSE_INIT_PROJECT_SECRET_KEY", std::string(kSecret)},
                                            {"LANGFUSE_INIT_USER_EMAIL", "a@example.com"},
                                            {"LANGFUSE_INIT_USER_PASSWORD", std::string(kPassword)}},
                            .read_file = [](const std::string& path) -> Result<std::string> {
                              std::ifstream in(path);
                              if (!in) return Error{Errc::kNotFound, path};
                              return std::string{std::istreambuf_iterator<char>(in), {}};
                            }};
    // Under sanitizers the engine runs in a process of its own (analytics/testing.h).
    if (const char* engine = std::getenv("CLEW_TEST_ENGINE");
        engine != nullptr && std::string_view(engine) == "server") {
      engine_ = std::make_unique<analytics::TestServer>();
      sources.environment["CLICKHOUSE_URL"] = engine_->url();
      sources.environment["CLICKHOUSE_USER"] = "clew";
      sources.environment["CLICKHOUSE_PASSWORD"] = "clew";
    }
    auto loaded = config::load(sources);
    CLEW_ASSERT(loaded.has_value(), loaded.error().message.c_str());
    loaded_ = std::make_unique<config::Loaded>(*std::move(loaded));
    log_file_ = std::tmpfile();
    sink_ = std::make_unique<telemetry::LogSink>(::fileno(log_file_),
                                                 telemetry::LogOptions{.level = telemetry::Level::kTrace}, clock_);
    auto program = Program::start(*loaded_->settings, *sink_, &loaded_->table);
    CLEW_ASSERT(program.has_value(), program.error().message.c_str());
    program_ = *std::move(program);
  }
  ~RunningProgram() override {
    program_.reset();
    sink_.reset();
    std::fclose(log_file_);
  }

  std::string price_list() const { return (folder_.path() / "prices.json").string(); }
  http::testing::Answer send(std::string_view method, const std::string& path, const std::string& secret,
                             const std::string& body = {}) {
    http::testing::Client client(program_->port());
    client.send(std::string(method) + " " + path + " HTTP/1.1\r\nHost: clew\r\nContent-Type: application/json\r\n" +
                "Authorization: Basic " + text::to_base64("pk-lf-1:" + secret) +
                "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.receive();
  }
  telemetry::ParsedExposition metrics() {
    http::testing::Client client(program_->metrics_port());
    client.send("GET /metrics HTTP/1.1\r\nHost: clew\r\n\r\n");
    return telemetry::parse_exposition(client.receive().body);
  }
  std::string said() {
    sink_->flush();
    std::rewind(log_file_);
    std::string text(1 << 20, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), log_file_));
    return text;
  }
  // Two events of which one is valid, then a wrong secret; returns when the valid one is visible.
  void ingest() {
    const std::string batch =
        R"({"batch":[{"id":"e1","type":"trace-create","timestamp":"2026-11-23T00:00:00Z","body":{"id":"t1","input":")" +
        std::string(kWord) + R"("}},{"id":"e2","type":"none-such","timestamp":"2026-11-23T00:00:00Z","body":{"x":")" +
        std::string(kWord) + R"("}}]})";
    ASSERT_EQ(send("POST", "/api/public/ingestion", std::string(kSecret), batch).status, 207);
    ASSERT_EQ(send("POST", "/api/public/ingestion", "wrong-secret-1234", batch).status, 401);
    // Each look is a request of its own: nothing to wait on from out here.
    for (const std::int64_t end = monotonic_us() + 30'000'000; monotonic_us() < end;) {
      if (metrics().values["lf_writer_rows_visible_total{}"] >= 1) return;
    }
    FAIL() << "the event did not become visible";
  }

  meta::testing::TemporaryFolder folder_;
  std::unique_ptr<analytics::TestServer> engine_;
  const SystemClock clock_;
  std::unique_ptr<config::Loaded> loaded_;
  std::FILE* log_file_ = nullptr;
  std::unique_ptr<telemetry::LogSink> sink_;
  std::unique_ptr<Program> program_;
};

// Name → type, as docs/operators/metrics.md says.
std::map<std::string, std::string> documented() {
  std::ifstream file(CLEW_SOURCE_DIR "/docs/operators/metrics.md");
  std::map<std::string, std::string> out;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| `")) continue;
    const auto cells = text::split(line, '|');
    const std::string_view name = text::trim(cells[1]);
    out.emplace(name.substr(1, name.size() - 2), text::trim(cells[2]));
  }
  return out;
}

TEST_F(RunningProgram, ThePageOfMetricsIsRightWholeAndDocumented) {
  ingest();
  const auto page = metrics();
  EXPECT_EQ(page.problems, std::vector<std::string>{});
  const auto documentation = documented();
  for (const auto& [family, type] : page.types) {
    const auto known = documentation.find(family);
    ASSERT_NE(known, documentation.end()) << family << " is not in docs/operators/metrics.md";
    EXPECT_EQ(known->second, type) << family;
  }
  std::string sources;
  for (const auto& entry : fs::recursive_directory_iterator(CLEW_SOURCE_DIR "/src")) {
    if (entry.path().extension() != ".cc" || entry.path().string().ends_with("_test.cc")) continue;
    std::ifstream in(entry.path());
    sources.append(std::istreambuf_iterator<char>(in), {});
  }
  for (const auto& [name, type] : documentation)
    EXPECT_NE(sources.find("\"" + name + "\""), std::string::npos) << name << " is documented and nobody counts it";
  // No label that grows with its users.
  for (const auto& [series, value] : page.values) {
    EXPECT_EQ(series.find("\"p1\""), std::string::npos) << series;
    EXPECT_EQ(series.find("pk-lf-1"), std::string::npos) << series;
  }
}

TEST_F(RunningProgram, ReloadingTakesTheNewPricesOrKeepsTheOldOnes) {
  const auto name_of = [this] {
    return send("GET", "/api/public/models?limit=100", std::string(kSecret)).body.contains("aa-house-model");
  };
  EXPECT_FALSE(name_of());
  const std::string definition =
      R"([{"id":"house","model":"aa-house-model","match_pattern":"^house$","updated_at":"2026-01-01","tiers":[{"id":"house_tier_default",)"
      R"("name":"Standard","default":true,"priority":0,"conditions":[],"prices":{"input":0.5}}]}])";
  std::ofstream(price_list()) << definition;
  EXPECT_TRUE(program_->reload());
  EXPECT_TRUE(name_of());
  std::ofstream(price_list()) << "[{";
  EXPECT_FALSE(program_->reload());
  EXPECT_TRUE(name_of()) << "a broken list changes nothing";
  EXPECT_EQ(metrics().values[R"(lf_reloads_total{result="applied"})"], 1);
  EXPECT_EQ(metrics().values[R"(lf_reloads_total{result="refused"})"], 1);
  EXPECT_TRUE(said().contains("models.price_list_refused"));
}

TEST_F(RunningProgram, EveryItemIsAccountedFor) {
  ingest();
  auto values = metrics().values;
  EXPECT_EQ((values[R"(lf_ingest_events_total{source="events",outcome="accepted",reason=""})"]), 1);
  EXPECT_EQ((values[R"(lf_ingest_events_total{source="events",outcome="refused",reason="invalid"})"]), 1);
  EXPECT_EQ((values[R"(lf_ingest_requests_refused_total{door="events",reason="unauthenticated"})"]), 1);
  EXPECT_EQ(values["lf_writer_rows_visible_total{}"], 1);
  EXPECT_EQ((values[R"(lf_queue_depth{queue="ingestion",state="failed"})"]), 0);
  EXPECT_EQ(values["lf_wal_fsync_failures_total{}"], 0);
  EXPECT_GE(values["lf_wal_fsync_seconds_count{}"], 1);
}

TEST_F(RunningProgram, NoLineHoldsWhatWasSentOrWhatOpensDoors) {
  ingest();
  static_cast<void>(send("GET", "/api/public/traces?name=" + std::string(kWord), std::string(kSecret)));
  const std::string lines = said();
  EXPECT_NE(lines.find("ingest.items_refused"), std::string::npos);
  EXPECT_NE(lines.find("http.request"), std::string::npos);
  const std::string basic = text::to_base64("pk-lf-1:" + std::string(kSecret));
  for (const std::string& sent : {std::string(kWord), std::string(kSecret), std::string(kPassword), basic,
                                  std::string("wrong-secret-1234"), std::string("none-such")}) {
    EXPECT_EQ(lines.find(sent), std::string::npos) << sent;
  }
  for (const std::string_view line : text::split(lines, '\n')) {
    if (!line.empty()) EXPECT_TRUE(json::parse(line)) << line;
  }
}

TEST_F(RunningProgram, HealthTellsMoreToTheMachineItself) {
  ingest();
  const auto verbose = send("GET", "/api/public/health?verbose=true&failIfDatabaseUnavailable=true", "");
  EXPECT_EQ(verbose.status, 200);
  EXPECT_NE(verbose.body.find(R"("checks")"), std::string::npos);
  EXPECT_EQ(send("GET", "/api/public/health", "").body.find("checks"), std::string::npos);
  EXPECT_EQ(send("GET", "/api/public/health?failIfNoRecentEvents=true", "").status, 200);
  EXPECT_EQ(send("GET", "/api/health?failIfEventPropagationStuck=true&failIfQueueConsumptionStuck=true", "").status,
            200);
  http::testing::Client proxy(program_->port());
  proxy.send("GET /api/public/health?verbose=true HTTP/1.1\r\nHost: clew\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n");
  EXPECT_EQ(proxy.receive().body.find("checks"), std::string::npos);
}

}  // namespace
}  // namespace clew::app
