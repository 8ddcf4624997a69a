#include "tokenizer/tokenizers.h"

#include <cstdlib>

#include <utf8proc.h>

#include "base/text.h"
#include "tokenizer/merge.h"
#include "tokenizer/splitter.h"
#include "tokenizer/vocabulary.h"

namespace clew::tokenizer {

namespace {

constexpr std::array<std::string_view, kEncodingCount> kNames = {"o200k_base", "cl100k_base", "p50k_base", "r50k_base",
                                                                 "claude"};

// Unicode normalisation form KC, which the published Claude tokeniser applies first.
std::optional<std::string> normalized(std::string_view text) {
  utf8proc_uint8_t* out = nullptr;
  const auto length =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &out, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(out, &std::free);
  if (length < 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(out), static_cast<std::size_t>(length));
}

}  // namespace

struct Tokenizers::Loaded {
  Vocabulary vocabulary;
  std::unique_ptr<Splitter> splitter;

  // The special token `text` starts with, "" when none.
  std::string_view special_at(std::string_view text) const {
    for (const std::string& special : vocabulary.special_tokens()) {
      if (text.starts_with(special)) return special;
    }
    return {};
  }

  std::optional<std::uint64_t> count_plain(std::string_view text) const {
    std::uint64_t count = 0;
    if (!splitter->split(text, [&](std::string_view piece) { count += merged_tokens(vocabulary, piece); })) {
      return std::nullopt;
    }
    return count;
  }
};

std::optional<Encoding> openai_encoding(std::string_view model) {
  if (model.starts_with("gpt-4o")) return Encoding::kO200k;
  if (is_openai_chat_model(model)) return Encoding::kCl100k;
  for (const char* name : {"text-embedding-ada-002", "babbage-002", "davinci-002"}) {
    if (model == name) return Encoding::kCl100k;
  }
  for (const char* name : {"text-davinci-002", "text-davinci-003"}) {
    if (model == name) return Encoding::kP50k;
  }
  for (const char* name : {"text-davinci-001", "text-curie-001", "text-babbage-001", "text-ada-001"}) {
    if (model == name) return Encoding::kR50k;
  }
  return std::nullopt;
}

bool is_openai_chat_model(std::string_view model) {
  return model.starts_with("gpt-4") || model.starts_with("gpt-3.5");
}

Tokenizers::Tokenizers() = default;
Tokenizers::~Tokenizers() = default;

const Tokenizers::Loaded* Tokenizers::loaded(Encoding encoding) {
  const auto index = static_cast<std::size_t>(encoding);
  Slot& slot = slots_[index];
  std::call_once(slot.once, [&] {
    auto vocabulary = Vocabulary::read(builtin_table(), kNames[index]);
    if (!vocabulary) return;
    auto splitter = Splitter::create(vocabulary->split_pattern());
    if (!splitter) return;
    slot.loaded =
        std::make_unique<const Loaded>(Loaded{.vocabulary = *std::move(vocabulary), .splitter = *std::move(splitter)});
  });
  return slot.loaded.get();
}

std::optional<std::uint64_t> Tokenizers::count(Encoding encoding, std::string_view text) {
  if (!text::is_utf8(text)) return std::nullopt;
  const Loaded* with = loaded(encoding);
  if (!with) return std::nullopt;
  std::optional<std::string> composed;
  if (encoding == Encoding::kClaude) {
    composed = normalized(text);
    if (!composed) return std::nullopt;
    text = *composed;
  }
  std::uint64_t count = 0;
  std::size_t begin = 0;
  for (std::size_t at = text.find('<'); at != text.npos; at = text.find('<', at)) {
    const std::string_view special = with->special_at(text.substr(at));
    if (special.empty()) {
      ++at;
      continue;
    }
    const auto before = with->count_plain(text.substr(begin, at - begin));
    if (!before) return std::nullopt;
    count += *before + 1;
    at += special.size();
    begin = at;
  }
  const auto rest = with->count_plain(text.substr(begin));
  if (!rest) return std::nullopt;
  return count + *rest;
}

}  // namespace clew::tokenizer
