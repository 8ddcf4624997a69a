// Two facts. Damaged rows of the index are refused or read, within bounds. And what the index promises a search: a text
// that contains a query has every word that is asked for, whatever the text is and wherever the query stands in it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "base/text.h"
#include "text_index/format.h"
#include "text_index/plan.h"
#include "text_index/words.h"

namespace {

using namespace clew::text_index;

void check_rows(std::string_view bytes) {
  if (const auto keys = read_keys(bytes)) {
    if (keys->size() > bytes.size() + 1) std::abort();
  }
  const std::size_t cut = bytes.find('\0');
  if (cut == std::string_view::npos) return;
  std::size_t numbers = 0;
  static_cast<void>(read_words(
      bytes.substr(0, cut), bytes.substr(cut + 1), [](std::string_view) { return true; },
      [&](const auto& groups) { numbers += groups.size(); }));
  if (numbers > bytes.size()) std::abort();
}

bool is_boundary(std::string_view text, std::size_t at) {
  return at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
}

void check_promise(std::string_view text, std::size_t begin, std::size_t end) {
  while (!is_boundary(text, begin))
    ++begin;
  while (!is_boundary(text, end))
    ++end;
  if (begin >= end) return;
  RunScanner scanner(text);
  for (Run run; scanner.next(run);) {
    if (run.kind == Run::Kind::kLetters && run.end - run.begin > kRunBytesMax / 2) return;  // not indexed to its end
  }
  std::set<std::string, std::less<>> words;
  words_of(text, [&](std::string_view word) { words.emplace(word); });
  for (const Needle& needle : needles_of(text.substr(begin, end - begin), {begin == 0, end == text.size()})) {
    bool found = false;
    for (const std::string& word : words)
      found = found || needle.accepts(word);
    if (!found) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 5 || size > 8192) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_rows(bytes);
  const std::string text = clew::text::sanitize_utf8(std::string(bytes.substr(4)));  // as everything that is stored
  const std::size_t one = (data[0] + 256U * data[1]) % (text.size() + 1);
  const std::size_t other = (data[2] + 256U * data[3]) % (text.size() + 1);
  check_promise(text, std::min(one, other), std::max(one, other));
  return 0;
}
