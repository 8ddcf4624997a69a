#include "ingest/merge/provided_usage.h"

#include "ingest/decode/tools/usage_details.h"

namespace clew::ingest {

namespace {

std::optional<std::int64_t> count_at(const json::Object* usage, std::string_view key) {
  const json::Value* value = usage ? json::find(*usage, key) : nullptr;
  if (!value || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

const json::Object* object_at(const json::Object& body, std::string_view key) {
  const json::Value* value = json::find(body, key);
  return value ? value->if_object() : nullptr;
}

template <class Map, class Amount>
void put(Map& map, std::string_view key, Amount amount) {
  for (auto& [name, value] : map) {
    if (name != key) continue;
    value = amount;
    return;
  }
  map.emplace_back(key, amount);
}

// The total of `usage`, or what stands for it when nothing more detailed was sent. A given 0 counts as not given:
// clients fill it in before they know.
std::optional<std::int64_t> total_of(const json::Object* usage, bool has_details) {
  const auto total = count_at(usage, "total");
  if (total && *total != 0) return total;
  const auto input = count_at(usage, "input");
  const auto output = count_at(usage, "output");
  if (has_details || (!input && !output)) return std::nullopt;
  return input.value_or(0) + output.value_or(0);
}

}  // namespace

domain::UsageMap provided_usage(const json::Object& body) {
  const json::Object* usage = object_at(body, "usage");
  const json::Object* details = object_at(body, "usageDetails");
  domain::UsageMap out;
  const auto add = [&out](std::string_view key, std::optional<std::int64_t> count) {
    if (count && *count >= 0) put(out, key, static_cast<std::uint64_t>(*count));
  };
  add("input", count_at(usage, "input"));
  add("output", count_at(usage, "output"));
  add("total", total_of(usage, details && !details->empty()));
  if (details) {
    for (const auto& [key, count] : normalize_usage_details(*details))
      put(out, key, count);
  }
  return out;
}

domain::CostMap provided_cost(const json::Object& body) {
  domain::CostMap out;
  if (const json::Object* usage = object_at(body, "usage")) {
    for (const auto& [key, name] :
         {std::pair{"inputCost", "input"}, std::pair{"outputCost", "output"}, std::pair{"totalCost", "total"}}) {
      const json::Value* value = json::find(*usage, key);
      const auto cost = value ? cost_value(*value, NumericText::kDrop) : std::nullopt;
      if (cost) put(out, name, *cost);
    }
  }
  if (const json::Object* details = object_at(body, "costDetails")) {
    for (const auto& [key, cost] : normalize_cost_details(*details))
      put(out, key, cost);
  }
  return out;
}

}  // namespace clew::ingest
