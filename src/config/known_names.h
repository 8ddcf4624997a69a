// Environment names of Langfuse deployments that are accepted although no setting of ours reads them, and the search
// for what a mistyped name was meant to be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clew::config {

enum class NameClass : std::uint8_t {
  kSilent,         // of the vendor's cloud or of Kubernetes: means nothing here
  kIgnored,        // tuning of a mechanism we do not have: listed once
  kWithoutEffect,  // the operator may rely on it: warned about
};

// Null: not a name we know.
std::optional<NameClass> classify(std::string_view name);

// Whether a name looks as if it were meant for us.
bool has_known_prefix(std::string_view name);

// The candidate nearest to `name` by edit distance, if within 2.
std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace clew::config
