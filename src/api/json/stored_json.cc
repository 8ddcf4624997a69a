#include "api/json/stored_json.h"

#include <charconv>

#include "base/json.h"
#include "base/text.h"

namespace clew::api {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// 2^53 - 1 is the largest integer below which doubles hold every one.
bool beyond_doubles(std::string_view digits) {
  constexpr std::string_view kLargest = "9007199254740991";
  return digits.size() != kLargest.size() ? digits.size() > kLargest.size() : digits > kLargest;
}

bool fits_double(std::string_view number) {
  double value = 0;
  return std::from_chars(number.data(), number.data() + number.size(), value).ec == std::errc{};
}

class Copier {
 public:
  Copier(std::string& out, std::string_view text) : out_(out), text_(text) {}

  bool run() {
    skip_spaces();
    if (!value(0)) return false;
    skip_spaces();
    return at_ == text_.size();
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_]))
      ++at_;
  }

  bool take(char c) {
    if (peek() != c) return false;
    out_ += c;
    ++at_;
    return true;
  }

  bool value(std::size_t depth) {
    if (depth > json::kDepthMax) return false;
    switch (peek()) {
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    out_ += word;
    at_ += word.size();
    return true;
  }

  bool object(std::size_t depth) {
    take('{');
    skip_spaces();
    if (take('}')) return true;
    do {
      skip_spaces();
      if (peek() != '"' || !string()) return false;
      skip_spaces();
      if (!take(':')) return false;
      skip_spaces();
      if (!value(depth + 1)) return false;
      skip_spaces();
    } while (take(','));
    return take('}');
  }

  bool array(std::size_t depth) {
    take('[');
    skip_spaces();
    if (take(']')) return true;
    do {
      skip_spaces();
      if (!value(depth + 1)) return false;
      skip_spaces();
    } while (take(','));
    return take(']');
  }

  bool string() {
    const std::size_t start = at_++;
    for (; at_ < text_.size(); ++at_) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') {
        out_.append(text_, start, ++at_ - start);
        return true;
      }
      if (c < 0x20) return false;
      if (c == '\\' && !escape()) return false;
    }
    return false;
  }

  // Leaves at_ on the last character of the escape.
  bool escape() {
    ++at_;
    if (at_ >= text_.size()) return false;
    if (text_[at_] != 'u') return std::string_view("\"\\/bfnrt").find(text_[at_]) != std::string_view::npos;
    for (int i = 0; i < 4; ++i) {
      ++at_;
      if (at_ >= text_.size() ||
          std::string_view("0123456789abcdefABCDEF").find(text_[at_]) == std::string_view::npos) {
        return false;
      }
    }
    return true;
  }

  bool number() {
    const std::size_t start = at_;
    if (peek() == '-') ++at_;
    const std::size_t digits = at_;
    while (is_digit(peek()))
      ++at_;
    const std::string_view whole = text_.substr(digits, at_ - digits);
    if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) return false;
    bool integer = true;
    if (peek() == '.') {
      integer = false;
      ++at_;
      if (!is_digit(peek())) return false;
      while (is_digit(peek()))
        ++at_;
    }
    if (peek() == 'e' || peek() == 'E') {
      integer = false;
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!is_digit(peek())) return false;
      while (is_digit(peek()))
        ++at_;
    }
    // Ids such as 90e07199254 look like numbers that no client could hold.
    if (!integer && !fits_double(text_.substr(start, at_ - start))) return false;
    const bool quoted = integer && beyond_doubles(whole);
    if (quoted) out_ += '"';
    out_.append(text_, start, at_ - start);
    if (quoted) out_ += '"';
    return true;
  }

  std::string& out_;
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

bool append_if_json(std::string& out, std::string_view text) {
  if (text.empty()) return false;
  const std::size_t before = out.size();
  if (Copier(out, text).run() && text::is_utf8(text)) return true;
  out.resize(before);
  return false;
}

}  // namespace clew::api
