// Serves the UI: files of the build, and index.html for every path the UI routes itself.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/assets/embedded_files.h"
#include "http/message.h"

namespace clew::api {

struct PageOptions {
  std::string web_dir;    // serve from this directory instead of the program (development); empty: the program
  std::string base_path;  // "" or "/clew": put in front of the paths inside index.html
  bool https = false;
  bool upgrade_insecure = false;           // adds upgrade-insecure-requests to the policy
  std::vector<std::string> media_origins;  // where pictures and sound may come from beside ourselves
};

// Any thread; never blocks for the embedded files, reads from disk for web_dir. Must outlive the answers: they point
// into it.
class Pages {
 public:
  explicit Pages(PageOptions options, std::span<const EmbeddedFile> files = embedded_files());

  // `path` without the base path, still percent-encoded. Hashed names are immutable, the rest is revalidated.
  http::Response answer(const http::Request& request, std::string_view path) const;

 private:
  http::Response file(const http::Request& request, const EmbeddedFile& file) const;
  http::Response document(const http::Request& request, std::string_view content) const;
  http::Response from_disk(const http::Request& request, std::string_view path) const;
  http::Response not_found() const;

  PageOptions options_;
  std::span<const EmbeddedFile> files_;
  std::string headers_;           // of every answer
  std::string document_headers_;  // of index.html: the policy, too
  std::string document_;          // index.html with the base path
  std::string document_etag_;
};

}  // namespace clew::api
