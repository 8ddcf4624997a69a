// Text search against a scan: the index must find what reading everything finds, whatever happened to the rows.
#include "query/payload_search.h"

#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "query/observation_reader.h"
#include "query/predicates.h"
#include "query/testing.h"
#include "query/trace_reader.h"
#include "text_index/builder.h"

namespace clew::query {
namespace {

using Ids = std::set<std::string>;
using analytics::NativeBlock;

struct Text {
  std::string trace_id, span_id;
  std::optional<std::string> input, output;
};

class PayloadSearchTest : public testing::Test {
 protected:
  // As one flush of the ingest worker writes it; `indexed` false: as a version without an index did.
  void write(const std::vector<Text>& texts, std::string_view project_id = "p", bool indexed = true) {
    text_index::Builder words;
    NativeBlock rows({{"project_id", "String"},
                      {"trace_id", "String"},
                      {"span_id", "String"},
                      {"start_time", "DateTime64(6, 'UTC')"},
                      {"input", "Nullable(String)"},
                      {"output", "Nullable(String)"},
                      {"seq", "UInt64"}});
    for (const Text& text : texts) {
      const TimeUs time = test_time(static_cast<std::int64_t>(store_.next_seq()));
      words.add(text.trace_id, text.span_id, time, text.input, text.output);
      std::size_t column = 0;
      rows[column++].text(project_id);
      rows[column++].text(text.trace_id);
      rows[column++].text(text.span_id);
      rows[column++].fixed<std::int64_t>(time);
      rows[column++].nullable_text(text.input);
      rows[column++].nullable_text(text.output);
      rows[column++].fixed<std::uint64_t>(store_.next_seq());
    }
    text_index::Table index;
    if (indexed) index.add(project_id, words.finish());
    ASSERT_TRUE(store_.engine().insert("text_index", index.block(), ""));
    ASSERT_TRUE(store_.engine().insert("payloads", rows, ""));
  }

  void execute(std::string_view sql, std::string_view project_id = "p") {
    const auto done = store_.engine().execute("test", sql, analytics::Params(project_id));
    ASSERT_TRUE(done) << done.error().message;
  }

  Ids searched(std::string_view text, std::string_view project_id = "p") {
    Search search;
    search.words = {std::string(text)};
    const auto hits = search_.find(project_id, search, {}, {});
    EXPECT_TRUE(hits) << hits.error().message;
    return hits ? ids((*hits)[0]) : Ids{};
  }
  Ids filtered(Operator op, std::string_view text) {
    Condition condition = text_is(Field::kInput, std::string(text));
    condition.op = op;
    const auto keys = search_.find("p", {condition}, {}, {});
    EXPECT_TRUE(keys) << keys.error().message;
    return keys ? ids(**keys) : Ids{};
  }

  // The same by reading every text.
  Ids scanned(const std::function<std::string(Binder&)>& predicate) {
    Binder binder("p");
    const std::string where = predicate(binder);
    const auto rows = store_.engine().select(
        "scan", "SELECT trace_id, span_id FROM payloads FINAL WHERE project_id = {project_id:String} AND " + where,
        binder.params());
    EXPECT_TRUE(rows) << rows.error().message;
    Ids out;
    for (std::size_t row = 0; rows && row < rows->size(); ++row)
      out.insert(std::string(rows->text(row, 0)) + "/" + std::string(rows->text(row, 1)));
    return out;
  }
  Ids scanned(std::string_view text) {
    return scanned([&](Binder& binder) {
      return "(" + contains_ignore_case(text, "ifNull(input, '')", binder) + " OR " +
             contains_ignore_case(text, "ifNull(output, '')", binder) + ")";
    });
  }

  static Ids ids(const PayloadKeys& keys) {
    const auto joined = keys.joined();
    return {joined.begin(), joined.end()};
  }

  TestStore store_;
  PayloadSearch search_{store_.engine()};
};

// A text of words from several scripts, now and then a very long one.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> kWords = {"refund",     "Refunder", "REFUND", "größe", "Größe",   "検索",
                                                  "全文検索は", "查询",     "поиск",  "ПОИСК", "don't",   "42",
                                                  "v2.1",       "👍",       "한국어", "x",     "foo_bar", "café"};
  static const std::vector<std::string> kBetween = {" ", " ", " ", "", ", ", "\n", "-", "…"};
  std::string text;
  for (std::size_t i = random() % 8; i > 0; --i) {
    text += kWords[random() % kWords.size()] + kBetween[random() % kBetween.size()];
    if (random() % 40 == 0) text += std::string(100, 'q') + std::to_string(random() % 100) + std::string(90, 'z') + " ";
  }
  return text;
}

// A part of a text, whole characters, or something that is hardly there.
std::string random_query(std::mt19937& random, const std::string& text) {
  if (text.empty() || random() % 10 == 0) return "absent";
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) starts.push_back(i);
  }
  starts.push_back(text.size());
  const std::size_t first = random() % (starts.size() - 1);
  const std::size_t last = std::min(starts.size() - 1, first + 1 + random() % 14);
  return text.substr(starts[first], starts[last] - starts[first]);
}

TEST_F(PayloadSearchTest, FindsWhatAScanFinds) {
  std::mt19937 random(20'261'123);
  std::vector<Text> texts;
  for (int i = 0; i < 900; ++i) {
    const std::string n = std::to_string(i);
    texts.push_back({"t" + std::to_string(i / 7), "s" + n, random_text(random), random_text(random)});
    if (i % 5 == 0) texts.back().output.reset();
    if (i % 11 == 0) texts.back().input.reset();
  }
  // Blocks of many sizes; then new outputs for some, one block written twice with other borders, deletions, a merge.
  for (std::size_t at = 0; at < texts.size();) {
    const std::size_t size = std::min(texts.size() - at, std::size_t{1} << (random() % 10));
    write({texts.begin() + static_cast<std::ptrdiff_t>(at), texts.begin() + static_cast<std::ptrdiff_t>(at + size)});
    at += size;
  }
  std::vector<Text> updates;
  for (std::size_t i = 0; i < texts.size(); i += 9)
    updates.push_back({texts[i].trace_id, texts[i].span_id, {}, random_text(random)});
  write(updates);
  write({texts.begin() + 13, texts.begin() + 60});
  execute("DELETE FROM payloads WHERE project_id = {project_id:String} AND trace_id IN ('t3', 't40', 't100')");

  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 25; ++i) {
      const Text& text = texts[random() % texts.size()];
      const std::string query = random_query(random, i % 2 == 0 ? text.output.value_or("") : text.input.value_or(""));
      EXPECT_EQ(searched(query), scanned(query)) << "search '" << query << "'";
      for (const Operator op :
           {Operator::kContains, Operator::kStartsWith, Operator::kEndsWith, Operator::kEqual, Operator::kMatches}) {
        const std::string value = op == Operator::kEqual ? text.input.value_or("x") : query;
        if (value.empty() || (op == Operator::kMatches && match_words(value).empty())) continue;
        const auto expected = scanned([&](Binder& binder) {
          if (op == Operator::kMatches) return word_match(value, "ifNull(input, '')", true, binder);
          Condition condition = text_is(Field::kInput, value);
          condition.op = op;
          return predicate(condition, {ValueKind::kText, "ifNull(input, '')"}, binder);
        });
        EXPECT_EQ(filtered(op, value), expected) << "operator " << static_cast<int>(op) << " '" << value << "'";
      }
    }
    execute("OPTIMIZE TABLE payloads FINAL");
    execute("OPTIMIZE TABLE text_index FINAL");
  }
}

TEST_F(PayloadSearchTest, NeverFindsAnotherProject) {
  write({{"t", "s", "secret plan", {}}}, "other");
  write({{"t", "s", "public plan", {}}});
  EXPECT_EQ(searched("secret"), Ids{});
  EXPECT_EQ(searched("plan"), Ids{"t/s"});
  // Not even through an index of its own that claims what is not there.
  text_index::Builder words;
  words.add("t", "s", test_time(), "secret", {});
  text_index::Table index;
  index.add("p", words.finish());
  ASSERT_TRUE(store_.engine().insert("text_index", index.block(), ""));
  EXPECT_EQ(searched("secret"), Ids{});
}

TEST_F(PayloadSearchTest, FindsWhatWasStoredBeforeThereWasAnIndex) {
  write({{"old", "1", "ancient words", {}}, {"old", "2", "other", {}}}, "p", false);
  EXPECT_EQ(searched("ancient"), Ids{});
  execute("INSERT INTO text_index_start SELECT project_id, max(start_time) FROM payloads GROUP BY project_id");
  write({{"new", "1", "ancient too", {}}, {"old", "2", {}, "ancient update"}});
  EXPECT_EQ(searched("ancient"), (Ids{"old/1", "new/1", "old/2"}));
  EXPECT_EQ(searched("cient wor"), Ids{"old/1"});
}

TEST_F(PayloadSearchTest, ReplacedTextIsFoundNoMore) {
  write({{"t", "s", "first draft", "kept"}});
  write({{"t", "s", "second draft", {}}});
  EXPECT_EQ(searched("first"), Ids{});
  EXPECT_EQ(searched("second dr"), Ids{"t/s"});
  EXPECT_EQ(searched("kept"), Ids{"t/s"});
}

// A page first looks at the newest texts that match; when their observations do not fill it, at the others.
TEST_F(PayloadSearchTest, APageFindsWhatLiesBehindManyTexts) {
  ObservationRecord row = test_observation("old", "1");
  row.input = std::string(300, '.') + " common";
  store_.add("p", row);
  std::vector<Text> texts;
  for (std::size_t i = 0; i < 2 * kPayloadKeysOfPage; ++i)
    texts.push_back({"gone" + std::to_string(i), "s", "common text", {}});  // no observation has them
  write(texts);
  ObservationFilter filter;
  filter.search = Search::parse("common");
  ObservationReader reader(store_.engine());
  const auto observations = reader.page_at("p", filter, {}, 0, 10, {});
  ASSERT_TRUE(observations);
  ASSERT_EQ(observations->size(), 1U);
  EXPECT_EQ(observations->front().trace_id, "old");
  TraceFilter traces;
  traces.search = filter.search;
  const auto found = TraceReader(store_.engine()).list("p", traces, {}, 0, 10, {});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size(), 1U);
}

TEST_F(PayloadSearchTest, GivesTheNewestWhenThereAreTooMany) {
  std::vector<Text> texts;
  for (int i = 0; i < 12'000; ++i)
    texts.push_back({"t" + std::to_string(i), "s", "common text", {}});
  for (std::size_t at = 0; at < texts.size(); at += 3'000)
    write({texts.begin() + static_cast<std::ptrdiff_t>(at), texts.begin() + static_cast<std::ptrdiff_t>(at + 3'000)});
  const auto hits = search_.find("p", Search::parse("common"), {}, {});
  ASSERT_TRUE(hits);
  ASSERT_EQ((*hits)[0].trace_ids.size(), kPayloadKeysMax);
  EXPECT_TRUE((*hits)[0].truncated);
  for (std::size_t i = 0; i < kPayloadKeysMax; ++i)
    EXPECT_EQ((*hits)[0].trace_ids[i], "t" + std::to_string(11'999 - i));
}

}  // namespace
}  // namespace clew::query
