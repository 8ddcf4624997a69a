#include "ingest/merge/metadata_tree.h"

namespace clew::ingest {

namespace {

// Deeper objects are replaced as a whole. The state text nests twice as deep as the tree and must stay parseable.
constexpr std::size_t kTreeDepthMax = 32;

constexpr std::string_view kLeafClock = "l";
constexpr std::string_view kObjectClock = "o";
constexpr std::string_view kChildren = "k";

bool is_container(const json::Value& value) {
  return value.is_array() || value.is_object();
}

}  // namespace

bool MetadataTree::merge(const json::Object& metadata, const MessageClock& clock) {
  bool changed = false;
  for (const auto& [key, value] : metadata) {
    auto found = root_.children.find(std::string_view(key));
    if (found == root_.children.end()) found = root_.children.emplace(std::string(key), Node{}).first;
    changed |= write(found->second, value, clock, 1);
  }
  return changed;
}

bool MetadataTree::write(Node& node, const json::Value& value, const MessageClock& clock, std::size_t depth) {
  if (node.leaf_clock && *node.leaf_clock >= clock) return false;
  if (value.is_object() && depth < kTreeDepthMax) return write_object(node, value.get_object(), clock, depth);
  return write_leaf(node, value, clock);
}

bool MetadataTree::write_leaf(Node& node, const json::Value& value, const MessageClock& clock) {
  forget_before(node, clock);
  node.leaf_clock = clock;
  node.leaf = node.is_object() ? json::Value() : value;
  return true;
}

bool MetadataTree::write_object(Node& node, const json::Object& object, const MessageClock& clock, std::size_t depth) {
  bool changed = !node.is_object();
  if (object.empty() && (!node.object_clock || *node.object_clock < clock)) {
    node.object_clock = clock;
    changed = true;
  }
  for (const auto& [key, value] : object) {
    auto found = node.children.find(std::string_view(key));
    if (found == node.children.end()) found = node.children.emplace(std::string(key), Node{}).first;
    changed |= write(found->second, value, clock, depth + 1);
  }
  node.leaf = nullptr;
  return changed;
}

void MetadataTree::forget_before(Node& node, const MessageClock& clock) {
  if (node.leaf_clock && *node.leaf_clock < clock) {
    node.leaf_clock.reset();
    node.leaf = nullptr;
  }
  if (node.object_clock && *node.object_clock < clock) node.object_clock.reset();
  for (auto child = node.children.begin(); child != node.children.end();) {
    forget_before(child->second, clock);
    child = child->second.forgotten() ? node.children.erase(child) : std::next(child);
  }
}

json::Value MetadataTree::value_of(const Node& node) {
  if (!node.is_object()) return node.leaf;
  json::Object object;
  for (const auto& [key, child] : node.children)
    object[key] = value_of(child);
  return object;
}

json::Object MetadataTree::value() const {
  json::Object object;
  for (const auto& [key, child] : root_.children)
    object[key] = value_of(child);
  return object;
}

void MetadataTree::visit_clocks(const Node& node, const std::function<void(const MessageClock&)>& visit) {
  if (node.leaf_clock) visit(*node.leaf_clock);
  if (node.object_clock) visit(*node.object_clock);
  for (const auto& [key, child] : node.children)
    visit_clocks(child, visit);
}

void MetadataTree::for_each_clock(const std::function<void(const MessageClock&)>& visit) const {
  visit_clocks(root_, visit);
}

json::Value MetadataTree::node_json(const Node& node, const std::function<std::size_t(const MessageClock&)>& index_of) {
  if (!node.is_object()) {
    json::Array leaf{index_of(*node.leaf_clock)};
    if (is_container(node.leaf)) {
      leaf.emplace_back(json::to_text(node.leaf));
      leaf.emplace_back(1);  // the text of a list or object, not a string
    } else {
      leaf.push_back(node.leaf);
    }
    return leaf;
  }
  json::Object object;
  if (node.leaf_clock) object[kLeafClock] = index_of(*node.leaf_clock);
  if (node.object_clock) object[kObjectClock] = index_of(*node.object_clock);
  json::Object children;
  for (const auto& [key, child] : node.children)
    children[key] = node_json(child, index_of);
  object[kChildren] = std::move(children);
  return object;
}

json::Value MetadataTree::to_json(const std::function<std::size_t(const MessageClock&)>& index_of) const {
  json::Object out;
  for (const auto& [key, child] : root_.children)
    out[key] = node_json(child, index_of);
  return out;
}

bool MetadataTree::parse_node(Node& node, const json::Value& value,
                              const std::function<const MessageClock*(const json::Value&)>& clock_at) {
  if (const json::Array* leaf = value.if_array()) {
    if (leaf->size() < 2) return false;
    const MessageClock* clock = clock_at((*leaf)[0]);
    if (!clock) return false;
    node.leaf_clock = *clock;
    node.leaf = (*leaf)[1];
    if (leaf->size() == 2) return true;
    if (!node.leaf.is_string()) return false;
    auto container = json::parse(node.leaf.get_string());
    if (!container) return false;
    node.leaf = *std::move(container);
    return true;
  }
  const json::Object* object = value.if_object();
  if (!object) return false;
  for (const auto& [name, slot] : {std::pair{kLeafClock, &node.leaf_clock}, {kObjectClock, &node.object_clock}}) {
    const json::Value* index = json::find(*object, name);
    if (!index) continue;
    const MessageClock* clock = clock_at(*index);
    if (!clock) return false;
    *slot = *clock;
  }
  const json::Value* children = json::find(*object, kChildren);
  if (!children || !children->is_object()) return false;
  for (const auto& [key, child] : children->get_object()) {
    if (!parse_node(node.children[std::string(key)], child, clock_at)) return false;
  }
  return true;
}

Result<MetadataTree> MetadataTree::parse(const json::Value& value,
                                         const std::function<const MessageClock*(const json::Value&)>& clock_at) {
  MetadataTree tree;
  const json::Object* object = value.if_object();
  bool good = object != nullptr;
  for (auto entry = good ? object->begin() : nullptr; good && entry != object->end(); ++entry) {
    good = parse_node(tree.root_.children[std::string(entry->key())], entry->value(), clock_at);
  }
  if (!good) return Error{Errc::kCorruption, "metadata of a merge state is damaged"};
  return tree;
}

}  // namespace clew::ingest
