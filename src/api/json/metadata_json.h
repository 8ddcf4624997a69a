// Metadata on its way out: a map of flat paths to stored text (contract/api.md A.7, sdk5.md 1.3).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "api/json/json_writer.h"
#include "domain/observation.h"

namespace clew::api {

// Writes an object: every value as the JSON its text is, except the paths in `strings`, which stay text. Of a path that
// occurs twice the first counts. Values are cut to `characters_max` first (0 = never).
void write_metadata(JsonWriter& json, const domain::TextMap& metadata, const std::vector<std::string>& strings,
                    std::size_t characters_max = 0);

}  // namespace clew::api
