// The files of schema/, embedded into the program by the build, in order of their numbers.
#pragma once

#include <string_view>
#include <vector>

namespace clew::analytics {

struct SchemaFile {
  std::string_view name;
  std::string_view text;
};

const std::vector<SchemaFile>& schema_files();

}  // namespace clew::analytics
