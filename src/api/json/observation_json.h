// Observations as JSON of the public API: the v1 object and the v2 object with its field groups.
#pragma once

#include <cstdint>
#include <string_view>

#include "api/json/json_writer.h"
#include "query/observation_record.h"
#include "query/payloads.h"
#include "query/unit_prices.h"

namespace clew::api {

// Prices of the matched model's default tier, as v1 and v2 show them.
struct ShownPrices {
  std::string input, output, total;  // decimal text; "" = unknown
};
ShownPrices shown_prices(const query::UnitPrices& prices, std::string_view project_id, std::string_view model_id);

// v1 (contract/api.md B.4). `prices` is null inside of a trace, where they read 0. Needs all parts.
void write_observation_v1(JsonWriter& json, std::string_view project_id, const query::ObservationRecord& observation,
                          const query::Payload* payload, const ShownPrices* prices);

// The field groups of v2 (contract/api.md B.5).
enum class ObservationGroup : std::uint16_t {
  kCore = 1 << 0,
  kBasic = 1 << 1,
  kTime = 1 << 2,
  kIo = 1 << 3,
  kMetadata = 1 << 4,
  kModel = 1 << 5,
  kUsage = 1 << 6,
  kPrompt = 1 << 7,
  kMetrics = 1 << 8,
  kTraceContext = 1 << 9,
};
class ObservationGroups {
 public:
  // A comma list of group names; unknown names are ignored, none known means core and basic.
  static ObservationGroups parse(std::string_view fields);

  bool has(ObservationGroup group) const { return bits_ & static_cast<std::uint16_t>(group); }
  query::ObservationParts parts() const;

 private:
  std::uint16_t bits_ = 0;
};

void write_observation_v2(JsonWriter& json, std::string_view project_id, const query::ObservationRecord& observation,
                          const query::Payload* payload, const ShownPrices& prices, ObservationGroups groups,
                          bool whole_metadata);

// {"input":1,…} and {"total":0.5,…}
void write_usage(JsonWriter& json, const domain::UsageMap& usage);
// What the observation used; where that repeats spans below it (and so is in no sum), what it reported.
const domain::UsageMap& shown_usage(const query::ObservationRecord& o);
void write_costs(JsonWriter& json, const domain::CostMap& costs);

}  // namespace clew::api
