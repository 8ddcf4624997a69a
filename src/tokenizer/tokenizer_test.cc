// Counts agree with the published tokenisers; see tools/tokenizer/vectors.mjs for where the expectations come from.
#include <fstream>

#include <gtest/gtest.h>

#include "base/json.h"
#include "tokenizer/merge.h"
#include "tokenizer/splitter.h"
#include "tokenizer/tokenizers.h"
#include "tokenizer/vocabulary.h"

namespace clew::tokenizer {
namespace {

constexpr std::array<std::pair<std::string_view, Encoding>, kEncodingCount> kEncodings = {
    {{"o200k_base", Encoding::kO200k},
     {"cl100k_base", Encoding::kCl100k},
     {"p50k_base", Encoding::kP50k},
     {"r50k_base", Encoding::kR50k},
     {"claude", Encoding::kClaude}}};

std::string repeated(std::string_view piece, std::size_t times) {
  std::string out;
  out.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i)
    out += piece;
  return out;
}

json::Array vectors() {
  std::ifstream file(CLEW_SOURCE_DIR "/src/tokenizer/testdata/counts.json");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  return json::parse(text)->get_array();
}

std::string text_of(const json::Value& pieces) {
  std::string out;
  for (const json::Value& piece : pieces.get_array())
    out += repeated(std::string_view(piece.at(0).get_string()), piece.at(1).to_number<std::size_t>());
  return out;
}

TEST(Counts, AgreeWithThePublishedTokenisers) {
  Tokenizers tokenizers;
  const json::Array cases = vectors();
  ASSERT_GT(cases.size(), 30U);
  for (const json::Value& one : cases) {
    const std::string text = text_of(one.at("text"));
    for (const auto& [name, encoding] : kEncodings) {
      EXPECT_EQ(tokenizers.count(encoding, text), one.at("counts").at(name).to_number<std::uint64_t>())
          << name << ": " << json::to_text(one.at("text"));
    }
  }
}

TEST(Counts, OfLongRunsWithoutABreakAreFound) {
  Tokenizers tokenizers;
  constexpr std::size_t kBytes = 1 << 16;
  // With merging that looks at all pairs each time these take minutes to days.
  for (const char* piece : {"a", "Ab", " ", "=", "\n", "漢", "x\xCC\x81"}) {
    const std::string text = repeated(piece, kBytes / std::string_view(piece).size());
    for (const auto& [name, encoding] : kEncodings) {
      const auto count = tokenizers.count(encoding, text);
      ASSERT_TRUE(count) << name;
      EXPECT_GT(*count, 0U) << name;
      EXPECT_LE(*count, text.size()) << name;
    }
  }
}

TEST(Counts, OfWhatIsNotTextAreMissing) {
  Tokenizers tokenizers;
  EXPECT_EQ(tokenizers.count(Encoding::kO200k, "\xFF\xFE"), std::nullopt);
  EXPECT_EQ(tokenizers.count(Encoding::kClaude, "\xC3"), std::nullopt);
}

TEST(Merging, IsTheSameForShortAndLongPieces) {
  const auto vocabulary = Vocabulary::read(builtin_table(), "r50k_base");
  ASSERT_TRUE(vocabulary);
  // A piece twice as long as the short way goes, cut where no token reaches across: both halves count alone.
  const std::string half = "thequickbrownfoxjumpsoverthelazydog";
  const std::string wall = "\xF0\x9F\x99\x82";
  const std::size_t of_half = merged_tokens(*vocabulary, half);
  const std::size_t of_wall = merged_tokens(*vocabulary, wall);
  EXPECT_EQ(merged_tokens(*vocabulary, half + wall + half), 2 * of_half + of_wall);
}

TEST(Vocabularies, AreWholeAndRefuseDamage) {
  const auto o200k = Vocabulary::read(builtin_table(), "o200k_base");
  ASSERT_TRUE(o200k);
  EXPECT_EQ(o200k->size(), 199'998U);
  EXPECT_EQ(o200k->rank("!"), 0U);
  EXPECT_EQ(o200k->rank("no token is this long and this odd"), Vocabulary::kNone);
  EXPECT_EQ(Vocabulary::read(builtin_table(), "cl100k_base")->size(), 100'256U);
  EXPECT_EQ(Vocabulary::read(builtin_table(), "latin").error().code, Errc::kNotFound);
  EXPECT_EQ(Vocabulary::read(builtin_table().substr(0, 1000), "o200k_base").error().code, Errc::kCorruption);
  EXPECT_EQ(Vocabulary::read("CLEWTOK2", "o200k_base").error().code, Errc::kCorruption);
}

TEST(Encodings, FollowTheNameOfTheModel) {
  const std::pair<const char*, std::optional<Encoding>> names[] = {
      {"gpt-4o", Encoding::kO200k},
      {"gpt-4o-2024-05-13", Encoding::kO200k},
      {"gpt-4", Encoding::kCl100k},
      {"gpt-4-32k-0613", Encoding::kCl100k},
      {"gpt-3.5-turbo-16k", Encoding::kCl100k},
      {"text-embedding-ada-002", Encoding::kCl100k},
      {"davinci-002", Encoding::kCl100k},
      {"text-davinci-003", Encoding::kP50k},
      {"text-davinci-001", Encoding::kR50k},
      {"text-ada-001", Encoding::kR50k},
      {"llama-3", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& [name, expected] : names)
    EXPECT_EQ(openai_encoding(name), expected) << name;
  EXPECT_TRUE(is_openai_chat_model("gpt-4o-mini"));
  EXPECT_FALSE(is_openai_chat_model("text-embedding-ada-002"));
}

}  // namespace
}  // namespace clew::tokenizer
