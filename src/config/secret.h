// A value that must not be shown: no stream operator, no formatter. reveal() is easy to search for.
#pragma once

#include <string>
#include <utility>

namespace clew::config {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  const std::string& reveal() const { return value_; }
  bool is_set() const { return !value_.empty(); }

 private:
  std::string value_;
};

}  // namespace clew::config
