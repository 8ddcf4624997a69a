// What a trace is, given its rows and its record.
#include "query/trace_reader.h"

#include <gtest/gtest.h>

#include "query/testing.h"

namespace clew::query {
namespace {

constexpr TraceParts kAll{TracePart::kTime,        TracePart::kIdentity,      TracePart::kLevels,   TracePart::kTotals,
                          TracePart::kModels,      TracePart::kPreviews,      TracePart::kMetadata, TracePart::kMaps,
                          TracePart::kBookkeeping, TracePart::kObservationIds};

class TraceReaderTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { suite_store_ = new TestStore; }
  static void TearDownTestSuite() {
    delete suite_store_;
    suite_store_ = nullptr;
  }
  TraceSummary must_find(std::string_view id, std::string_view project = {}) {
    auto found = reader_.find(project.empty() ? project_ : project, id, kAll);
    EXPECT_TRUE(found) << found.error().message;
    EXPECT_TRUE(found && found->has_value()) << "no trace " << id;
    return found && *found ? **found : TraceSummary{};
  }
  std::vector<std::string> ids(const TraceFilter& filter, TraceSort sort = {}, std::size_t offset = 0,
                               std::size_t limit = 50, std::string_view project = {}) {
    auto traces = reader_.list(project.empty() ? project_ : project, filter, sort, offset, limit, kAll);
    EXPECT_TRUE(traces) << traces.error().message;
    std::vector<std::string> result;
    if (traces) {
      for (const TraceSummary& trace : *traces)
        result.push_back(trace.id);
    }
    return result;
  }
  std::vector<std::string> ids(std::string_view filter) {
    TraceFilter parsed;
    auto conditions = parse_filter(View::kTraces, filter);
    EXPECT_TRUE(conditions) << conditions.error().message;
    parsed.conditions = *conditions;
    return ids(parsed);
  }

  // One store for all tests, a pair of projects for each.
  static inline TestStore* suite_store_ = nullptr;
  static inline int tests_ = 0;
  TestStore& store_ = *suite_store_;
  const std::string project_ = "project-" + std::to_string(++tests_);
  const std::string other_ = project_ + "-other";  // after project_ in every order
  TraceReader reader_{store_.engine()};
};

using Ids = std::vector<std::string>;

TEST_F(TraceReaderTest, SumsAndSpansItsObservations) {
  auto root = test_observation("t", "root");
  auto call = test_observation("t", "call", "root", 50);
  call.type = domain::ObservationType::kGeneration;
  call.end_time_us = test_time(1'050);
  call.model = "gpt-4o";
  call.usage = {{"input", 10}, {"output", 5}, {"total", 15}};
  call.cost = {{"total", 2'500'000'000}};
  call.total_cost = 2'500'000'000;
  call.input_tokens = 10, call.output_tokens = 5, call.total_tokens = 15;
  auto open = test_observation("t", "open", "root", 60);
  open.end_time_us.reset();
  open.level = domain::Level::kError;
  open.model = "claude";
  open.usage = {{"input", 1}};
  open.total_cost = 1;
  for (const auto& o : {root, call, open})
    store_.add(project_, o);

  const TraceSummary trace = must_find("t");
  EXPECT_EQ(trace.timestamp_us, test_time());
  EXPECT_EQ(trace.latency_us, 1'050'000);
  EXPECT_EQ(trace.observation_count, 3U);
  EXPECT_EQ(trace.observation_ids, (Ids{"root", "call", "open"}));
  EXPECT_EQ(trace.total_cost, 2'500'000'001);
  EXPECT_EQ(trace.total_tokens, 15U);
  EXPECT_EQ(trace.usage, (domain::UsageMap{{"input", 11}, {"output", 5}, {"total", 15}}));
  EXPECT_EQ(trace.models, (Ids{"claude", "gpt-4o"}));
  EXPECT_EQ(trace.level, domain::Level::kError);
  EXPECT_EQ(trace.error_count, 1U);
  EXPECT_EQ(trace.default_count, 2U);
  EXPECT_TRUE(trace.running);
}

TEST_F(TraceReaderTest, CostIsUnknownWhenNoObservationHasOne) {
  store_.add(project_, test_observation("t", "root"));
  EXPECT_FALSE(must_find("t").total_cost);
  EXPECT_EQ(must_find("t").level, domain::Level::kDefault);
}

TEST_F(TraceReaderTest, NameIsTheTraceNameElseTheRootsName) {
  store_.add(project_, test_observation("a", "root-name"));
  auto child = test_observation("b", "child", "root", 10);
  child.trace_name = "given";
  store_.add(project_, test_observation("b", "root"));
  store_.add(project_, child);
  auto orphan = test_observation("c", "orphan", "not-exported");
  store_.add(project_, orphan);
  auto app_root = test_observation("d", "agent", "not-exported");
  app_root.is_app_root = true;
  store_.add(project_, app_root);
  EXPECT_EQ(must_find("a").name, "root-name");
  EXPECT_EQ(must_find("b").name, "given");
  EXPECT_EQ(must_find("c").name, "");
  EXPECT_EQ(must_find("d").name, "agent");
}

TEST_F(TraceReaderTest, EachFieldTakesTheNewestValueThatIsNotEmpty) {
  auto first = test_observation("t", "1");
  first.user_id = "old", first.session_id = "s", first.version = "v1", first.tags = {"x", "y"};
  auto second = test_observation("t", "2", "1", 10);
  second.user_id = "new", second.tags = {"z"};
  store_.add(project_, first);
  store_.add(project_, second);
  const TraceSummary trace = must_find("t");
  EXPECT_EQ(trace.user_id, "new");
  EXPECT_EQ(trace.session_id, "s");
  EXPECT_EQ(trace.version, "v1");
  EXPECT_EQ(trace.tags, (Ids{"z"}));  // the newest list, not the union
}

TEST_F(TraceReaderTest, InputAndMetadataAreThoseOfTheEarliestTrueRoot) {
  auto app_root = test_observation("t", "app", "unknown", 0);
  app_root.is_app_root = true;
  app_root.input = "app", app_root.metadata = {{"who", "app"}};
  auto late = test_observation("t", "late", "", 20);
  late.input = "late", late.metadata = {{"who", "late"}};
  auto early = test_observation("t", "early", "", 10);
  early.input = "early", early.metadata = {{"who", "early"}}, early.metadata_strings = {"who"};
  for (const auto& o : {early, late, app_root})
    store_.add(project_, o);
  const TraceSummary trace = must_find("t");
  EXPECT_EQ(trace.root_id, "early");
  EXPECT_EQ(trace.input_preview, "early");
  EXPECT_EQ(trace.metadata, (domain::TextMap{{"who", "early"}}));
  EXPECT_EQ(trace.metadata_strings, (Ids{"who"}));

  store_.add(project_, [&] {
    auto only = app_root;
    only.trace_id = "u";
    return only;
  }());
  EXPECT_EQ(must_find("u").input_preview, "app");  // no true root: the app root
}

TEST_F(TraceReaderTest, PublicWhenOneRowIs) {
  auto root = test_observation("t", "1");
  auto child = test_observation("t", "2", "1", 5);
  root.is_public = true;
  store_.add(project_, root);
  store_.add(project_, child);
  EXPECT_TRUE(must_find("t").is_public);
}

TEST_F(TraceReaderTest, TheRecordBeatsTheRows) {
  auto root = test_observation("t", "1");
  root.user_id = "row-user", root.session_id = "row-session", root.tags = {"row"}, root.metadata = {{"k", "row"}};
  store_.add(project_, root);
  domain::TraceAttributes record;
  record.trace_id = "t";
  record.timestamp_us = test_time(-5'000);
  record.name = "named";
  record.user_id = "record-user";
  record.tags = {"record"};
  record.bookmarked = true;
  record.metadata = {{"k", "record"}};
  store_.add(project_, record, "in");
  const TraceSummary trace = must_find("t");
  EXPECT_EQ(trace.timestamp_us, test_time(-5'000));
  EXPECT_EQ(trace.name, "named");
  EXPECT_EQ(trace.user_id, "record-user");
  EXPECT_EQ(trace.session_id, "row-session");  // the record does not say
  EXPECT_EQ(trace.tags, (Ids{"record"}));
  EXPECT_EQ(trace.metadata, (domain::TextMap{{"k", "record"}}));
  EXPECT_EQ(trace.input_preview, "in");
  EXPECT_TRUE(trace.bookmarked);
  EXPECT_EQ(trace.created_at_us, test_time(500));
  EXPECT_EQ(trace.updated_at_us, test_time(2'000));
}

TEST_F(TraceReaderTest, ATraceMayBeARecordAlone) {
  domain::TraceAttributes record;
  record.trace_id = "alone";
  record.timestamp_us = test_time(7);
  record.user_id = "u";
  store_.add(project_, record);
  const TraceSummary trace = must_find("alone");
  EXPECT_EQ(trace.timestamp_us, test_time(7));
  EXPECT_EQ(trace.observation_count, 0U);
  EXPECT_EQ(trace.environment, "default");
  EXPECT_EQ(trace.latency_us, 0);
  EXPECT_EQ(ids(""), (Ids{"alone"}));
  EXPECT_EQ(ids(R"([{"type":"stringOptions","column":"userId","operator":"any of","value":["u"]}])"), (Ids{"alone"}));
  EXPECT_EQ(ids(R"([{"type":"stringOptions","column":"environment","operator":"any of","value":["default"]}])"),
            (Ids{"alone"}));
}

TEST_F(TraceReaderTest, ALateUpdateIsSeenOnceAndAtOnce) {
  auto root = test_observation("t", "1");
  root.level = domain::Level::kError, root.total_cost = 5;
  store_.add(project_, root);
  root.level = domain::Level::kDefault, root.total_cost = 7;
  store_.add(project_, root);
  EXPECT_EQ(must_find("t").observation_count, 1U);
  EXPECT_EQ(must_find("t").total_cost, 7);
  EXPECT_EQ(must_find("t").error_count, 0U);
  EXPECT_TRUE(ids(R"([{"type":"stringOptions","column":"level","operator":"any of","value":["ERROR"]}])").empty());

  // An update that moves the start leaves a tombstone at the old key.
  store_.add(project_, root, true);
  root.start_time_us = test_time(500);
  store_.add(project_, root);
  EXPECT_EQ(must_find("t").timestamp_us, test_time(500));
  EXPECT_EQ(ids(""), (Ids{"t"}));
}

TEST_F(TraceReaderTest, NothingOfAnotherProjectIsSeen) {
  auto mine = test_observation("t", "1");
  auto theirs = test_observation("t", "2", "", -10);
  theirs.user_id = "them", theirs.total_cost = 9;
  store_.add(project_, mine);
  store_.add(other_, theirs);
  store_.add(other_, test_observation("only-theirs", "3"));
  domain::TraceAttributes record;
  record.trace_id = "t";
  record.name = "their name";
  store_.add(other_, record);
  EXPECT_EQ(ids(""), (Ids{"t"}));
  const TraceSummary trace = must_find("t");
  EXPECT_EQ(trace.observation_count, 1U);
  EXPECT_EQ(trace.user_id, "");
  EXPECT_EQ(trace.name, "1");
  EXPECT_EQ(trace.timestamp_us, test_time());
  auto other = reader_.find(project_, "only-theirs", kAll);
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->has_value());
  const TraceFilter everything;
  auto count = reader_.count(project_, everything);
  ASSERT_TRUE(count);
  EXPECT_EQ(count->traces, 1U);
}

TEST_F(TraceReaderTest, PagesAreStableUnderEqualTimes) {
  for (const char* id : {"d", "a", "c", "b", "e"})
    store_.add(project_, test_observation(id, std::string("s") + id));
  store_.add(project_, test_observation("newest", "x", "", 1'000));
  Ids all;
  for (std::size_t page = 0; page < 4; ++page) {
    const Ids part = ids(TraceFilter{}, {}, page * 2, 2);
    all.insert(all.end(), part.begin(), part.end());
  }
  EXPECT_EQ(all, (Ids{"newest", "e", "d", "c", "b", "a"}));
}

TEST_F(TraceReaderTest, ATraceBelongsToTheTimeItBegan) {
  store_.add(project_, test_observation("long", "1"));
  store_.add(project_, test_observation("long", "2", "1", 60'000));
  store_.add(project_, test_observation("short", "3", "", 59'000));
  TraceFilter late;
  late.from_us = test_time(30'000);
  EXPECT_EQ(ids(late), (Ids{"short"}));
  TraceFilter early;
  early.to_us = test_time(30'000);
  EXPECT_EQ(ids(early), (Ids{"long"}));
  EXPECT_EQ(must_find("long").observation_count, 2U);
  auto count = reader_.count(project_, late);
  ASSERT_TRUE(count);
  EXPECT_EQ(count->traces, 1U);
}

// Without conditions traces are counted by the table of their times, while that is exact.
TEST_F(TraceReaderTest, ACountKnowsUpdatesMovesAndAge) {
  const auto counted = [&](const TraceFilter& filter) {
    const auto count = reader_.count(project_, filter);
    EXPECT_TRUE(count) << count.error().message;
    return count ? std::pair(count->traces, count->with_errors) : std::pair<std::uint64_t, std::uint64_t>();
  };
  auto mended = test_observation("mended", "1");
  mended.level = domain::Level::kError;
  store_.add(project_, mended);
  mended.level = domain::Level::kDefault;
  store_.add(project_, mended);
  auto broken = test_observation("broken", "2", "", 60'000);
  broken.level = domain::Level::kError;
  store_.add(project_, broken);
  store_.add(other_, broken);
  store_.add(project_, test_observation("broken", "3", "2", 61'000));
  EXPECT_EQ(counted({}), std::pair(2UL, 1UL));
  TraceFilter late;
  late.from_us = test_time(30'000);
  EXPECT_EQ(counted(late), std::pair(1UL, 1UL));

  // What age took away: the first trace, and the beginning of the second.
  const auto aged = store_.engine().execute(
      "test", "DELETE FROM observations WHERE project_id = {project_id:String} AND span_id IN ('1', '2')",
      analytics::Params(project_));
  ASSERT_TRUE(aged);
  ASSERT_TRUE(store_.engine().execute(
      "test", "DELETE FROM trace_times WHERE project_id = {project_id:String} AND trace_id = 'mended'",
      analytics::Params(project_)));
  EXPECT_EQ(counted({}), std::pair(1UL, 0UL));
  EXPECT_EQ(ids(""), (Ids{"broken"}));

  // A moved start leaves a tombstone, and the table of times behind.
  auto moved = test_observation("moved", "4", "", 62'000);
  store_.add(project_, moved);
  store_.add(project_, moved, true);
  moved.start_time_us = test_time(90'000);
  store_.add(project_, moved);
  late.from_us = test_time(80'000);
  EXPECT_EQ(counted(late), std::pair(1UL, 0UL));
}

// More traces than one window holds: 6,000 of two observations, a second apart.
class LongProjectTest : public TraceReaderTest {
 protected:
  static constexpr int kTraces = 6'000;

  LongProjectTest() {
    const auto filled = store_.engine().execute(
        "fill",
        "INSERT INTO observations (project_id, trace_id, span_id, parent_span_id, start_time, end_time, type, level, "
        "name, environment, user_id, seq) SELECT {project_id:String}, concat('t', leftPad(toString(intDiv(number, 2)), "
        "5, '0')), toString(number), if(number % 2 = 0, '', toString(number - 1)), "
        "toDateTime64('2026-02-01 00:00:00', 6, 'UTC') + intDiv(number, 2) + number % 2 AS s, s, 'SPAN', 'DEFAULT', "
        "'n', 'default', if(number % 2000 = 0, 'rare', ''), number FROM numbers(" +
            std::to_string(2 * kTraces) + ")",
        analytics::Params(project_));
    EXPECT_TRUE(filled) << filled.error().message;
  }

  static std::string id(int number) {
    std::string digits = std::to_string(number);
    return "t" + std::string(5 - digits.size(), '0') + digits;
  }
};

TEST_F(LongProjectTest, EveryTraceIsOnExactlyOnePage) {
  int next = kTraces - 1;
  for (std::size_t page = 0; page * 700 < kTraces; ++page) {
    for (const std::string& found : ids(TraceFilter{}, {}, page * 700, 700)) {
      ASSERT_EQ(found, id(next)) << "page " << page;
      --next;
    }
  }
  EXPECT_EQ(next, -1);
}

TEST_F(LongProjectTest, ATraceThatStillRunsIsListedWhereItBegan) {
  // Its last span is the newest of all, its root older than the first windows.
  const TimeUs base = *parse_iso_time("2026-02-01T00:00:00Z");
  auto root = test_observation("long", "root");
  root.start_time_us = base - 500'000;
  auto child = test_observation("long", "child", "root");
  child.start_time_us = base + 10'000 * 1'000'000LL;
  store_.add(project_, root);
  store_.add(project_, child);
  EXPECT_EQ(ids(TraceFilter{}, {}, 0, 2), (Ids{id(kTraces - 1), id(kTraces - 2)}));
  EXPECT_EQ(ids(TraceFilter{}, {}, kTraces - 1, 5), (Ids{id(0), "long"}));
  TraceFilter recent;
  recent.from_us = base + 9'000 * 1'000'000LL;
  EXPECT_EQ(ids(recent), Ids{});
}

TEST_F(LongProjectTest, AFilterFindsTracesWhereverTheirMatchingRowIs) {
  TraceFilter filter;
  filter.conditions = {text_is(Field::kUserId, "rare")};
  EXPECT_EQ(ids(filter), (Ids{id(5'000), id(4'000), id(3'000), id(2'000), id(1'000), id(0)}));
  // The row that matches may be months younger than the trace.
  auto late = test_observation(id(10), "late", "20");
  late.start_time_us = *parse_iso_time("2026-03-01T00:00:00Z");
  late.user_id = "rare";
  store_.add(project_, late);
  EXPECT_EQ(ids(filter), (Ids{id(5'000), id(4'000), id(3'000), id(2'000), id(1'000), id(10), id(0)}));
}

TEST_F(LongProjectTest, AFilterThatManyTracesSatisfyKeepsTheirOrder) {
  TraceFilter filter;
  filter.conditions = {text_is(Field::kName, "n")};
  int next = kTraces - 1;
  for (const std::string& found : ids(filter, {}, 0, 300))
    ASSERT_EQ(found, id(next--));
  EXPECT_EQ(next, kTraces - 301);
}

// Their newest rows say nothing about which of them began last.
TEST_F(TraceReaderTest, AFilterOverTracesThatAllRunAtATimeKeepsTheirOrder) {
  const auto filled = store_.engine().execute(
      "fill",
      "INSERT INTO observations (project_id, trace_id, span_id, parent_span_id, start_time, end_time, type, level, "
      "name, environment, user_id, seq) SELECT {project_id:String}, concat('t', leftPad(toString(intDiv(number, 2)), "
      "4, '0')), toString(number), if(number % 2 = 0, '', toString(number - 1)), "
      "toDateTime64('2026-02-01 00:00:00', 6, 'UTC') + toIntervalMillisecond(if(number % 2 = 0, intDiv(number, 2), "
      "3600000 - intDiv(number, 2))) AS s, s, 'SPAN', 'DEFAULT', 'n', 'default', 'u', number FROM numbers(4000)",
      analytics::Params(project_));
  ASSERT_TRUE(filled) << filled.error().message;
  TraceFilter filter;
  filter.conditions = {text_is(Field::kUserId, "u")};
  EXPECT_EQ(ids(filter, {}, 0, 3), (Ids{"t1999", "t1998", "t1997"}));
  EXPECT_EQ(ids(filter, {}, 1'500, 2), (Ids{"t0499", "t0498"}));
}

TEST_F(TraceReaderTest, SortsByOtherColumns) {
  for (int i = 0; i < 3; ++i) {
    auto o = test_observation("t" + std::to_string(i), "s" + std::to_string(i), "", i);
    o.total_cost = (i * 7) % 3 * 1'000;
    store_.add(project_, o);
  }
  EXPECT_EQ(ids({}, {Field::kTotalCost, true}), (Ids{"t2", "t1", "t0"}));
  EXPECT_EQ(ids({}, {Field::kTimestamp, false}), (Ids{"t0", "t1", "t2"}));
}

TEST_F(TraceReaderTest, FindsWordsInNamesIdsUsersAndPayloads) {
  auto a = test_observation("a", "1");
  a.input = std::string(300, 'x') + " Refund please";
  auto b = test_observation("b", "2", "", 1);
  b.user_id = "refunder@example.org";
  auto c = test_observation("c", "3", "", 2);
  for (const auto& o : {a, b, c})
    store_.add(project_, o);
  domain::TraceAttributes record;
  record.trace_id = "d";
  record.timestamp_us = test_time(3);
  record.name = "REFUND flow";
  store_.add(project_, record);
  TraceFilter filter;
  filter.search = Search::parse("refund");
  EXPECT_EQ(ids(filter), (Ids{"d", "b", "a"}));
  filter.search = Search::parse("refund please");
  EXPECT_EQ(ids(filter), (Ids{"a"}));
  EXPECT_TRUE(ids(filter, {}, 0, 50, other_).empty());
}

TEST_F(TraceReaderTest, SessionsOfATraceFollowTheRecord) {
  auto row = test_observation("a", "1");
  row.session_id = "s";
  store_.add(project_, row);
  row.trace_id = "moved", row.span_id = "2";
  store_.add(project_, row);
  domain::TraceAttributes record;
  record.trace_id = "moved";
  record.session_id = "other";
  store_.add(project_, record);
  auto traces = reader_.in_session(project_, "s", kAll);
  ASSERT_TRUE(traces);
  ASSERT_EQ(traces->size(), 1U);
  EXPECT_EQ(traces->front().id, "a");
}

}  // namespace
}  // namespace clew::query
