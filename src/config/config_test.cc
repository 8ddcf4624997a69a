#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/text.h"
#include "config/listen_address.h"
#include "config/load.h"
#include "config/secrets_file.h"
#include "config/units.h"

namespace clew::config {
namespace {

Sources sources(std::vector<std::string> arguments, std::map<std::string, std::string> environment = {},
                std::map<std::string, std::string> files = {}) {
  return {.arguments = std::move(arguments),
          .environment = std::move(environment),
          .read_file = [files = std::move(files)](const std::string& path) -> Result<std::string> {
            const auto found = files.find(path);
            if (found == files.end()) return Error{Errc::kNotFound, "cannot read " + path};
            return found->second;
          }};
}

std::string problems(const Sources& from) {
  const auto loaded = load(from);
  return loaded ? "" : loaded.error().message;
}

std::string notices(const Loaded& loaded) {
  std::string all;
  for (const Notice& notice : loaded.notices)
    all += notice.text + "\n";
  return all;
}

TEST(LoadTest, NothingGivenIsAWorkingConfiguration) {
  const auto loaded = load(sources({}));
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->settings->server.port, 3000);
  EXPECT_EQ(loaded->settings->server.public_url, "http://localhost:3000");
  EXPECT_FALSE(loaded->settings->meta.database_url.is_set());
  EXPECT_TRUE(loaded->notices.empty());
}

TEST(LoadTest, OtlpWithoutAKeyIsForLoopbackOnly) {
  const auto loaded = load(sources({}, {{"CLEW_OTLP_DEFAULT_PROJECT", "p"},
                                        {"CLEW_OTLP_LOCAL_HTTP_LISTEN", "[::1]:4318"},
                                        {"CLEW_OTLP_LOCAL_GRPC_LISTEN", "off"}}));
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->settings->server.otlp_local_http_listen, "[::1]:4318");
  EXPECT_EQ(loaded->settings->server.otlp_local_grpc_listen, "");
  for (const char* address : {"0.0.0.0:4318", "[::]:4318", "10.0.0.1:4318", "128.0.0.1:4318"}) {
    const std::string told = problems(sources({}, {{"CLEW_OTLP_LOCAL_HTTP_LISTEN", address}}));
    EXPECT_NE(told.find("CLEW_OTLP_LOCAL_HTTP_LISTEN"), std::string::npos) << address;
    EXPECT_NE(told.find("loopback only"), std::string::npos) << address;
    EXPECT_NE(problems(sources({}, {{"CLEW_OTLP_LOCAL_GRPC_LISTEN", address}})), "") << address;
    EXPECT_EQ(problems(sources({}, {{"CLEW_OTLP_GRPC_LISTEN", address}})), "") << "with keys any address will do";
  }
}

TEST(ListenAddressTest, IsAnIpAddressAndAPort) {
  const auto v6 = parse_listen_address("[::1]:4317");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->address, "::1");
  EXPECT_EQ(v6->port, 4317);
  EXPECT_TRUE(v6->is_loopback);
  EXPECT_EQ(parse_listen_address("localhost:1")->address, "127.0.0.1");
  EXPECT_TRUE(parse_listen_address("127.255.0.1:1")->is_loopback);
  EXPECT_FALSE(parse_listen_address("0.0.0.0:1")->is_loopback);
  for (const char* text : {"", "4317", ":4317", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:1x",
                           "::1:4317", "[127.0.0.1]:1", "example.org:4317"}) {
    EXPECT_FALSE(parse_listen_address(text)) << text;
  }
}

TEST(LoadTest, FlagWinsOverEnvironmentOverFileOverDefault) {
  const std::map<std::string, std::string> files = {
      {"c.yaml", "server: {port: 1001, worker_threads: 7}\nlog.level: debug\ndata_dir: from-file\n"}};
  const auto loaded = load(sources({"--config", "c.yaml", "--data-dir=from-flag"},
                                   {{"CLEW_SERVER_PORT", "1002"}, {"CLEW_DATA_DIR", "from-env"}}, files));
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->settings->server.worker_threads, 7);
  EXPECT_EQ(loaded->settings->log.level, "debug");
  EXPECT_EQ(loaded->settings->server.port, 1002);
  EXPECT_EQ(loaded->settings->data_dir, "from-flag");
  EXPECT_NE(print(loaded->table).find("env CLEW_SERVER_PORT"), std::string::npos);
}

TEST(LoadTest, NamesOfLangfuseDeploymentsWork) {
  const auto loaded = load(sources({}, {{"PORT", "3100"},
                                        {"HOSTNAME", "0.0.0.0"},
                                        {"DATABASE_URL", "postgresql://u:p@db:5432/langfuse?connection_limit=5"},
                                        {"SALT", "0123456789abcdef"},
                                        {"NEXTAUTH_SECRET", "0123456789abcdef"},
                                        {"NEXTAUTH_URL", "https://lf.example/base/api/auth"},
                                        {"CLICKHOUSE_URL", "http://ch:8123"},
                                        {"CLICKHOUSE_USER", "clickhouse"},
                                        {"LANGFUSE_S3_EVENT_UPLOAD_BUCKET", "langfuse"},
                                        {"LANGFUSE_S3_EVENT_UPLOAD_PREFIX", "events/"},
                                        {"LANGFUSE_S3_EVENT_UPLOAD_FORCE_PATH_STYLE", "true"},
                                        {"LANGFUSE_INIT_ORG_ID", "org"},
                                        {"LANGFUSE_INIT_PROJECT_ID", "project"},
                                        {"LANGFUSE_INIT_PROJECT_PUBLIC_KEY", "pk-lf-1"},
                                        {"LANGFUSE_INIT_PROJECT_SECRET_KEY", "sk-lf-1"},
                                        {"REDIS_HOST", "redis"},
                                        {"TELEMETRY_ENABLED", "true"},
                                        {"LANGFUSE_SDK_CI_SYNC_PROCESSING_ENABLED", ""}}));
  ASSERT_TRUE(loaded) << loaded.error().message;
  const Settings& settings = *loaded->settings;
  EXPECT_EQ(settings.server.port, 3100);
  EXPECT_EQ(settings.server.public_url, "https://lf.example/base");
  EXPECT_EQ(settings.server.base_path, "/base");
  EXPECT_EQ(settings.analytics.url, "http://ch:8123");
  EXPECT_TRUE(settings.blob.events.force_path_style);
  EXPECT_EQ(settings.init.secret_key.reveal(), "sk-lf-1");
  EXPECT_NE(notices(*loaded).find("without effect in this version: REDIS_HOST, LANGFUSE_S3_EVENT_UPLOAD_BUCKET"),
            std::string::npos);
}

TEST(LoadTest, AContainerNameInHostnameIsNotAnAddress) {
  const auto loaded = load(sources({}, {{"HOSTNAME", "3f2a91bc77de"}}));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->settings->server.address, "0.0.0.0");
}

TEST(LoadTest, AllProblemsAreReportedTogetherWithoutSecretValues) {
  const std::string text = problems(sources({"--data-dri", "x"}, {{"PORT", "seventy"},
                                                                  {"ENCRYPTION_KEY", std::string(63, 'a')},
                                                                  {"DATABASE_URL", "postgresql://u:hunter2@db/x"},
                                                                  {"LANGFUSE_LOG_LEVEL", "loud"}}));
  EXPECT_NE(text.find("--data-dri: no such flag (command line); did you mean --data-dir?"), std::string::npos) << text;
  EXPECT_NE(text.find("PORT (env): expected a number from 0 to 65535, got 'seventy'"), std::string::npos) << text;
  EXPECT_NE(text.find("ENCRYPTION_KEY): expected 64 hexadecimal digits"), std::string::npos) << text;
  EXPECT_NE(text.find("SALT): needed"), std::string::npos) << text;
  EXPECT_NE(text.find("LANGFUSE_LOG_LEVEL (env): expected one of trace"), std::string::npos) << text;
  EXPECT_EQ(text.find("hunter2"), std::string::npos);
  EXPECT_EQ(text.find("aaaa"), std::string::npos);
}

TEST(LoadTest, UnknownKeysOfTheFileAreProblemsWithTheNearestName) {
  const std::string text = problems(sources({"--config", "c"}, {}, {{"c", "server:\n  prot: 1\n"}}));
  EXPECT_EQ(text, "server.prot: no such setting (c); did you mean server.port?");
  EXPECT_EQ(problems(sources({"--config", "absent"})), "--config (flag): cannot read absent");
  EXPECT_NE(problems(sources({"--config", "c"}, {}, {{"c", "a: [1\n"}})), "");
}

TEST(LoadTest, ListsOfTheFileAreLists) {
  const auto loaded =
      load(sources({"--config", "c"}, {}, {{"c", "server:\n  trusted_proxies:\n    - 10.0.0.0/8\n    - ::1\n"}}));
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->settings->server.trusted_proxies, (std::vector<std::string>{"10.0.0.0/8", "::1"}));
}

TEST(LoadTest, UnknownVariablesWithOurPrefixesAreNamedAndStrictModeRefuses) {
  const std::map<std::string, std::string> environment = {
      {"CLEW_DATA_DRI", "x"}, {"LANGFUSE_NEW_THING", "1"}, {"CLICKHOUSE_SERVICE_HOST", "10.0.0.1"}, {"PATHX", "y"}};
  const auto loaded = load(sources({}, environment));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(notices(*loaded),
            "CLEW_DATA_DRI: no setting has this name; did you mean CLEW_DATA_DIR?\n"
            "LANGFUSE_NEW_THING: no setting has this name\n");
  auto strict = environment;
  strict["CLEW_STRICT_CONFIG"] = "yes";
  EXPECT_NE(problems(sources({}, strict)).find("LANGFUSE_NEW_THING"), std::string::npos);
}

TEST(LoadTest, SecretsComeFromFilesToo) {
  const auto loaded = load(sources({}, {{"SALT_FILE", "/run/salt"}, {"ADMIN_API_KEY", "file:///run/admin"}},
                                   {{"/run/salt", "from a file\n"}, {"/run/admin", "admin-key"}}));
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->settings->auth.salt.reveal(), "from a file");
  EXPECT_EQ(loaded->settings->auth.admin_api_key.reveal(), "admin-key");
  EXPECT_EQ(problems(sources({}, {{"SALT_FILE", "/absent"}})), "SALT_FILE (env): cannot read /absent");
}

TEST(LoadTest, PlaceholderSecretsAreRefusedUnlessAllowed) {
  std::map<std::string, std::string> environment = {{"SALT", "mysalt"},
                                                    {"ENCRYPTION_KEY", std::string(64, '0')},
                                                    {"CLICKHOUSE_URL", "http://clickhouse:8123"},
                                                    {"CLICKHOUSE_PASSWORD", "clickhouse"}};
  const std::string text = problems(sources({}, environment));
  EXPECT_NE(text.find("(SALT)"), std::string::npos);
  EXPECT_NE(text.find("(ENCRYPTION_KEY)"), std::string::npos);
  EXPECT_NE(text.find("(CLICKHOUSE_PASSWORD)"), std::string::npos);
  environment["CLEW_ALLOW_INSECURE_DEFAULTS"] = "true";
  EXPECT_EQ(problems(sources({}, environment)), "");
}

TEST(LoadTest, DatabasePartsAreEncoded) {
  const auto loaded = load(sources({}, {{"DATABASE_HOST", "db"},
                                        {"DATABASE_PORT", "6432"},
                                        {"DATABASE_USERNAME", "a@b"},
                                        {"DATABASE_PASSWORD", "p:/#% ?"},
                                        {"DATABASE_NAME", "clew"},
                                        {"DATABASE_ARGS", "sslmode=require"},
                                        {"SALT", "s1"},
                                        {"NEXTAUTH_SECRET", "s2"}}));
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->settings->meta.database_url.reveal(),
            "postgresql://a%40b:p%3A%2F%23%25%20%3F@db:6432/clew?sslmode=require");
}

TEST(LoadTest, IncompleteInitIsAnErrorLineAndFatalWhenStrict) {
  const std::map<std::string, std::string> environment = {
      {"LANGFUSE_INIT_ORG_ID", "o"}, {"LANGFUSE_INIT_PROJECT_ID", "p"}, {"LANGFUSE_INIT_PROJECT_PUBLIC_KEY", "pk"}};
  const auto loaded = load(sources({}, environment));
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->notices.size(), 1U);
  EXPECT_EQ(loaded->notices[0].level, Notice::Level::kError);
  EXPECT_NE(loaded->notices[0].text.find("LANGFUSE_INIT_PROJECT_SECRET_KEY"), std::string::npos);
  auto strict = environment;
  strict["CLEW_STRICT_CONFIG"] = "true";
  EXPECT_NE(problems(sources({}, strict)).find("LANGFUSE_INIT_PROJECT_SECRET_KEY"), std::string::npos);
}

TEST(LoadTest, ListenSetsHostAndPort) {
  const auto loaded = load(sources({"--listen", "[::1]:4000", "--set", "server.idle_timeout=2m"}));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->settings->server.address, "::1");
  EXPECT_EQ(loaded->settings->server.port, 4000);
  EXPECT_EQ(loaded->settings->server.idle_timeout, std::chrono::minutes(2));
}

TEST(LoadTest, UnitsOfVariablesFollowTheirNames) {
  const auto loaded = load(sources({}, {{"CLEW_DRAIN_SECONDS", "30"}, {"CLEW_MAX_BODY_BYTES", "1000000"}}));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->settings->server.drain_time, std::chrono::seconds(30));
  EXPECT_EQ(loaded->settings->server.body_bytes_max, 1'000'000U);
  EXPECT_NE(problems(sources({"--set", "server.idle_timeout=5"})), "");
}

// Every variable the contract names, one per occurrence in code quotes between its sections 4 and 5.
std::set<std::string> contract_names() {
  const char* given = std::getenv("CLEW_CONTRACT_DIR");
  const std::string dir = given != nullptr ? given : std::string(CLEW_SOURCE_DIR) + "/../shared/contract";
  std::ifstream file(dir + "/operations.md");
  std::set<std::string> names;
  std::string line;
  bool inside = false;
  while (std::getline(file, line)) {
    if (line.starts_with("## ")) inside = line.starts_with("## 4.") || line.starts_with("## 5.");
    if (line.starts_with("### 4.20")) inside = false;  // the names that look right and are not
    if (line.starts_with("### 4.21")) inside = true;
    if (!inside) continue;
    const auto parts = text::split(line, '`');
    for (std::size_t i = 1; i < parts.size(); i += 2) {
      const std::string_view name = parts[i];
      const bool whole = name.size() > 4 && name.find('_') != name.npos && !name.ends_with('_') &&
                         name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == name.npos;
      if (whole && !name.starts_with('_')) names.emplace(name);
    }
  }
  return names;
}

TEST(ContractTest, EveryVariableOfADeploymentIsKnown) {
  const auto names = contract_names();
  if (names.empty()) GTEST_SKIP() << "the contract is not here; set CLEW_CONTRACT_DIR";
  EXPECT_GT(names.size(), 200U);
  for (const std::string& name : names) {
    const auto loaded = load(sources({}, {{name, "x"}}));
    const std::string said = loaded ? notices(*loaded) : loaded.error().message;
    EXPECT_EQ(said.find("no setting has this name"), std::string::npos) << said;
  }
}

TEST(PrintTest, ShowsNoSecret) {
  const auto loaded = load(sources({}, {{"ADMIN_API_KEY", "very-private"}}));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(print(loaded->table).find("very-private"), std::string::npos);
  const auto text = explain(loaded->table, "ADMIN_API_KEY");
  ASSERT_TRUE(text);
  EXPECT_EQ(text->find("very-private"), std::string::npos);
  EXPECT_FALSE(explain(loaded->table, "PROT"));
}

TEST(DocumentationTest, ThePageIsWhatTheTableSays) {
  const std::string path = std::string(CLEW_SOURCE_DIR) + "/docs/configuration.md";
  if (std::getenv("CLEW_WRITE_DOCS") != nullptr) std::ofstream(path) << documentation();
  std::ifstream file(path);
  std::ostringstream content;
  content << file.rdbuf();
  EXPECT_EQ(content.str(), documentation()) << "run config_test with CLEW_WRITE_DOCS set to write it anew";
}

TEST(UnitsTest, SizesAndTimes) {
  EXPECT_EQ(parse_bytes("64MiB"), 64U << 20);
  EXPECT_EQ(parse_bytes("2 GB"), 2'000'000'000U);
  EXPECT_EQ(parse_bytes("1.5kib"), 1536U);
  EXPECT_FALSE(parse_bytes("12 apples"));
  EXPECT_FALSE(parse_bytes("-1"));
  EXPECT_EQ(bytes_text(64U << 20), "64MiB");
  EXPECT_EQ(parse_duration("90s", {}), std::chrono::seconds(90));
  EXPECT_FALSE(parse_duration("90", {}));
  EXPECT_EQ(duration_text(std::chrono::seconds(90)), "90s");
  EXPECT_EQ(duration_text(std::chrono::hours(48)), "2d");
}

TEST(SecretsFileTest, MissingSecretsAreMadeOnceAndKept) {
  const std::string dir = std::filesystem::temp_directory_path() / ("clew-secrets-" + text::random_hex(8));
  AuthSettings first;
  first.salt = Secret("given");
  ASSERT_TRUE(fill_missing_secrets(dir, first));
  EXPECT_EQ(first.salt.reveal(), "given");
  EXPECT_EQ(first.encryption_key.reveal().size(), 64U);
  struct stat info{};
  ASSERT_EQ(::stat((dir + "/secrets.json").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  AuthSettings second;
  ASSERT_TRUE(fill_missing_secrets(dir, second));
  EXPECT_EQ(second.encryption_key.reveal(), first.encryption_key.reveal());
  EXPECT_NE(second.salt.reveal(), "given");
  std::ofstream(dir + "/secrets.json") << "not json";
  AuthSettings third;
  EXPECT_FALSE(fill_missing_secrets(dir, third));
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace clew::config
