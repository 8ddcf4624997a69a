// The user's own metadata on a span: the top-level keys of observation and trace metadata, decoded by the rules of the
// SDK generation that sent them (contract/otel-mapping.md 11.1, sdk5.md 1.3). Private to this module.
#pragma once

#include <forward_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "ingest/decode/otlp/span_view.h"

namespace clew::ingest::otlp {

struct MetadataEntry {
  std::string_view key;
  std::string_view text;              // when `json` is nullptr
  const json::Value* json = nullptr;  // owned by MetadataEntries
  bool stays_text = false;            // a string even if it looks like JSON; with `json`: all strings in it
};

class MetadataEntries {
 public:
  // Trace metadata replaces observation metadata of the same key.
  explicit MetadataEntries(const SpanView& view);
  MetadataEntries(const MetadataEntries&) = delete;
  MetadataEntries& operator=(const MetadataEntries&) = delete;

  const std::vector<MetadataEntry>& entries() const { return entries_; }
  const MetadataEntry* find(std::string_view key) const;
  void erase(std::string_view key);

 private:
  void add_bare(const Value& value);
  void add_member(std::string_view key, const Value& value);
  void add_families(const SpanView& view, std::initializer_list<Family> families);
  void add_decoded(std::string_view key, json::Value value, bool stays_text);
  void add_text(std::string_view key, std::string_view text, bool stays_text);
  void put(const MetadataEntry& entry);
  std::size_t place_of(std::string_view key) const;  // entries_.size() when there is none

  bool sdk5_;
  std::vector<MetadataEntry> entries_;
  std::unordered_map<std::string_view, std::size_t> places_;  // filled once searching from the front gets slow
  std::forward_list<json::Value> values_;
  std::forward_list<std::string> texts_;
};

}  // namespace clew::ingest::otlp
