#include "api/json/metadata_json.h"

#include <unordered_set>

#include "base/text.h"

namespace clew::api {

void write_metadata(JsonWriter& json, const domain::TextMap& metadata, const std::vector<std::string>& strings,
                    std::size_t characters_max) {
  const std::unordered_set<std::string_view> kept(strings.begin(), strings.end());
  std::unordered_set<std::string_view> seen;
  json.begin_object();
  for (const auto& [path, stored] : metadata) {
    if (!seen.insert(path).second) continue;
    const std::string_view text = characters_max ? text::prefix(stored, characters_max) : std::string_view(stored);
    json.key(path);
    if (kept.contains(path)) {
      json.text(text);
    } else {
      json.stored(text);
    }
  }
  json.end_object();
}

}  // namespace clew::api
