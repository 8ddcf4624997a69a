#include "ingest/decode/otlp/flat_messages.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace clew::ingest::otlp {

namespace {

constexpr std::size_t kFamilySlotsMax = 10'001;
constexpr std::size_t kRequestSlotsMax = 10'000'000;
constexpr std::size_t kFamilySlotsMin = 32;
constexpr std::size_t kSegmentsMax = 64;

bool is_digits(std::string_view segment) {
  return !segment.empty() && segment.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_dangerous(std::string_view segment) {
  return segment == "__proto__" || segment == "constructor" || segment == "prototype";
}

// The index, or one over every budget.
std::size_t index_of(std::string_view segment) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(segment.data(), segment.data() + segment.size(), index);
  return error == std::errc{} ? std::min(index, kFamilySlotsMax) : kFamilySlotsMax;
}

class Builder {
 public:
  Builder(bool is_list, std::size_t slots_max) : is_list_(is_list), slots_max_(slots_max) {
    if (is_list) {
      root_ = json::Array();
    } else {
      root_ = json::Object();
    }
  }

  void add(const std::vector<std::string_view>& path, const Value& value) {
    std::size_t growth = 0;
    if (!fits(path, growth) || slots_ + growth > slots_max_) return;
    slots_ += growth;
    *place(path) = to_json(value);
  }

  std::optional<json::Value> take() {
    const bool empty = is_list_ ? root_.get_array().empty() : root_.get_object().empty();
    if (empty) return std::nullopt;
    return std::move(root_);
  }

 private:
  // The root is a list or an object by decision, levels below by the form of their segment.
  bool is_list_level(const std::vector<std::string_view>& path, std::size_t level) const {
    return level == 0 ? is_list_ : is_digits(path[level]);
  }

  // Whether the path can be set without changing what is already there; `growth`: list slots it needs.
  bool fits(const std::vector<std::string_view>& path, std::size_t& growth) const {
    const json::Value* node = &root_;
    for (std::size_t level = 0; level < path.size(); ++level) {
      const bool list = is_list_level(path, level);
      if (list && !is_digits(path[level])) return false;
      if (node && (list ? !node->is_array() : !node->is_object())) return false;
      if (list) {
        const std::size_t index = index_of(path[level]);
        const std::size_t size = node ? node->get_array().size() : 0;
        if (index >= size) growth += index + 1 - size;
        if (growth > slots_max_) return false;
        node = node && index < size ? &node->get_array()[index] : nullptr;
      } else {
        node = node ? node->get_object().if_contains(path[level]) : nullptr;
      }
      if (node && node->is_null()) node = nullptr;  // a slot of a list that nothing has filled yet
    }
    return node == nullptr;
  }

  json::Value* place(const std::vector<std::string_view>& path) {
    json::Value* node = &root_;
    for (std::size_t level = 0; level < path.size(); ++level) {
      if (is_list_level(path, level)) {
        if (node->is_null()) *node = json::Array();
        json::Array& list = node->get_array();
        const std::size_t index = index_of(path[level]);
        if (index >= list.size()) list.resize(index + 1);
        node = &list[index];
      } else {
        if (node->is_null()) *node = json::Object();
        node = &node->get_object()[path[level]];
      }
    }
    return node;
  }

  bool is_list_;
  std::size_t slots_max_;
  json::Value root_;
  std::size_t slots_ = 0;
};

// "0.role": digits and a dot.
bool starts_with_index(std::string_view rest) {
  const auto dot = rest.find('.');
  return dot != std::string_view::npos && is_digits(rest.substr(0, dot));
}

}  // namespace

std::size_t list_slots_max(std::size_t spans_in_request) {
  return std::clamp(kRequestSlotsMax / std::max<std::size_t>(spans_in_request, 1), kFamilySlotsMin, kFamilySlotsMax);
}

std::optional<json::Value> rebuild_messages(const AttributeIndex& attributes, Key bare, Family family,
                                            std::size_t slots_max) {
  if (const Value* whole = attributes.find_set(bare)) return to_json(*whole);
  bool is_list = false;
  attributes.for_each(family, [&](std::string_view rest, const Value&) { is_list |= starts_with_index(rest); });

  Builder builder(is_list, slots_max);
  attributes.for_each(family, [&](std::string_view rest, const Value& value) {
    const auto path = text::split(rest, '.');
    if (rest.empty() || path.size() > kSegmentsMax || std::ranges::any_of(path, is_dangerous)) return;
    builder.add(path, value);
  });
  return builder.take();
}

}  // namespace clew::ingest::otlp
