// What scrapers and agents are given: the Prometheus page by a strict parser, DogStatsD lines by their grammar.
#include <cmath>
#include <cstdlib>
#include <future>
#include <set>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "telemetry/dogstatsd.h"
#include "telemetry/exposition_parser.h"
#include "telemetry/process.h"

namespace clew::telemetry {
namespace {

TEST(Exposition, TheWholePageOfAProcessParses) {
  Metrics metrics;
  register_process(metrics, "1.2.3-\"q\"\\", 1'767'319'445'000'000, nullptr);
  metrics.counter("lf_a_total", "With \\ and\nnewline.", {{"route", "/x/{y}\"\\\n"}}).add(3);
  metrics.counter_of("lf_b_total", "Kept elsewhere.", {}, [] { return 12.0; });
  metrics.histogram("lf_c_seconds", "Times.", {0.1, 1}, {{"op", "x"}}).observe(0.5);
  const ParsedExposition page = parse_exposition(metrics.to_prometheus());
  EXPECT_EQ(page.problems, std::vector<std::string>{});
  EXPECT_EQ(page.types.at("lf_b_total"), "counter");
  EXPECT_EQ(page.types.at("process_cpu_seconds_total"), "counter");
  EXPECT_EQ(page.values.at("lf_b_total{}"), 12);
  EXPECT_GT(page.values.at("process_resident_memory_bytes{}"), 1e6);
  EXPECT_GT(page.values.at("process_open_fds{}"), 0);
}

TEST(Exposition, TheParserFindsWhatIsWrong) {
  const auto problems = [](const char* page) { return parse_exposition(page).problems.size(); };
  EXPECT_GT(problems("lf_a 1\n"), 0U);                                             // no HELP, no TYPE
  EXPECT_GT(problems("# HELP lf_a A.\n# TYPE lf_a counter\nlf_a 1\n"), 0U);        // a counter without _total
  EXPECT_GT(problems("# HELP lf_a A.\n# TYPE lf_a gauge\nlf_a 1\nlf_a 2\n"), 0U);  // one series twice
  EXPECT_GT(problems("# HELP lf_a A.\n# TYPE lf_a gauge\nlf_a{b=\"c} 1\n"), 0U);   // an open quote
  EXPECT_GT(problems("# HELP lf_a A.\n# TYPE lf_a gauge\nlf_a x\n"), 0U);          // no number
  EXPECT_GT(problems("# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\n"
                     "h_sum 1\nh_count 1\n"),
            0U);  // buckets that shrink
  EXPECT_EQ(problems("# HELP lf_a_total A.\n# TYPE lf_a_total counter\nlf_a_total{b=\"c\"} 1\n"), 0U);
}

TEST(DogStatsdLine, CountersAreWhatWasAddedAndGaugesAsTheyStand) {
  Metrics metrics;
  Counter& items = metrics.counter("lf_ingest_events_total", "Items.",
                                   {{"source", "otlp"}, {"outcome", "accepted"}, {"reason", ""}});
  metrics.gauge("lf_spool_bytes", "Bytes.").set(7);
  DogStatsdLines lines({{"env", "prod"}, {"service", "a,b|c"}});
  items.add(5);
  const auto first = lines.round(metrics);
  ASSERT_EQ(first.size(), 3U);
  EXPECT_EQ(first[0], "clew.ingest_events_total:5|c|#env:prod,service:a_b_c,source:otlp,outcome:accepted,reason:");
  EXPECT_EQ(first[1], "langfuse.ingestion.event:5|c|#env:prod,service:a_b_c,source:otlp,outcome:accepted,reason:");
  EXPECT_EQ(first[2], "clew.spool_bytes:7|g|#env:prod,service:a_b_c");
  items.add(2);
  EXPECT_TRUE(lines.round(metrics)[0].starts_with("clew.ingest_events_total:2|c"));
  EXPECT_EQ(lines.round(metrics).size(), 1U);  // nothing was added: only the gauge
}

TEST(DogStatsdLine, HistogramsTellCountSumAndQuantilesOfTheRound) {
  Metrics metrics;
  Histogram& seconds = metrics.histogram("lf_x_seconds", "Time.", {0.1, 1, 10});
  DogStatsdLines lines({});
  for (int i = 0; i < 98; ++i)
    seconds.observe(0.05);
  seconds.observe(5);
  seconds.observe(500);
  const auto said = lines.round(metrics);
  EXPECT_EQ(said, (std::vector<std::string>{"clew.x_seconds.count:100|c", "clew.x_seconds.sum:509.9|c",
                                            "clew.x_seconds.median:0.1|g", "clew.x_seconds.95percentile:0.1|g",
                                            "clew.x_seconds.99percentile:10|g"}));
  EXPECT_TRUE(lines.round(metrics).empty());
}

TEST(DogStatsd, ReachesAnAgentOverUdpInPacketsBelowTheMtu) {
  const int agent = ::socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(agent, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::getsockname(agent, reinterpret_cast<sockaddr*>(&address), &size), 0);
  Metrics metrics;
  for (int i = 0; i < 100; ++i)
    metrics.gauge("lf_depth", "Depth.", {{"queue", "queue-number-" + std::to_string(i)}}).set(i);
  auto emitter = DogStatsd::start({.host = "127.0.0.1", .port = ntohs(address.sin_port), .interval_ms = 10}, metrics);
  ASSERT_TRUE(emitter) << emitter.error().message;
  std::set<std::string> seen;
  while (seen.size() < 100) {  // every round carries all gauges again, so a lost packet does not matter
    char packet[65536];
    const ssize_t n = ::recv(agent, packet, sizeof(packet), 0);
    ASSERT_GT(n, 0);
    ASSERT_LE(n, 1'400);
    for (const auto line : text::split(std::string_view(packet, static_cast<std::size_t>(n)), '\n')) {
      if (line.starts_with("clew.depth:")) seen.insert(std::string(line));
    }
  }
  ::close(agent);
}

}  // namespace
}  // namespace clew::telemetry
