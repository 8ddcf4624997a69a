// Finds the route of a path. Paths are split on raw '/' before decoding, so that an encoded slash stays inside its
// segment. Literal segments win over parameters.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/message.h"

namespace clew::api {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
template <class T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

// Filled before serving, then read from any thread.
class RouteTree {
 public:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  using Methods = std::array<std::size_t, 8>;  // route number by http::Method, or kNone

  struct Match {
    const Methods* methods = nullptr;
    std::vector<std::string_view> values;  // raw, in the order of the parameters in the pattern
  };

  RouteTree();
  // Two routes of one method and path are a bug and end the process.
  void add(http::Method method, std::string_view pattern, std::size_t route);
  // One slash at the end is tolerated. The values point into `path`.
  std::optional<Match> find(std::string_view path) const;

  // Names of the parameters of a pattern, in order.
  static std::vector<std::string> parameters(std::string_view pattern);

 private:
  struct Node {
    Node() { methods.fill(kNone); }
    TextMap<std::unique_ptr<Node>> children;
    std::unique_ptr<Node> parameter;
    Methods methods{};
    bool is_route = false;
  };
  static const Node* descend(const Node& node, std::string_view rest, std::vector<std::string_view>& values);

  Node root_;
  TextMap<const Node*> literal_;  // whole paths without parameters: most requests take one look
};

}  // namespace clew::api
