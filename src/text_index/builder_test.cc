// Builder finds exactly the words that words_of() has, however it hurries; compared on texts made to hurt it.
#include "text_index/builder.h"

#include <map>
#include <random>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "text_index/stretches.h"
#include "text_index/words.h"

namespace clew::text_index {
namespace {

struct Texts {
  std::optional<std::string> input, output;
};
using Index = std::map<std::string, std::set<std::uint32_t>>;  // word → groups

Index index_of(const Builder::Block& block) {
  Index index;
  std::pair<std::uint16_t, std::string> before;
  for (const auto& row : block.rows) {
    if (row.bucket == kKeysBucket) continue;
    std::string word;
    EXPECT_TRUE(read_words(
        row.words, row.data,
        [&](std::string_view next) {
          word = next;
          return true;
        },
        [&](const std::vector<std::uint32_t>& groups) {
          const auto buckets = buckets_of(word);
          EXPECT_TRUE(row.bucket == buckets[0] || row.bucket == buckets[1]) << word;
          EXPECT_TRUE(std::ranges::is_sorted(groups, std::less_equal{})) << word;
          EXPECT_TRUE(index.emplace(word, std::set(groups.begin(), groups.end())).second) << word << " stands twice";
          if (row.bucket >= kLargeBuckets) {
            EXPECT_LT(before, std::pair(row.bucket, word));
            before = {row.bucket, word};
          }
        }));
  }
  return index;
}

// Groups by the order of rows, without anything but words_of().
Index plain_index(const std::vector<Texts>& rows) {
  Index index;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const auto& text : {rows[i].input, rows[i].output}) {
      if (text)
        words_of(*text, [&](std::string_view word) {
          index[std::string(word)].insert(static_cast<std::uint32_t>(i / kGroupRows));
        });
    }
  }
  return index;
}

void add(Builder& builder, const std::vector<Texts>& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i)
    builder.add("t" + std::to_string(i / 7), "s" + std::to_string(i), static_cast<TimeUs>(i), rows[i].input,
                rows[i].output);
}

// Pieces of many kinds, some repeated from the row before, so that everything that is skipped is tried.
class RandomTexts {
 public:
  explicit RandomTexts(unsigned seed) : random_(seed) {}

  std::string text(std::size_t pieces) {
    std::string out;
    if (random_() % 3 == 0) out = before_.substr(0, random_() % (before_.size() + 1));
    for (std::size_t i = 0; i < pieces; ++i)
      out += piece();
    before_ = out;
    return out;
  }

  std::vector<Texts> rows(std::size_t count, std::size_t pieces) {
    std::vector<Texts> out(count);
    for (Texts& row : out) {
      if (random_() % 8 != 0) row.input = text(random_() % (pieces + 1));
      if (random_() % 8 != 0) row.output = text(random_() % (pieces + 1));
    }
    return out;
  }

 private:
  std::string letters(std::size_t size) {
    static constexpr std::string_view kLetters = "abcxyzABCXYZ0129";
    std::string out;
    for (std::size_t i = 0; i < size; ++i)
      out += kLetters[random_() % kLetters.size()];
    return out;
  }

  std::string piece() {
    static const std::vector<std::string> kSpecial = {
        "é", "É", "ß",    "Ж",    "İ",        "ſ",        "K",    "Ⱥ",    "検",   "索引", "の", "👍", "한국",
        "…", "—", "\xC3", "\xE6", "\xE6\xA4", "\xF0\x9F", "\x80", "\xFF", "\xC1", "_",    "-",  "@",  "[",
        "`", "{", "/",    ":",    "\\n",      "\n",       "\t",   ". ",   ", ",   "ไทย",  "Ａ"};
    switch (random_() % 12) {
      case 0:
        return letters(17 + random_() % 60);
      case 1:
        return random_() % 20 == 0 ? letters(900 + random_() % 2'000) : letters(16);
      case 2:
      case 3:
        return kSpecial[random_() % kSpecial.size()];
      case 4:
        return std::string(1, static_cast<char>(random_() % 256));
      case 5:
        return "w" + std::to_string(random_() % 3'000);
      default:
        return letters(1 + random_() % 4) + (random_() % 4 == 0 ? "" : " ");
    }
  }

  std::mt19937 random_;
  std::string before_;
};

TEST(Builder, HasTheWordsOfTheTextsAndNoOthers) {
  for (unsigned seed = 0; seed < 24; ++seed) {
    RandomTexts texts(seed);
    const auto rows = texts.rows(seed % 4 == 0 ? 200 : 70, seed % 8 == 1 ? 800 : 40);
    Builder builder;
    add(builder, rows);
    EXPECT_EQ(index_of(builder.finish()), plain_index(rows)) << "seed " << seed;
  }
}

// One text per builder, at every alignment and with nothing readable behind its end.
TEST(Builder, ReadsNoByteBehindATextAndMissesNone) {
  RandomTexts texts(99);
  for (std::size_t size = 0; size < 300; ++size) {
    std::string text = texts.text(80);
    text.resize(std::min(text.size(), size));
    text.shrink_to_fit();
    const std::vector<Texts> rows = {{text, std::nullopt}};
    Builder builder;
    add(builder, rows);
    EXPECT_EQ(index_of(builder.finish()), plain_index(rows)) << size;
  }
}

// A conversation that is sent again and again, longer each time, in several groups.
TEST(Builder, SkipsWhatItKnowsOnlyWithinAGroup) {
  RandomTexts texts(5);
  const std::string prompt = texts.text(1'000);
  std::vector<Texts> rows;
  std::string conversation = prompt;
  for (int i = 0; i < 150; ++i) {
    rows.push_back({conversation, texts.text(20)});
    conversation = i % 50 == 49 ? prompt : conversation + *rows.back().output;
  }
  Builder builder;
  add(builder, rows);
  EXPECT_EQ(index_of(builder.finish()), plain_index(rows));
}

TEST(Builder, AppendedBuildersMakeOneBlock) {
  for (const std::size_t first : {0, 1, 64, 512, 513}) {
    RandomTexts texts(static_cast<unsigned>(first));
    const auto left = texts.rows(first, 12), right = texts.rows(600, 12), more = texts.rows(80, 30);
    Builder builder, other;
    add(builder, left);
    add(other, right);
    builder.append(std::move(other));
    add(builder, more);
    EXPECT_EQ(builder.rows(), first + 680);
    EXPECT_EQ(other.rows(), 0U);
    const Builder::Block block = builder.finish();

    // Rows of `other` begin with a part of their own.
    std::vector<Texts> all = left;
    all.resize((first + 511) / 512 * 512);
    all.insert(all.end(), right.begin(), right.end());
    all.insert(all.end(), more.begin(), more.end());
    EXPECT_EQ(index_of(block), plain_index(all)) << first;
    EXPECT_EQ(block.groups, (all.size() + 63) / 64);
    std::vector<std::size_t> keys;
    for (const auto& row : block.rows) {
      if (row.bucket != kKeysBucket) continue;
      EXPECT_EQ(row.part, keys.size());
      keys.push_back(read_keys(row.data)->size());
    }
    std::size_t begin = 0;
    std::vector<std::size_t> expected;
    for (const std::size_t rows : {first, std::size_t{680}}) {
      for (begin = 0; begin < rows; begin += 512)
        expected.push_back(std::min<std::size_t>(512, rows - begin));
    }
    EXPECT_EQ(keys, expected) << first;
  }
}

TEST(Builder, WorksOnSeveralThreadsEachWithItsOwn) {
  RandomTexts texts(11);
  const auto rows = texts.rows(130, 40);
  const Index expected = plain_index(rows);
  std::vector<Index> found(4);
  std::vector<std::thread> threads;
  for (Index& index : found)
    threads.emplace_back([&] {
      Builder builder;
      add(builder, rows);
      index = index_of(builder.finish());
    });
  for (std::thread& thread : threads)
    thread.join();
  for (const Index& index : found)
    EXPECT_EQ(index, expected);
}

TEST(Stretches, AreTheSameOnEveryProcessor) {
  std::mt19937 random(1);
  std::array<char, 64> bytes{};
  for (int round = 0; round < 2'000; ++round) {
    std::uint64_t expected = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<char>(round < 4 ? 64U * static_cast<unsigned>(round) + i : random());
      const auto c = static_cast<unsigned char>(bytes[i]);
      const bool in = c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      EXPECT_EQ(separates(bytes[i]), !in);
      if (in) expected |= 1ULL << i;
    }
    EXPECT_EQ(stretch_mask(bytes.data()), expected);
    EXPECT_EQ(stretch_mask_portable(bytes.data()), expected);
  }
}

}  // namespace
}  // namespace clew::text_index
