#include "api/route_tree.h"

#include "base/result.h"
#include "base/text.h"

namespace clew::api {

namespace {
bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}
}  // namespace

RouteTree::RouteTree() = default;

void RouteTree::add(http::Method method, std::string_view pattern, std::size_t route) {
  CLEW_ASSERT(pattern.starts_with('/') && pattern.size() > 1, "a route pattern starts with '/'");
  Node* node = &root_;
  bool has_parameters = false;
  for (const std::string_view segment : text::split(pattern.substr(1), '/')) {
    std::unique_ptr<Node>* next = nullptr;
    if (is_parameter(segment)) {
      has_parameters = true;
      next = &node->parameter;
    } else {
      next = &node->children[std::string(segment)];
    }
    if (!*next) *next = std::make_unique<Node>();
    node = next->get();
  }
  std::size_t& slot = node->methods[static_cast<std::size_t>(method)];
  CLEW_ASSERT(slot == kNone, "two routes with one method and path");
  slot = route;
  node->is_route = true;
  if (!has_parameters) literal_[std::string(pattern)] = node;
}

std::optional<RouteTree::Match> RouteTree::find(std::string_view path) const {
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (const auto found = literal_.find(path); found != literal_.end()) return Match{&found->second->methods, {}};
  if (!path.starts_with('/')) return std::nullopt;
  Match match;
  const Node* node = descend(root_, path.substr(1), match.values);
  if (node == nullptr) return std::nullopt;
  match.methods = &node->methods;
  return match;
}

const RouteTree::Node* RouteTree::descend(const Node& node, std::string_view rest,
                                          std::vector<std::string_view>& values) {
  const std::size_t slash = rest.find('/');
  const std::string_view segment = rest.substr(0, slash);
  const bool last = slash == std::string_view::npos;
  const auto follow = [&](const Node& next) -> const Node* {
    if (last) return next.is_route ? &next : nullptr;
    return descend(next, rest.substr(slash + 1), values);
  };
  if (const auto child = node.children.find(segment); child != node.children.end()) {
    if (const Node* found = follow(*child->second)) return found;
  }
  if (!node.parameter || segment.empty()) return nullptr;
  values.push_back(segment);
  if (const Node* found = follow(*node.parameter)) return found;
  values.pop_back();
  return nullptr;
}

std::vector<std::string> RouteTree::parameters(std::string_view pattern) {
  std::vector<std::string> names;
  for (const std::string_view segment : text::split(pattern, '/')) {
    if (is_parameter(segment)) names.emplace_back(segment.substr(1, segment.size() - 2));
  }
  return names;
}

}  // namespace clew::api
