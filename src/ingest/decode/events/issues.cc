#include "ingest/decode/events/issues.h"

namespace clew::ingest {

void Issues::add(std::string_view code, json::Array path, std::string message) {
  issues_.push_back({.code = code, .path = std::move(path), .message = std::move(message)});
}

void Issues::wrong_type(json::Array path, std::string_view expected, const json::Value* value) {
  std::string message = "Invalid input: expected ";
  message.append(expected).append(", received ").append(kind_name(value));
  add("invalid_type", std::move(path), std::move(message));
}

std::string Issues::to_pretty_json() const {
  std::string out = "[";
  for (std::size_t i = 0; i < issues_.size(); ++i) {
    const Issue& issue = issues_[i];
    out += i == 0 ? "\n  {\n    \"code\": " : ",\n  {\n    \"code\": ";
    json::append_quoted(out, issue.code);
    out += ",\n    \"path\": [";
    for (std::size_t k = 0; k < issue.path.size(); ++k) {
      out += k == 0 ? "\n      " : ",\n      ";
      json::append_text(out, issue.path[k]);
    }
    out += issue.path.empty() ? "],\n    \"message\": " : "\n    ],\n    \"message\": ";
    json::append_quoted(out, issue.message);
    out += "\n  }";
  }
  out += issues_.empty() ? "]" : "\n]";
  return out;
}

std::string Issues::to_sentence() const {
  std::string out;
  for (const Issue& issue : issues_) {
    if (!out.empty()) out += "; ";
    std::string path;
    for (const json::Value& step : issue.path) {
      if (!path.empty()) path += '.';
      if (step.is_string()) {
        path += std::string_view(step.get_string());
      } else {
        json::append_text(path, step);
      }
    }
    if (!path.empty()) out.append(path).append(": ");
    out += issue.message;
  }
  return out;
}

std::string_view kind_name(const json::Value* value) {
  if (!value) return "undefined";
  switch (value->kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "boolean";
    case boost::json::kind::string:
      return "string";
    case boost::json::kind::array:
      return "array";
    case boost::json::kind::object:
      return "object";
    default:
      return "number";
  }
}

}  // namespace clew::ingest
