// The built UI inside the program. Made by cmake/embed_web.cmake; empty when the UI was not built in.
#pragma once

#include <span>
#include <string_view>

namespace clew::api {

struct EmbeddedFile {
  std::string_view path;  // "/assets/index-abc.js"
  std::string_view content;
  std::string_view gzip;  // empty when it would not help
  std::string_view etag;  // with quotes
};

// Ascending by path. The bytes live as long as the program.
std::span<const EmbeddedFile> embedded_files();

}  // namespace clew::api
