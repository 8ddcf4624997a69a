#include "ingest/decode/otlp/attribute_index.h"

namespace clew::ingest::otlp {

AttributeIndex::AttributeIndex(std::span<const Attribute> attributes) : attributes_(attributes) {
  classes_.resize(attributes_.size());
  for (std::size_t i = 0; i < attributes_.size(); ++i) {
    Class& found = classes_[i];
    found.key = find_key(attributes_[i].key);
    found.member = find_family(attributes_[i].key);
    if (found.key != Key::kUnknown) places_[static_cast<std::size_t>(found.key)] = static_cast<std::uint32_t>(i + 1);
    families_ |= 1U << static_cast<unsigned>(found.member.family);
  }
}

const Value* AttributeIndex::first_present(std::initializer_list<Key> keys) const {
  for (const Key key : keys) {
    if (const Value* value = find(key)) return value;
  }
  return nullptr;
}

const Value* AttributeIndex::first_set(std::initializer_list<Key> keys) const {
  for (const Key key : keys) {
    if (const Value* value = find_set(key)) return value;
  }
  return nullptr;
}

std::string_view AttributeIndex::text(Key key) const {
  const Value* value = find(key);
  return value && value->is_text() ? value->text : std::string_view();
}

}  // namespace clew::ingest::otlp
