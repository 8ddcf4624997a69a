// Prices and the exact arithmetic on them (contract/cost.md 7): price × units is exact, only the result is rounded to
// the 12 digits that are stored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "domain/observation.h"

namespace clew::ingest {

// 10^-18 US dollar. Sums and products saturate far above everything that can be stored.
__extension__ typedef unsigned __int128 Attodollars;

// Dollars for one unit of one usage type. Kept to 18 fraction digits, below 10^6 dollar.
struct Price {
  Attodollars amount = 0;

  friend bool operator==(const Price&, const Price&) = default;
};

// From a JSON number or decimal text. Null when negative, not finite, 10^6 or more, or not a number.
std::optional<Price> price_of(const json::Value& value);
std::optional<Price> parse_price(std::string_view decimal);

// The shortest decimal: "0.0000025", "0", "12.5".
std::string to_text(Price price);
double to_dollars(Price price);

Attodollars multiply(Price price, std::uint64_t units);
Attodollars add(Attodollars a, Attodollars b);
// Rounded half up; 10^6 dollar and more become 999999.999999.
domain::Picodollars to_picodollars(Attodollars amount);

}  // namespace clew::ingest
