// What one unit of usage costs, as this module needs to show it. Implemented by whoever keeps the price list (connected
// in app).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clew::query {

// Usage type → dollar per unit as decimal text ("0.0000025"), of one pricing tier.
using TierPrices = std::vector<std::pair<std::string, std::string>>;

class UnitPrices {
 public:
  virtual ~UnitPrices() = default;

  // Prices of a tier of a model definition, as they are now; tier id "" is the default tier. Null when the project
  // knows no such model or tier. Any thread; answers from memory.
  virtual std::optional<TierPrices> find(std::string_view project_id, std::string_view model_id,
                                         std::string_view tier_id) const = 0;
};

}  // namespace clew::query
