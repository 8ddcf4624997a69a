#include "tokenizer/splitter.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace clew::tokenizer {

namespace {

// Steps of backtracking for one match. The patterns are linear; this is what an unforeseen one may cost.
constexpr std::uint32_t kStepsMax = 50'000'000;

struct FreeMatch {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

PCRE2_SPTR bytes_of(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

}  // namespace

struct Splitter::Code {
  explicit Code(pcre2_code* given) : code(given) {}
  ~Code() { pcre2_code_free(code); }
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;
  pcre2_code* code;
};

Splitter::Splitter(std::unique_ptr<Code> code) : code_(std::move(code)) {}
Splitter::~Splitter() = default;

Result<std::unique_ptr<Splitter>> Splitter::create(const std::string& pattern) {
  int error = 0;
  PCRE2_SIZE at = 0;
  pcre2_code* code = pcre2_compile(bytes_of(pattern), pattern.size(), PCRE2_UTF | PCRE2_UCP, &error, &at, nullptr);
  if (!code) return Error{Errc::kInvalidArgument, "split pattern: error at " + std::to_string(at)};
  auto owned = std::make_unique<Code>(code);
  // Where the kernel forbids writable code the interpreter does the same work, slower.
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
  return std::unique_ptr<Splitter>(new Splitter(std::move(owned)));
}

bool Splitter::split(std::string_view utf8, const std::function<void(std::string_view)>& piece) const {
  const std::unique_ptr<pcre2_match_data, FreeMatch> data(pcre2_match_data_create(1, nullptr));
  const std::unique_ptr<pcre2_match_context, FreeMatch> context(pcre2_match_context_create(nullptr));
  if (!data || !context) return false;
  pcre2_set_match_limit(context.get(), kStepsMax);
  std::size_t from = 0;
  while (from < utf8.size()) {
    const int found =
        pcre2_match(code_->code, bytes_of(utf8), utf8.size(), from, PCRE2_NO_UTF_CHECK, data.get(), context.get());
    if (found == PCRE2_ERROR_NOMATCH) return true;
    if (found < 0) return false;
    const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(data.get());
    if (ends[1] <= ends[0]) return false;
    piece(utf8.substr(ends[0], ends[1] - ends[0]));
    from = ends[1];
  }
  return true;
}

}  // namespace clew::tokenizer
