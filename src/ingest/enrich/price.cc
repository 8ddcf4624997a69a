#include "ingest/enrich/price.h"

#include <charconv>
#include <cmath>

namespace clew::ingest {

namespace {

constexpr int kFractionDigits = 18;
constexpr Attodollars kDollar = 1'000'000'000'000'000'000ULL;
constexpr Attodollars kPicodollar = 1'000'000ULL;
constexpr Attodollars kLimit = kDollar * 1'000'000U;  // what does not fit the store any more
constexpr Attodollars kMax = ~Attodollars{0};
constexpr domain::Picodollars kClamped = 999'999'999'999'000'000;

// Digits and exponent of a decimal text without sign; false when it is not one.
bool split_decimal(std::string_view text, std::string& digits, int& exponent) {
  bool fraction = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !fraction) {
      fraction = true;
    } else if (c >= '0' && c <= '9') {
      digits += c;
      exponent -= fraction;
    } else {
      break;
    }
  }
  if (digits.empty()) return false;
  if (i == text.size()) return true;
  if (text[i] != 'e' && text[i] != 'E') return false;
  text.remove_prefix(i + 1);
  if (text.starts_with('+')) text.remove_prefix(1);
  int power = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), power);
  if (error != std::errc{} || end != text.data() + text.size() || std::abs(power) > 1000) return false;
  exponent += power;
  return true;
}

}  // namespace

std::optional<Price> parse_price(std::string_view decimal) {
  std::string digits;
  int exponent = 0;
  if (!split_decimal(decimal, digits, exponent)) return std::nullopt;
  // digits × 10^exponent dollar; what counts is how many digits stand before 10^-18.
  const long kept = static_cast<long>(digits.size()) + exponent + kFractionDigits;
  Attodollars amount = 0;
  for (long i = 0; i < kept; ++i) {
    const auto at = static_cast<std::size_t>(i);
    amount = amount * 10 + (at < digits.size() ? static_cast<unsigned>(digits[at] - '0') : 0U);
    if (amount >= kLimit) return std::nullopt;
  }
  if (kept >= 0 && kept < static_cast<long>(digits.size()) && digits[static_cast<std::size_t>(kept)] >= '5') ++amount;
  return Price{amount};
}

std::optional<Price> price_of(const json::Value& value) {
  if (value.is_string()) return parse_price(std::string_view(value.get_string()));
  if (!value.is_number()) return std::nullopt;
  return parse_price(json::to_text(value));
}

std::string to_text(Price price) {
  std::string out = std::to_string(static_cast<std::uint64_t>(price.amount / kDollar));
  std::string fraction = std::to_string(static_cast<std::uint64_t>(price.amount % kDollar));
  if (fraction == "0") return out;
  fraction.insert(0, kFractionDigits - fraction.size(), '0');
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return out + "." + fraction;
}

double to_dollars(Price price) {
  double dollars = 0;
  const std::string text = to_text(price);
  std::from_chars(text.data(), text.data() + text.size(), dollars);
  return dollars;
}

Attodollars multiply(Price price, std::uint64_t units) {
  Attodollars product = 0;
  return __builtin_mul_overflow(price.amount, Attodollars{units}, &product) ? kMax : product;
}

Attodollars add(Attodollars a, Attodollars b) {
  Attodollars sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? kMax : sum;
}

domain::Picodollars to_picodollars(Attodollars amount) {
  if (amount >= kLimit) return kClamped;
  const Attodollars rounded = (amount + kPicodollar / 2) / kPicodollar;
  return rounded >= kLimit / kPicodollar ? kClamped : static_cast<domain::Picodollars>(rounded);
}

}  // namespace clew::ingest
