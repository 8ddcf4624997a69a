#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "text_index/builder.h"
#include "text_index/case_fold.h"
#include "text_index/plan.h"
#include "text_index/words.h"

namespace clew::text_index {
namespace {

using Words = std::vector<std::string>;
using enum Needle::Kind;

Words words(std::string_view text) {
  Words out;
  words_of(text, [&](std::string_view word) { out.emplace_back(word); });
  return out;
}

bool index_has(const Words& indexed, const std::vector<Needle>& needles) {
  return std::ranges::all_of(needles, [&](const Needle& needle) {
    return std::ranges::any_of(indexed, [&](const std::string& word) { return needle.accepts(word); });
  });
}

TEST(Words, AreLettersAndDigitsInLowerCase) {
  EXPECT_EQ(words("The quick_brown FOX-42, x"), (Words{"the", "quick", "brown", "fox", "42", "x"}));
  EXPECT_EQ(words("Größe ÇA Ölüm ΣΟΦΌΣ Привет"), (Words{"größe", "ça", "ölüm", "σοφόσ", "привет"}));
  EXPECT_EQ(words("“quoted” — text…"), (Words{"quoted", "text"}));
  EXPECT_EQ(words(" .,;"), Words{});
}

TEST(Words, OfScriptsWithoutSpacesAreNeighbours) {
  EXPECT_EQ(words("全文検索 は"), (Words{"全文", "文検", "検索", "は"}));
  EXPECT_EQ(words("v2の検索"), (Words{"v2", "の検", "検索"}));
  EXPECT_EQ(words("검색을"), (Words{"검색", "색을"}));
  EXPECT_EQ(words("ok 👍"), (Words{"ok", "👍"}));
}

TEST(Words, OfBrokenTextAreThoseAroundTheBreak) {
  EXPECT_EQ(words("ab\xC3"
                  "cd"),
            (Words{"ab", "cd"}));
  EXPECT_EQ(words("ab\xE6\xA4"), Words{"ab"});
}

TEST(Words, OfVeryLongRunsAreOverlappingPieces) {
  std::string run;
  for (int i = 0; i < 50; ++i)
    run += "a" + std::to_string(100 + i);
  const Words pieces = words(run);
  EXPECT_GT(pieces.size(), 3U);
  for (std::size_t at = 0; at + kPieceStep <= run.size(); ++at) {
    EXPECT_TRUE(index_has(pieces, needles_of(run.substr(at, 40), {}))) << at;
  }
  EXPECT_TRUE(index_has(pieces, needles_of(run, {.at_begin = true, .at_end = true})));
  EXPECT_TRUE(index_has(pieces, needles_of(run.substr(run.size() - 20), {.at_end = true})));
}

TEST(CaseFold, KnowsMoreThanLatin) {
  EXPECT_EQ(fold_case(U'Ä'), U'ä');
  EXPECT_EQ(fold_case(U'Ж'), U'ж');
  EXPECT_EQ(fold_case(U'Ω'), U'ω');
  EXPECT_EQ(fold_case(U'ß'), U'ß');
  EXPECT_EQ(fold_case(U'Ａ'), U'ａ');
  EXPECT_EQ(fold_case(U'検'), U'検');
}

TEST(CaseFold, OfALowerCaseLetterIsTheLetter) {
  EXPECT_EQ(fold_case(U'İ'), U'i');
  EXPECT_EQ(fold_case(U'Ⱥ'), U'ⱥ');  // two bytes of UTF-8, then three
  EXPECT_EQ(fold_case(U'ẞ'), U'ß');  // three, then two
  EXPECT_EQ(fold_case(U'߿'), U'߿');
  EXPECT_EQ(fold_case(U'Ꙁ'), U'ꙁ');
  EXPECT_EQ(fold_case(U'𐐀'), U'𐐨');
  for (char32_t c = 0; c < 0x110000; ++c)
    ASSERT_EQ(fold_case(fold_case(c)), fold_case(c)) << static_cast<std::uint32_t>(c);
}

TEST(Needles, InnerWordsAreWholeAndOuterOnesMayGoOn) {
  EXPECT_EQ(needles_of("ick brown fo", {}),
            (std::vector<Needle>{{kEnd, "ick"}, {kWhole, "brown"}, {kBeginning, "fo"}}));
  EXPECT_EQ(needles_of("fund", {}), (std::vector<Needle>{{kInside, "fund"}}));
  EXPECT_EQ(needles_of(" Fund!", {}), (std::vector<Needle>{{kWhole, "fund"}}));
  EXPECT_EQ(needles_of("fund", {.at_begin = true}), (std::vector<Needle>{{kBeginning, "fund"}}));
  EXPECT_EQ(needles_of("文検索", {}), (std::vector<Needle>{{kWhole, "文検"}, {kWhole, "検索"}}));
  EXPECT_EQ(needles_of("検", {}), (std::vector<Needle>{{kInside, "検"}}));
  EXPECT_TRUE(needles_of("=> ", {}).empty());
}

TEST(Needles, OfAQueryThatIsCutEndWithAWordThatMayGoOn) {
  const std::string text = std::string(kRunBytesMax - 6, '.') + "abcde\u00e9f";  // the cut would be inside of the e
  EXPECT_TRUE(index_has(words(text), needles_of(text, {.at_begin = true, .at_end = true})));
}

// What the whole index rests on: whatever is a part of a text is not ruled out by its words.
TEST(Needles, NeverRuleOutAPartOfTheText) {
  std::mt19937 random(7);
  const Words alphabet = {"a", "B", "c", "1", " ", " ", "-", "é", "Ж", "ж", "検", "索", "の", "👍", "…", "한", "Ａ"};
  for (int round = 0; round < 2'000; ++round) {
    Words signs;
    std::string text;
    const std::size_t size = 1 + random() % (round % 10 == 0 ? 300 : 12);
    for (std::size_t i = 0; i < size; ++i) {
      signs.push_back(alphabet[random() % (round % 7 == 0 ? 4 : alphabet.size())]);
      text += signs.back();
    }
    const Words indexed = words(text);
    const std::size_t begin = random() % size, end = begin + 1 + random() % (size - begin);
    std::string part;
    for (std::size_t i = begin; i < end; ++i)
      part += signs[i];
    EXPECT_TRUE(index_has(indexed, needles_of(part, {.at_begin = begin == 0, .at_end = end == size})))
        << "'" << part << "' in '" << text << "'";
  }
}

// All (word, key) pairs of a block, as a reader finds them.
std::set<std::pair<std::string, Key>> contents(const Builder::Block& block) {
  std::vector<std::vector<Key>> parts;
  for (const auto& row : block.rows) {
    if (row.bucket == kKeysBucket) parts.push_back(*read_keys(row.data));
  }
  std::set<std::pair<std::string, Key>> out;
  for (const auto& row : block.rows) {
    if (row.bucket == kKeysBucket) continue;
    std::vector<std::string> of_row;
    std::string_view rest(row.words);
    while (rest.size() > 1) {
      rest.remove_prefix(1);
      of_row.emplace_back(rest.substr(0, rest.find('\n')));
      rest.remove_prefix(of_row.back().size());
    }
    std::size_t at = 0;
    const auto read = read_words(
        row.words, row.data, [](std::string_view) { return true; },
        [&](const std::vector<std::uint32_t>& groups) {
          const std::string& word = of_row[at++];
          const auto buckets = buckets_of(word);
          EXPECT_TRUE(row.bucket == buckets[0] || row.bucket == buckets[1]) << word;
          for (const std::uint32_t group : groups) {
            const auto& keys = parts[group / kGroupsPerPart];
            const std::size_t first = group % kGroupsPerPart * kGroupRows;
            for (std::size_t i = first; i < std::min(first + kGroupRows, keys.size()); ++i)
              out.emplace(word, keys[i]);
          }
        });
    EXPECT_TRUE(read);
    EXPECT_EQ(at, of_row.size());
  }
  return out;
}

TEST(Builder, BlocksSmallAndLargeSayWhereEachWordIs) {
  std::mt19937 random(3);
  for (const int rows : {1, 63, 64, 65, 700, 3'000}) {
    Builder builder;
    std::vector<std::pair<Key, Words>> written;
    for (int i = 0; i < rows; ++i) {
      const Key key{"t" + std::to_string(i / 10), "s" + std::to_string(i)};
      std::string input, output;
      for (int w = 0; w < 5; ++w) {
        input += "w" + std::to_string(random() % 5'000) + " ";
        output += "the v" + std::to_string(random() % 50) + "\n";
      }
      builder.add(key.first, key.second, 1'000 + i, input, output);
      written.emplace_back(key, words(input + " " + output));
    }
    const Builder::Block block = builder.finish();
    EXPECT_EQ(block.groups, (rows + 63U) / 64);
    EXPECT_EQ(block.time_min_us, 1'000);
    EXPECT_EQ(block.time_max_us, 1'000 + rows - 1);
    const auto found = contents(block);
    for (const auto& [key, own] : written) {
      for (const std::string& word : own)
        EXPECT_TRUE(found.contains({word, key})) << word << " in a block of " << rows;
    }
    EXPECT_EQ(builder.rows(), 0U);
  }
}

TEST(Builder, IdentityFollowsFromKeysAndTimes) {
  const auto id = [](std::string_view trace, std::string_view span, TimeUs time_us = 1) {
    Builder builder;
    builder.add(trace, span, time_us, "text", std::nullopt);
    return builder.finish().id;
  };
  EXPECT_EQ(id("a", "b"), id("a", "b"));
  EXPECT_NE(id("a", "b"), id("ab", ""));
  EXPECT_NE(id("a", "b"), id("a", "c"));
  EXPECT_NE(id("a", "b"), id("a", "b", 2));
}

TEST(Format, DamageIsAnErrorNotACrash) {
  EXPECT_FALSE(
      read_keys("\x05"
                "abc"));
  EXPECT_FALSE(read_keys(std::string(2, '\0')));
  const auto none = [](const auto&) {};
  EXPECT_FALSE(read_words("\nab\n", "", [](auto) { return true; }, none));
  EXPECT_FALSE(read_words("\nab", "\x02", [](auto) { return true; }, none));
  EXPECT_FALSE(read_words("\nab\n", "\x7F", [](auto) { return true; }, none));
}

}  // namespace
}  // namespace clew::text_index
