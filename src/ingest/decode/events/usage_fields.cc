#include "ingest/decode/events/usage_fields.h"

#include <array>

#include "ingest/decode/tools/usage_details.h"

namespace clew::ingest {

namespace {

constexpr std::array<std::string_view, 6> kUnits = {"CHARACTERS",   "TOKENS", "SECONDS",
                                                    "MILLISECONDS", "IMAGES", "REQUESTS"};
struct OpenAiName {
  std::string_view theirs, ours;
};
constexpr std::array<OpenAiName, 3> kOpenAiNames = {
    {{"promptTokens", "input"}, {"completionTokens", "output"}, {"totalTokens", "total"}}};

void read_usage_object(json::Object& usage, const json::Array& path, Issues& issues, json::Object& out) {
  BodyReader reader(usage, path, issues);
  for (const std::string_view key : {"input", "output", "total"})
    reader.integer(key);
  for (const OpenAiName& name : kOpenAiNames)
    reader.integer(name.theirs);
  for (const std::string_view key : {"inputCost", "outputCost", "totalCost"}) {
    const json::Value* value = reader.find(key);
    if (value && !value->is_null() && !value->is_number()) {
      issues.wrong_type(reader.path_to(key), "number", value);
    } else {
      reader.any(key);
    }
  }
  reader.one_of("unit", kUnits);
  out = std::move(reader).take();

  bool openai = false;
  for (const OpenAiName& name : kOpenAiNames) {
    json::Value* count = out.if_contains(name.theirs);
    if (!count) continue;
    openai = true;
    if (!count->is_null()) out[name.ours] = *count;
    out.erase(name.theirs);
  }
  if (openai) out["unit"] = "TOKENS";
}

void read_usage(BodyReader& reader) {
  json::Value* value = reader.find("usage");
  if (!value || value->is_null()) return;
  json::Object* usage = value->if_object();
  if (!usage) return reader.issues().wrong_type(reader.path_to("usage"), "object", value);
  json::Object out;
  read_usage_object(*usage, reader.path_to("usage"), reader.issues(), out);
  if (!out.empty()) reader.put("usage", std::move(out));
}

void read_usage_details(BodyReader& reader) {
  const json::Value* value = reader.find("usageDetails");
  if (!value || value->is_null()) return;
  const json::Object* details = value->if_object();
  if (!details) return reader.issues().add("invalid_union", reader.path_to("usageDetails"), "Invalid input");
  json::Object out;
  for (auto& [key, units] : normalize_usage_details(*details))
    out[key] = units;
  if (!out.empty()) reader.put("usageDetails", std::move(out));
}

void read_cost_details(BodyReader& reader) {
  const json::Value* value = reader.find("costDetails");
  if (!value || value->is_null()) return;
  const json::Object* details = value->if_object();
  if (!details) return reader.issues().wrong_type(reader.path_to("costDetails"), "record", value);
  json::Object out;
  for (const auto& [key, cost] : *details) {
    if (cost_value(cost, NumericText::kDrop)) out[key] = cost;
  }
  if (!out.empty()) reader.put("costDetails", std::move(out));
}

}  // namespace

void read_usage_fields(BodyReader& reader) {
  read_usage(reader);
  read_usage_details(reader);
  read_cost_details(reader);
}

}  // namespace clew::ingest
