#include <cstdio>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace clew::telemetry {
namespace {

constexpr TimeUs kNow = 1'767'319'445'678'901;  // 2026-01-02T02:04:05.678901Z

// Runs `speak` with a sink that writes into a file and returns its lines.
std::vector<std::string> lines_of(LogOptions options, const std::function<void(const Logger&)>& speak) {
  std::FILE* file = std::tmpfile();
  const FakeClock clock(kNow);
  {
    LogSink sink(::fileno(file), options, clock);
    speak(Logger(sink, "ingest"));
  }
  EXPECT_EQ(std::fseek(file, 0, SEEK_SET), 0);
  std::vector<std::string> lines;
  char buffer[4096];
  while (std::fgets(buffer, sizeof(buffer), file) != nullptr)
    lines.emplace_back(buffer);
  std::fclose(file);
  return lines;
}

TEST(LogTest, ALineIsOneJsonObjectWithTheFieldsInOrder) {
  const auto lines = lines_of({}, [](const Logger& log) {
    log.warn("log.segment_tail_dropped",
             {{"segment", 7}, {"bytes", 12U}, {"ratio", 0.5}, {"torn", true}, {"path", "a \"b\"\n\xff"}});
  });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0],
            "{\"ts\":\"2026-01-02T02:04:05.678Z\",\"level\":\"warn\",\"module\":\"ingest\","
            "\"event\":\"log.segment_tail_dropped\",\"segment\":7,\"bytes\":12,\"ratio\":0.5,\"torn\":true,"
            "\"path\":\"a \\\"b\\\"\\n\xEF\xBF\xBD\"}\n");
  EXPECT_TRUE(json::parse(lines[0]));
}

TEST(LogTest, TextFormatStaysOnOneLine) {
  const auto lines = lines_of({.format = Format::kText}, [](const Logger& log) {
    log.info("server.listening", {{"port", 3000}, {"note", "two\nlines"}});
  });
  EXPECT_EQ(lines, std::vector<std::string>{
                       "2026-01-02T02:04:05.678Z info ingest server.listening port=3000 note=\"two\\nlines\"\n"});
}

TEST(LogTest, LevelsBelowTheChosenOneAreSilent) {
  const auto lines = lines_of({.level = Level::kWarn}, [](const Logger& log) {
    log.info("quiet");
    log.error("loud");
  });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find("loud"), std::string::npos);
}

TEST(LogTest, RepetitionIsCutPerEventAndKeyAndReported) {
  const auto lines = lines_of({.lines_per_second_max = 2}, [](const Logger& log) {
    for (int i = 0; i < 5; ++i)
      log.warn("store.away", {{"store", "a"}}, "a");
    log.warn("store.away", {{"store", "b"}}, "b");
  });
  ASSERT_EQ(lines.size(), 4U);
  const auto report = json::parse(lines[3]);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->at("event").as_string(), "log.suppressed");
  EXPECT_EQ(report->at("of_event").as_string(), "store.away");
  EXPECT_EQ(report->at("key").as_string(), "a");
  EXPECT_EQ(report->at("lines").as_int64(), 3);
}

TEST(LogTest, AReaderThatDoesNotReadCostsLinesNotTime) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const FakeClock clock(kNow);
  std::string read;
  {
    LogSink sink(ends[1], {.lines_per_second_max = 1'000'000, .buffer_bytes_max = 10'000}, clock);
    const Logger log(sink, "test");
    const std::string filler(900, 'x');
    for (int i = 0; i < 1000; ++i)
      log.info("line", {{"filler", filler}});  // pipe and buffer hold far less
    std::thread reader([&] {
      char buffer[65536];
      ssize_t n = 0;
      while ((n = ::read(ends[0], buffer, sizeof(buffer))) > 0)
        read.append(buffer, static_cast<std::size_t>(n));
    });
    sink.flush();
    log.info("last");
    sink.flush();
    ::close(ends[1]);
    reader.join();
  }
  ::close(ends[0]);
  EXPECT_NE(read.find("log.dropped"), std::string::npos);
  EXPECT_NE(read.find("\"last\""), std::string::npos);
}

// Whoever answers for a gauge may hold a lock under which others register.
TEST(MetricsTest, AGaugeThatIsAskedMayRegister) {
  Metrics metrics;
  metrics.gauge_of("asked", "Asked.", {}, [&] {
    metrics.counter("registered", "Meanwhile.").add();
    return 1.0;
  });
  EXPECT_NE(metrics.to_prometheus().find("asked 1\n"), std::string::npos);
  EXPECT_NE(metrics.to_prometheus().find("\nregistered "), std::string::npos);
}

TEST(MetricsTest, PrometheusTextOfEachType) {
  Metrics metrics;
  metrics.counter("lf_requests_total", "Requests.", {{"route", "/a\"b"}}).add(3);
  metrics.counter("lf_requests_total", "Requests.", {{"route", "/a\"b"}}).add();
  metrics.gauge("lf_depth", "Depth\nof it.").set(1.5);
  metrics.gauge_of("lf_store_up", "Up.", {{"store", "meta"}}, [] { return 1.0; });
  Histogram& seconds = metrics.histogram("lf_seconds", "Time.", {0.1, 1}, {{"op", "x"}});
  seconds.observe(0.1);
  seconds.observe(0.5);
  seconds.observe(7);
  EXPECT_EQ(metrics.to_prometheus(),
            "# HELP lf_depth Depth\\nof it.\n# TYPE lf_depth gauge\nlf_depth 1.5\n"
            "# HELP lf_requests_total Requests.\n# TYPE lf_requests_total counter\n"
            "lf_requests_total{route=\"/a\\\"b\"} 4\n"
            "# HELP lf_seconds Time.\n# TYPE lf_seconds histogram\n"
            "lf_seconds_bucket{op=\"x\",le=\"0.1\"} 1\nlf_seconds_bucket{op=\"x\",le=\"1\"} 2\n"
            "lf_seconds_bucket{op=\"x\",le=\"+Inf\"} 3\nlf_seconds_sum{op=\"x\"} 7.6\nlf_seconds_count{op=\"x\"} 3\n"
            "# HELP lf_store_up Up.\n# TYPE lf_store_up gauge\nlf_store_up{store=\"meta\"} 1\n");
}

}  // namespace
}  // namespace clew::telemetry
