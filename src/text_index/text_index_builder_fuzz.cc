// Whatever the bytes: the builder finds the words that words_of() has, and no others. The first byte says where input
// ends and output begins; both are given twice, the second time with one byte more, to meet what is skipped.
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "text_index/builder.h"
#include "text_index/words.h"

using namespace clew::text_index;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // Copies of exactly that size, so that a byte read behind them is noticed.
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t cut = text.size() * data[0] / 255;
  const std::optional<std::string> input(text.substr(0, cut)), output(text.substr(cut));
  const std::optional<std::string> again(*input + (text.empty() ? 'x' : text.back()));

  Builder builder;
  builder.add("trace", "one", 1, input, output);
  builder.add("trace", "two", 2, again, output);
  std::set<std::string> expected;
  for (const auto& each : {input, output, again})
    words_of(*each, [&](std::string_view word) { expected.emplace(word); });

  std::set<std::string> found;
  for (const auto& row : builder.finish().rows) {
    if (row.bucket == kKeysBucket) continue;
    const auto take = [&](std::string_view word) { return found.emplace(word).second || (std::abort(), false); };
    const auto group = [](const std::vector<std::uint32_t>& groups) {
      if (groups != std::vector<std::uint32_t>{0}) std::abort();
    };
    if (!read_words(row.words, row.data, take, group)) std::abort();
  }
  if (found != expected) std::abort();
  return 0;
}
