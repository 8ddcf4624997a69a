// Attributes by what the mapping calls them: look-up by Key without searching, families as ranges of their members.
#pragma once

#include <array>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "ingest/decode/otlp/attribute_keys.h"
#include "ingest/decode/otlp/wire.h"

namespace clew::ingest::otlp {

class AttributeIndex {
 public:
  // `attributes` must outlive the index.
  explicit AttributeIndex(std::span<const Attribute> attributes);

  std::span<const Attribute> all() const { return attributes_; }
  Key key_of(std::size_t position) const { return classes_[position].key; }

  // The value if the attribute is present, else nullptr.
  const Value* find(Key key) const {
    const std::uint32_t place = places_[static_cast<std::size_t>(key)];
    return place == 0 ? nullptr : &attributes_[place - 1U].value;
  }
  // The value if it is set (truthy), else nullptr.
  const Value* find_set(Key key) const {
    const Value* value = find(key);
    return value && value->is_set() ? value : nullptr;
  }
  bool counts(Key key) const {
    const Value* value = find(key);
    return value && value->counts();
  }
  const Value* first_present(std::initializer_list<Key> keys) const;
  const Value* first_set(std::initializer_list<Key> keys) const;
  // The text at `key`, or "" when it is absent or not text.
  std::string_view text(Key key) const;

  bool has(Family family) const { return (families_ & 1U << static_cast<unsigned>(family)) != 0; }
  // Calls visit(rest of the name, value) for each member of the family, in attribute order.
  template <class Visit>
  void for_each(Family family, Visit visit) const {
    if (!has(family)) return;
    for (std::size_t i = 0; i < attributes_.size(); ++i) {
      const FamilyMember& member = classes_[i].member;
      if (member.family == family) visit(attributes_[i].key.substr(member.prefix_size), attributes_[i].value);
    }
  }
  Family family_of(std::size_t position) const { return classes_[position].member.family; }
  std::string_view rest_of(std::size_t position) const {
    return attributes_[position].key.substr(classes_[position].member.prefix_size);
  }

 private:
  struct Class {
    Key key = Key::kUnknown;
    FamilyMember member;
  };

  std::span<const Attribute> attributes_;
  std::vector<Class> classes_;                     // of each attribute
  std::array<std::uint32_t, kKeyCount> places_{};  // position + 1; 0 = absent
  std::uint32_t families_ = 0;
};

}  // namespace clew::ingest::otlp
