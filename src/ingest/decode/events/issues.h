// What is wrong with one item of a request, in the shape clients of the JSON door print: a list of
// {code, path, message} (contract/ingestion.md 2.3). The messages are those older servers used, because people search
// for them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace clew::ingest {

struct Issue {
  std::string_view code;  // static text: "invalid_type", "invalid_value", "invalid_union", "too_small", ...
  json::Array path;       // keys and list indexes from the item down; empty = the item as a whole
  std::string message;
};

class Issues {
 public:
  bool empty() const { return issues_.empty(); }
  const std::vector<Issue>& all() const { return issues_; }

  void add(std::string_view code, json::Array path, std::string message);
  // "Invalid input: expected <expected>, received <kind of value>"; `value` null = the key is absent.
  void wrong_type(json::Array path, std::string_view expected, const json::Value* value);

  // The `error` text of one event of a batch: the list as JSON, indented by two spaces.
  std::string to_pretty_json() const;
  // One line for a person: "value: Invalid input: expected number, received string; name: ...".
  std::string to_sentence() const;

 private:
  std::vector<Issue> issues_;
};

// The name of a value's kind as the messages spell it: "string", "number", ..., "undefined" for nullptr.
std::string_view kind_name(const json::Value* value);

}  // namespace clew::ingest
