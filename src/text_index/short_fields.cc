#include "text_index/short_fields.h"

#include "text_index/format.h"

namespace clew::text_index {

namespace {

// Hexadecimal ids are looked up among the keys of the index, where they stand anyway.
void add_id(Builder& words, std::string_view id) {
  if (!is_hexadecimal(id)) words.add_more(id);
}

void add_tags(Builder& words, const std::vector<std::string>& tags, const domain::TextMap& metadata) {
  for (const std::string& tag : tags)
    words.add_more(tag);
  for (const auto& [path, value] : metadata) {
    if (value.size() <= kShortValueBytes) words.add_more(value);
  }
}

}  // namespace

void add_short_fields(Builder& words, const domain::Observation& row) {
  add_id(words, row.trace_id);
  add_id(words, row.span_id);
  for (const std::string* text :
       {&row.name, &row.trace_name, &row.user_id, &row.session_id, &row.status_message, &row.model}) {
    if (!text->empty()) words.add_more(*text);
  }
  add_tags(words, row.tags, row.metadata);
}

void add_short_fields(Builder& words, const domain::TraceAttributes& trace) {
  add_id(words, trace.trace_id);
  for (const std::optional<std::string>* text : {&trace.name, &trace.user_id, &trace.session_id}) {
    if (*text) words.add_more(**text);
  }
  add_tags(words, trace.tags, trace.metadata);
}

}  // namespace clew::text_index
