// Metadata as flat dotted paths with text values (contract/ingestion.md 9.2). Private to this module.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "domain/observation.h"

namespace clew::ingest::otlp {

// Appends `value` under `path`: objects become dotted paths, lists and other scalars JSON text, text stays, null is "".
// An empty object gives nothing. When `strings` is given, it receives the paths of texts that would read as another
// type when parsed as JSON. An object whose paths would get longer than kPathSizeMax, or that meets a map of already
// kPathsMax paths, stays JSON text: the same object nested in itself must not multiply.
inline constexpr std::size_t kPathSizeMax = 500;
inline constexpr std::size_t kPathsMax = 10'000;
void append_flat(domain::TextMap& out, std::string_view path, const json::Value& value,
                 std::vector<std::string>* strings = nullptr);

// A path that occurs twice: the first stays.
void keep_first_of_each_path(domain::TextMap& map);

}  // namespace clew::ingest::otlp
