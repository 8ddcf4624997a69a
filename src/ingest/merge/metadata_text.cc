#include "ingest/merge/metadata_text.h"

#include <unordered_set>

namespace clew::ingest {

namespace {

std::string text_of(const json::Value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::to_text(value);
}

class Flattener {
 public:
  void add(const json::Object& object, const std::string& prefix) {
    for (const auto& [key, value] : object) {
      const std::string path = prefix + std::string(key);
      if (value.is_object() && !value.get_object().empty()) {
        add(value.get_object(), path + ".");
      } else if (seen_.insert(path).second) {
        out_.emplace_back(path, value.is_null() ? std::string() : text_of(value));
      }
    }
  }
  domain::TextMap take() && { return std::move(out_); }

 private:
  domain::TextMap out_;
  std::unordered_set<std::string> seen_;
};

}  // namespace

domain::TextMap flat_metadata(const json::Object& metadata) {
  Flattener flattener;
  flattener.add(metadata, "");
  return std::move(flattener).take();
}

domain::TextMap top_level_metadata(const json::Object& metadata) {
  domain::TextMap out;
  for (const auto& [key, value] : metadata)
    out.emplace_back(key, text_of(value));
  return out;
}

}  // namespace clew::ingest
