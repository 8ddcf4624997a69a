// Checks the fields of one body and moves the known ones into a normalised body; what is not asked for is dropped.
// Every field may be absent or null unless its method says otherwise: absent stays absent, null stays null, because
// merging treats the two differently (contract/ingestion.md 7).
#pragma once

#include <span>
#include <string_view>

#include "ingest/decode/events/issues.h"

namespace clew::ingest {

inline constexpr std::size_t kIdCharactersMax = 800;

// An id: 1..800 characters without a carriage return.
void check_id(const json::Value& value, const json::Array& path, Issues& issues);
// Whether `value` is an integer in the JSON sense (3 and 3.0 are, 3.5 is not), and which.
std::optional<std::int64_t> as_integer(const json::Value& value);

class BodyReader {
 public:
  // `path` leads to `body` in messages. Both references must outlive the reader.
  BodyReader(json::Object& body, json::Array path, Issues& issues)
      : body_(body), path_(std::move(path)), issues_(issues) {}

  void required_id(std::string_view key);  // neither absent nor null
  void id(std::string_view key);
  void text(std::string_view key) { text(key, 0); }
  void text(std::string_view key, std::size_t characters_max);  // 0 = any length
  void texts(std::string_view key);
  void boolean(std::string_view key);
  void integer(std::string_view key);
  void time(std::string_view key);  // ISO 8601 with a zone; stays text
  void any(std::string_view key);
  // Any JSON; what is nested absurdly deep becomes text.
  void metadata();
  // Any JSON, kept as the text that is stored: a string as it is, everything else compact.
  void payload(std::string_view key);
  void one_of(std::string_view key, std::span<const std::string_view> options);
  // Never an error: text becomes a valid environment name; anything else counts as absent, so that the first
  // environment somebody gives wins (contract/ingestion.md 7.5, deviation 2).
  void environment();

  // The raw field, null when absent; for fields with rules of their own.
  json::Value* find(std::string_view key) { return body_.if_contains(key); }
  json::Array path_to(std::string_view key) const;
  const json::Array& path() const { return path_; }
  Issues& issues() { return issues_; }
  void put(std::string_view key, json::Value value) { out_[key] = std::move(value); }

  // What was read so far.
  json::Object& result() { return out_; }
  json::Object take() && { return std::move(out_); }

 private:
  // The value if it is present and not null; a null is copied to the result.
  json::Value* present(std::string_view key);

  json::Object& body_;
  json::Array path_;
  Issues& issues_;
  json::Object out_;
};

}  // namespace clew::ingest
