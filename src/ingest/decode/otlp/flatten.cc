#include "ingest/decode/otlp/flatten.h"

#include <algorithm>
#include <unordered_set>

namespace clew::ingest::otlp {

namespace {

bool may_unfold(const json::Object& object, std::string_view path, const domain::TextMap& out) {
  if (object.size() + out.size() > kPathsMax) return false;
  return std::ranges::all_of(object,
                             [&](const auto& item) { return path.size() + 1 + item.key().size() <= kPathSizeMax; });
}

}  // namespace

void append_flat(domain::TextMap& out, std::string_view path, const json::Value& value,
                 std::vector<std::string>* strings) {
  const json::Object* object = value.if_object();
  if (object && may_unfold(*object, path, out)) {
    for (const auto& [key, item] : *object) {
      std::string inner;
      inner.reserve(path.size() + 1 + key.size());
      append_flat(out, inner.append(path).append(".").append(key), item, strings);
    }
  } else if (value.is_null()) {
    out.emplace_back(path, "");
  } else if (value.is_string()) {
    const std::string_view text = value.get_string();
    out.emplace_back(path, text);
    if (strings && json::try_parse(text)) strings->emplace_back(path);
  } else {
    out.emplace_back(path, json::to_text(value));
  }
}

void keep_first_of_each_path(domain::TextMap& map) {
  std::unordered_set<std::string_view> seen;
  std::vector<bool> repeated(map.size());
  bool any = false;
  for (std::size_t i = 0; i < map.size(); ++i) {
    repeated[i] = !seen.insert(map[i].first).second;
    any = any || repeated[i];
  }
  if (!any) return;
  domain::TextMap kept;
  kept.reserve(map.size());
  for (std::size_t i = 0; i < map.size(); ++i) {
    if (!repeated[i]) kept.push_back(std::move(map[i]));
  }
  map = std::move(kept);
}

}  // namespace clew::ingest::otlp
