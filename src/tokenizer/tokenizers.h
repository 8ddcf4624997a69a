// Counts the tokens of a text as the models' own tokenisers do.
//
// An encoding takes memory from its first use on: o200k_base 5 MB, the others 1 to 3 MB. A count is linear in the text
// (n log n at worst) and runs at some 10 MB/s.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

namespace clew::tokenizer {

enum class Encoding : std::uint8_t { kO200k, kCl100k, kP50k, kR50k, kClaude };
inline constexpr std::size_t kEncodingCount = 5;

// The encoding of an OpenAI model (contract/cost.md 5); null for names it does not know.
std::optional<Encoding> openai_encoding(std::string_view model);
// Whether its tokens for a list of messages include those around each message.
bool is_openai_chat_model(std::string_view model);

// Any thread.
class Tokenizers {
 public:
  Tokenizers();
  ~Tokenizers();

  // Special tokens in the text count as the one token they are. Null: the text is not UTF-8, or too hard to split.
  std::optional<std::uint64_t> count(Encoding encoding, std::string_view text);

 private:
  struct Loaded;
  const Loaded* loaded(Encoding encoding);

  struct Slot {
    std::once_flag once;
    std::unique_ptr<const Loaded> loaded;  // null: could not be read
  };
  std::array<Slot, kEncodingCount> slots_;
};

}  // namespace clew::tokenizer
