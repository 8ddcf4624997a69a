// Text search against a scan: the index must find what reading everything finds, whatever happened to the rows.
#include "query/text_search.h"

#include <algorithm>
#include <limits>
#include <map>
#include <random>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "query/observation_reader.h"
#include "query/predicates.h"
#include "query/testing.h"
#include "query/trace_reader.h"
#include "text_index/builder.h"
#include "text_index/short_fields.h"

namespace clew::query {
namespace {

using Ids = std::set<std::string>;
using analytics::NativeBlock;

// An observation as one flush writes it; `name` null: only its text is new.
struct Text {
  std::string trace_id, span_id;
  std::optional<std::string> input, output, name = "";
};

class TextSearchTest : public testing::Test {
 protected:
  // As one flush of the ingest worker writes it; `indexed` false: as a version without an index did.
  void write(const std::vector<Text>& texts, std::string_view project_id = "p", bool indexed = true) {
    text_index::Builder words;
    NativeBlock payloads({{"project_id", "String"},
                          {"trace_id", "String"},
                          {"span_id", "String"},
                          {"start_time", "DateTime64(6, 'UTC')"},
                          {"input", "Nullable(String)"},
                          {"output", "Nullable(String)"},
                          {"seq", "UInt64"}});
    NativeBlock rows({{"project_id", "String"},
                      {"trace_id", "String"},
                      {"span_id", "String"},
                      {"start_time", "DateTime64(6, 'UTC')"},
                      {"name", "String"},
                      {"seq", "UInt64"}});
    for (const Text& text : texts) {
      const TimeUs time =
          times_.try_emplace({text.trace_id, text.span_id}, test_time(static_cast<std::int64_t>(store_.next_seq())))
              .first->second;
      domain::Observation row;
      row.trace_id = text.trace_id;
      row.span_id = text.span_id;
      row.name = text.name.value_or("");
      words.add(text.trace_id, text.span_id, time, text.input, text.output);
      if (text.name) text_index::add_short_fields(words, row);
      const auto key = [&](NativeBlock& block) {
        block[0].text(project_id);
        block[1].text(text.trace_id);
        block[2].text(text.span_id);
        block[3].fixed<std::int64_t>(time);
      };
      key(payloads);
      payloads[4].nullable_text(text.input);
      payloads[5].nullable_text(text.output);
      payloads[6].fixed<std::uint64_t>(store_.next_seq());
      if (!text.name) continue;
      key(rows);
      rows[4].text(*text.name);
      rows[5].fixed<std::uint64_t>(store_.next_seq());
    }
    text_index::Table index;
    if (indexed) index.add(project_id, words.finish());
    ASSERT_TRUE(store_.engine().insert("text_index", index.block(), ""));
    ASSERT_TRUE(store_.engine().insert("payloads", payloads, ""));
    ASSERT_TRUE(store_.engine().insert("observations", rows, ""));
  }

  void execute(std::string_view sql, std::string_view project_id = "p") {
    const auto done = store_.engine().execute("test", sql, analytics::Params(project_id));
    ASSERT_TRUE(done) << done.error().message;
  }

  // Everything found, and that it comes newest first whatever the page.
  Ids found(const TextTerms& terms, std::string_view project_id, std::size_t page = 3) {
    TextSearch search(store_.engine(), project_id, terms, {});
    Ids ids;
    TimeUs last_us = std::numeric_limits<TimeUs>::max();
    for (;;) {
      const auto hits = search.next(page);
      EXPECT_TRUE(hits) << hits.error().message;
      if (!hits || hits->empty()) return ids;
      for (const TextHit& hit : *hits) {
        EXPECT_LE(hit.time_us, last_us);
        last_us = hit.time_us;
        EXPECT_TRUE(ids.insert(hit.trace_id + "/" + hit.span_id).second);
      }
    }
  }
  Ids searched_all(std::vector<std::string> words, std::string_view project_id = "p") {
    Search search;
    search.words = std::move(words);
    return found(text_terms(search, {}), project_id);
  }
  Ids searched(std::string_view text, std::string_view project_id = "p") {
    return searched_all({std::string(text)}, project_id);
  }
  Ids filtered(Operator op, std::string_view text) {
    Condition condition = text_is(Field::kInput, std::string(text));
    condition.op = op;
    const Conditions conditions{condition};
    return found(text_terms({}, conditions), "p");
  }

  // The same by reading every row.
  Ids scanned(std::string_view table, const std::function<std::string(Binder&)>& predicate) {
    Binder binder("p");
    const std::string where = predicate(binder);
    const auto rows = store_.engine().select(
        "scan",
        "SELECT trace_id, span_id FROM " + std::string(table) +
            " FINAL WHERE project_id = {project_id:String} AND (trace_id, span_id) IN (SELECT trace_id, span_id FROM "
            "observations FINAL WHERE project_id = {project_id:String}) AND " +
            where,
        binder.params());
    EXPECT_TRUE(rows) << rows.error().message;
    Ids out;
    for (std::size_t row = 0; rows && row < rows->size(); ++row)
      out.insert(std::string(rows->text(row, 0)) + "/" + std::string(rows->text(row, 1)));
    return out;
  }
  Ids scanned(std::string_view text) {
    Ids ids = scanned("payloads", [&](Binder& binder) {
      return "(" + contains_ignore_case(text, "ifNull(input, '')", binder) + " OR " +
             contains_ignore_case(text, "ifNull(output, '')", binder) + ")";
    });
    ids.merge(scanned("observations", [&](Binder& binder) {
      return "(" + contains_ignore_case(text, "name", binder) + " OR " +
             contains_ignore_case(text, "trace_id", binder) + " OR " + contains_ignore_case(text, "span_id", binder) +
             ")";
    }));
    return ids;
  }

  TestStore store_;
  std::map<std::pair<std::string, std::string>, TimeUs> times_;  // when each observation began
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

TEST_F(TextSearchTest, FindsWhatAScanFinds) {
  std::mt19937 random(20'261'123);
  std::vector<Text> texts;
  for (int i = 0; i < 900; ++i) {
    // Ids of both kinds: hexadecimal ones are no words of the index.
    const std::string trace_id =
        i % 2 == 0 ? fmt::format("{:08x}", (i / 7) * 2'654'435'761U) : fmt::format("t-{}", i / 7);
    texts.push_back(
        {trace_id, fmt::format("{:04x}", i), random_text(random), random_text(random), random_text(random)});
    if (i % 5 == 0) texts.back().output.reset();
    if (i % 11 == 0) texts.back().input.reset();
  }
  // Blocks of many sizes; then new outputs for some, new names for others, one block written twice with other borders,
  // deletions, a merge.
  for (std::size_t at = 0; at < texts.size();) {
    const std::size_t size = std::min(texts.size() - at, std::size_t{1} << (random() % 10));
    write({texts.begin() + static_cast<std::ptrdiff_t>(at), texts.begin() + static_cast<std::ptrdiff_t>(at + size)});
    at += size;
  }
  std::vector<Text> updates;
  for (std::size_t i = 0; i < texts.size(); i += 9)
    updates.push_back({texts[i].trace_id, texts[i].span_id, {}, random_text(random), {}});
  for (std::size_t i = 4; i < texts.size(); i += 9)
    updates.push_back({texts[i].trace_id, texts[i].span_id, {}, {}, random_text(random)});
  write(updates);
  write({texts.begin() + 13, texts.begin() + 60});
  execute("DELETE FROM payloads WHERE project_id = {project_id:String} AND trace_id IN ('t-3', 't-40', 't-100')");
  execute("DELETE FROM observations WHERE project_id = {project_id:String} AND trace_id IN ('t-4', 't-40', 't-101')");

  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 8; ++i) {
      const Text& text = texts[random() % texts.size()];
      const std::vector sources{text.output.value_or(""), text.input.value_or(""), *text.name, text.trace_id};
      const std::string query = random_query(random, sources[static_cast<std::size_t>(i) % 4]);
      const std::string other = random_query(random, text.input.value_or(""));
      const Ids first = scanned(query), second = scanned(other);
      EXPECT_EQ(searched(query), first) << "search '" << query << "'";
      Ids both;
      std::ranges::set_intersection(first, second, std::inserter(both, both.end()));
      EXPECT_EQ(searched_all({query, other}), both) << "search '" << query << "' and '" << other << "'";
      for (const Operator op :
           {Operator::kContains, Operator::kStartsWith, Operator::kEndsWith, Operator::kEqual, Operator::kMatches}) {
        const std::string value = op == Operator::kEqual ? text.input.value_or("x") : query;
        if (value.empty() || (op == Operator::kMatches && match_words(value).empty())) continue;
        const auto expected = scanned("payloads", [&](Binder& binder) {
          if (op == Operator::kMatches) return word_match(value, "ifNull(input, '')", true, binder);
          Condition condition = text_is(Field::kInput, value);
          condition.op = op;
          return predicate(condition, {ValueKind::kText, "ifNull(input, '')"}, binder);
        });
        EXPECT_EQ(filtered(op, value), expected) << "operator " << static_cast<int>(op) << " '" << value << "'";
      }
    }
    for (const char* table : {"payloads", "observations", "text_index"})
      execute(std::string("OPTIMIZE TABLE ") + table + " FINAL");
  }
}

TEST_F(TextSearchTest, NeverFindsAnotherProject) {
  write({{"t", "s", "secret plan", {}, "hidden"}, {"feed", "s", {}, {}, "x"}}, "other");
  write({{"t", "s", "public plan", {}}});
  EXPECT_EQ(searched("secret"), Ids{});
  EXPECT_EQ(searched("hidden"), Ids{});
  EXPECT_EQ(searched("feed"), Ids{});
  EXPECT_EQ(searched("plan"), Ids{"t/s"});
  // Not even through an index of its own that claims what is not there.
  text_index::Builder words;
  words.add("t", "s", times_.begin()->second, "secret hidden", {});
  words.add("feed", "s", times_.begin()->second, {}, {});
  text_index::Table index;
  index.add("p", words.finish());
  ASSERT_TRUE(store_.engine().insert("text_index", index.block(), ""));
  EXPECT_EQ(searched("secret"), Ids{});
  EXPECT_EQ(searched("hidden"), Ids{});
  EXPECT_EQ(searched("feed"), Ids{});
}

TEST_F(TextSearchTest, FindsWhatWasStoredBeforeThereWasAnIndex) {
  write({{"old", "1", "ancient words", {}}, {"old", "2", "other", {}}, {"old", "3", "other", {}, "ancient"}}, "p",
        false);
  EXPECT_EQ(searched("ancient"), Ids{});
  execute("INSERT INTO text_index_start SELECT project_id, max(start_time) FROM payloads GROUP BY project_id");
  EXPECT_EQ(searched("ancient"), Ids{"old/1"});
  execute(
      "INSERT INTO search_start SELECT project_id, 'observation', max(start_time) FROM observations GROUP BY "
      "project_id");
  EXPECT_EQ(searched("ancient"), (Ids{"old/1", "old/3"}));
  write({{"new", "1", "ancient too", {}}, {"old", "2", {}, "ancient update", {}}});
  EXPECT_EQ(searched("ancient"), (Ids{"old/1", "new/1", "old/2", "old/3"}));
  EXPECT_EQ(searched("cient wor"), Ids{"old/1"});
  EXPECT_EQ(searched_all({"old", "ancient"}), (Ids{"old/1", "old/2", "old/3"}));
  EXPECT_EQ(filtered(Operator::kMatches, "ancient"), (Ids{"old/1", "new/1"}));
}

TEST_F(TextSearchTest, OlderRowsComeInPagesNewestFirst) {
  std::vector<Text> texts;
  for (int i = 0; i < 700; ++i)
    texts.push_back({"t" + std::to_string(i), "s", {}, {}, "ancient"});
  write(texts, "p", false);
  execute(
      "INSERT INTO search_start SELECT project_id, 'observation', max(start_time) FROM observations GROUP BY "
      "project_id");
  EXPECT_EQ(searched("ancient").size(), 700U);
}

TEST_F(TextSearchTest, WhatWasReplacedIsFoundNoMore) {
  write({{"t", "s", "first draft", "kept", "early"}});
  write({{"t", "s", "second draft", {}, "late"}});
  EXPECT_EQ(searched("first"), Ids{});
  EXPECT_EQ(searched("early"), Ids{});
  EXPECT_EQ(searched("second dr"), Ids{"t/s"});
  EXPECT_EQ(searched("kept"), Ids{"t/s"});
  EXPECT_EQ(searched_all({"kept", "late"}), Ids{"t/s"});
}

// An update may give an observation another start: its text stays where it was first.
TEST_F(TextSearchTest, WhatMovedInTimeIsFoundOnce) {
  ObservationRecord row = test_observation("t", "s");
  row.input = "walrus";
  row.name = "first name";
  store_.add("p", row);
  store_.add("p", row, true);
  row.start_time_us += 3'600'000'000;
  row.input.reset();
  row.name = "second name";
  store_.add("p", row);
  EXPECT_EQ(searched("walrus"), Ids{"t/s"});
  EXPECT_EQ(searched("second"), Ids{"t/s"});
  EXPECT_EQ(searched_all({"walrus", "second"}), Ids{"t/s"});
  EXPECT_EQ(searched("first"), Ids{});
}

TEST_F(TextSearchTest, EveryShortFieldIsSearched) {
  ObservationRecord row = test_observation("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
  row.name = "retrieve";
  row.trace_name = "checkout";
  row.user_id = "mallory@example.org";
  row.session_id = "thread-77";
  row.status_message = "upstream timed out";
  row.model = "gpt-4o-mini";
  row.tags = {"beta", "Größe"};
  row.metadata = {{"region", "eu-frankfurt"}, {"long", "needle " + std::string(text_index::kShortValueBytes, 'x')}};
  store_.add("p", row);
  store_.add("p", test_observation("a", "b"));
  const Ids it{"4bf92f3577b34da6a3ce929d0e0e4736/00f067aa0ba902b7"};
  for (const char* word : {"RETRIEVE", "heckou", "mallory@example", "thread-77", "timed out", "4o-mini", "BETA",
                           "größe", "frankfurt", "4bf92f3577b34da6a3ce929d0e0e4736", "4BF92F", "ba902", "e4736"}) {
    EXPECT_EQ(searched(word), it) << word;
  }
  EXPECT_EQ(searched_all({"beta", "frankfurt", "4o"}), it);
  EXPECT_EQ(searched("needle"), Ids{});  // too long a value to be a short field
}

TEST_F(TextSearchTest, TermsOfAnyFormAreAnswered) {
  write({{"t", "1", "it's 100 % \\ \"quoted\" a_b", {}, "n"}, {"t", "2", "plain", {}, "n"}});
  EXPECT_EQ(searched("'"), Ids{"t/1"});
  EXPECT_EQ(searched("%"), Ids{"t/1"});
  EXPECT_EQ(searched("\\"), Ids{"t/1"});
  EXPECT_EQ(searched("\"quoted\""), Ids{"t/1"});
  EXPECT_EQ(searched("a_b"), Ids{"t/1"});
  EXPECT_EQ(searched("a%b"), Ids{});
  EXPECT_EQ(searched("n"), (Ids{"t/1", "t/2"}));
  EXPECT_EQ(searched("1"), Ids{"t/1"});
  EXPECT_EQ(searched("\xC3\x28"), Ids{});
  EXPECT_EQ(searched("\xFF"), Ids{});
  EXPECT_EQ(searched("it's\xE2\x82"), Ids{});
  EXPECT_EQ(searched(std::string(10'000, 'q')), Ids{});
  std::string words;
  for (int i = 0; i < 2'000; ++i)
    words += "word" + std::to_string(i) + " ";
  write({{"t", "3", "before " + words + "after", {}}});
  EXPECT_EQ(searched(words), Ids{"t/3"});
  EXPECT_EQ(searched(words + "never"), Ids{});
}

TEST_F(TextSearchTest, RecordsOfTracesAreSearched) {
  domain::TraceAttributes record;
  record.trace_id = "t";
  record.timestamp_us = test_time();
  record.name = "checkout";
  record.user_id = "mallory";
  record.tags = {"beta"};
  store_.add("p", record, "what the trace was asked", {});
  ObservationRecord row = test_observation("t", "s");
  row.input = "walrus";
  store_.add("p", row);
  record.trace_id = "deleted";
  store_.add("p", record);
  execute("DELETE FROM trace_attributes WHERE project_id = {project_id:String} AND trace_id = 'deleted'");
  const auto traces = [&](std::string_view text) {
    TraceFilter filter;
    filter.search = Search::parse(text);
    const auto found = TraceReader(store_.engine()).list("p", filter, {}, 0, 10, {});
    EXPECT_TRUE(found) << found.error().message;
    Ids ids;
    for (std::size_t i = 0; found && i < found->size(); ++i)
      ids.insert((*found)[i].id);
    return ids;
  };
  for (const char* text : {"checkout", "mallory", "BETA", "trace was", "\"trace was\"", "walrus", "walrus mallory",
                           "mallory walrus", "asked checkout"}) {
    EXPECT_EQ(traces(text), Ids{"t"}) << text;
  }
  EXPECT_EQ(traces("walrus nowhere"), Ids{});
}

// What other conditions rule out and what is no more does not end the search.
TEST_F(TextSearchTest, APageFindsWhatLiesBehindManyTexts) {
  ObservationRecord row = test_observation("old", "1");
  row.input = std::string(300, '.') + " common";
  row.environment = "production";
  store_.add("p", row);
  std::vector<Text> texts;
  for (int i = 0; i < 5'000; ++i) {
    texts.push_back({"gone" + std::to_string(i), "s", "common text", {}});
    if (i % 2 == 0) texts.back().name.reset();  // no observation has them
  }
  write(texts);
  ObservationFilter filter;
  filter.search = Search::parse("common");
  filter.conditions = {any_of(Field::kEnvironment, {"production"})};
  ObservationReader reader(store_.engine());
  const auto observations = reader.page_at("p", filter, {}, 0, 10, {});
  ASSERT_TRUE(observations);
  ASSERT_EQ(observations->size(), 1U);
  EXPECT_EQ(observations->front().trace_id, "old");
  TraceFilter traces;
  traces.search = filter.search;
  traces.conditions = filter.conditions;
  const auto found = TraceReader(store_.engine()).list("p", traces, {}, 0, 10, {});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size(), 1U);
}

// Pages that follow each other have each observation once, newest first.
TEST_F(TextSearchTest, PagesFollowEachOther) {
  std::vector<Text> texts;
  for (int i = 0; i < 3'000; ++i)
    texts.push_back({"t" + std::to_string(i), "s", i % 3 == 0 ? "common text" : "text", {}});
  for (std::size_t at = 0; at < texts.size(); at += 1'000)
    write({texts.begin() + static_cast<std::ptrdiff_t>(at), texts.begin() + static_cast<std::ptrdiff_t>(at + 1'000)});
  ObservationFilter filter;
  filter.search = Search::parse("common");
  ObservationReader reader(store_.engine());
  std::optional<ObservationCursor> after;
  for (int i = 2'997; i >= 0;) {
    const auto page = reader.page_after("p", filter, after, 170, {});
    ASSERT_TRUE(page) << page.error().message;
    ASSERT_FALSE(page->empty());
    for (const ObservationRecord& row : *page) {
      ASSERT_EQ(row.trace_id, "t" + std::to_string(i));
      i -= 3;
    }
    const ObservationRecord& last = page->back();
    after = ObservationCursor{last.start_time_us, last.trace_id, last.span_id};
  }
  const auto count = reader.count("p", filter);
  ASSERT_TRUE(count);
  EXPECT_EQ(count->observations, 1'000U);
}

}  // namespace
}  // namespace clew::query
