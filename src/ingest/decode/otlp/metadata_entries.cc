#include "ingest/decode/otlp/metadata_entries.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace clew::ingest::otlp {

namespace {

constexpr std::size_t kSearchedMax = 32;

// Keys of the AI SDK's telemetry metadata that are columns of their own.
bool is_ai_context(Key key) {
  return key == Key::kAiMetadataUserId || key == Key::kAiMetadataSessionId || key == Key::kAiMetadataTags ||
         key == Key::kAiMetadataPrompt;
}

// Most metadata of generation 5 is a plain word in quotes or a whole number: no parser is needed for those.
// The inside of a string literal without escapes.
std::optional<std::string_view> plain_literal(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  const bool plain =
      std::ranges::none_of(text, [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; });
  return plain ? std::optional(text) : std::nullopt;
}

// A number that is its own canonical text.
bool is_plain_number(std::string_view text) {
  constexpr std::size_t kExactDigits = 15;
  if (text.empty() || text.size() > kExactDigits || (text.front() == '0' && text.size() > 1)) return false;
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool looks_like_string_literal(std::string_view text) {
  text = text::trim(text);
  return text.size() >= 2 && text.starts_with('"') && text.ends_with('"');
}

}  // namespace

MetadataEntries::MetadataEntries(const SpanView& view) : sdk5_(view.group.sdk5) {
  const AttributeIndex& a = view.attributes;
  if (const Value* bare = a.first_set({Key::kObservationMetadata, Key::kLangfuseMetadata})) add_bare(*bare);
  add_families(view, {Family::kObservationMetadata, Family::kLangfuseMetadata, Family::kAiMetadata});
  if (const Value* bare = a.find_set(Key::kTraceMetadata)) add_bare(*bare);
  add_families(view, {Family::kTraceMetadata});
}

void MetadataEntries::add_families(const SpanView& view, std::initializer_list<Family> families) {
  const AttributeIndex& a = view.attributes;
  if (std::ranges::none_of(families, [&](Family family) { return a.has(family); })) return;
  for (std::size_t i = 0; i < a.all().size(); ++i) {
    const Family family = a.family_of(i);
    if (std::ranges::find(families, family) == families.end() || is_ai_context(a.key_of(i))) continue;
    add_member(a.rest_of(i), a.all()[i].value);
  }
}

// The bare key holds an object's members; anything else becomes {"metadata": value}, as on the JSON door.
void MetadataEntries::add_bare(const Value& value) {
  auto parsed = parse_json(value);
  if (!parsed) return add_text("metadata", value.text, false);
  if (!parsed->is_object()) return add_member("metadata", value);
  const json::Value& kept = values_.emplace_front(std::move(*parsed));
  for (const auto& [key, member] : kept.get_object()) {
    put({.key = key, .text = {}, .json = &member, .stays_text = sdk5_});
  }
}

void MetadataEntries::add_member(std::string_view key, const Value& value) {
  if (!value.is_text()) return add_decoded(key, to_json(value), false);
  // Generation 5 encodes every value; of older ones a complete string literal is unquoted, which changes no reader.
  if (const auto inside = plain_literal(value.text)) return add_text(key, *inside, true);
  const bool encoded = sdk5_ && !is_plain_number(value.text);
  if (encoded || looks_like_string_literal(value.text)) {
    if (auto decoded = json::try_parse(value.text)) return add_decoded(key, std::move(*decoded), true);
  }
  add_text(key, value.text, false);
}

void MetadataEntries::add_decoded(std::string_view key, json::Value value, bool stays_text) {
  put({.key = key, .text = {}, .json = &values_.emplace_front(std::move(value)), .stays_text = stays_text});
}

void MetadataEntries::add_text(std::string_view key, std::string_view text, bool stays_text) {
  put({.key = key, .text = text, .json = nullptr, .stays_text = stays_text});
}

void MetadataEntries::put(const MetadataEntry& entry) {
  const std::size_t place = place_of(entry.key);
  if (place < entries_.size()) {
    entries_[place] = entry;
    return;
  }
  entries_.push_back(entry);
  if (!places_.empty()) {
    places_.emplace(entry.key, place);
  } else if (entries_.size() > kSearchedMax) {
    for (std::size_t i = 0; i < entries_.size(); ++i)
      places_.emplace(entries_[i].key, i);
  }
}

std::size_t MetadataEntries::place_of(std::string_view key) const {
  if (!places_.empty()) {
    const auto place = places_.find(key);
    return place == places_.end() ? entries_.size() : place->second;
  }
  const auto known = std::ranges::find(entries_, key, &MetadataEntry::key);
  return static_cast<std::size_t>(known - entries_.begin());
}

const MetadataEntry* MetadataEntries::find(std::string_view key) const {
  const std::size_t place = place_of(key);
  return place < entries_.size() ? &entries_[place] : nullptr;
}

void MetadataEntries::erase(std::string_view key) {
  std::erase_if(entries_, [&](const MetadataEntry& entry) { return entry.key == key; });
  places_.clear();
}

}  // namespace clew::ingest::otlp
