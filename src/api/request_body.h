// The JSON object in the body of a request that changes something: fields by name, each with its type checked.
// Fields that nobody asks for are ignored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/endpoint.h"
#include "base/json.h"
#include "base/result.h"
#include "base/time.h"

namespace clew::api {

class RequestBody {
 public:
  // kInvalidArgument: no JSON, or no object. An empty body is an empty object.
  static Result<RequestBody> parse(const Context& context);

  // All: kInvalidArgument names the field. Null counts as absent, except for has().
  Result<std::string> text(std::string_view name) const;
  Result<std::optional<std::string>> optional_text(std::string_view name) const;
  Result<std::optional<std::int64_t>> optional_integer(std::string_view name) const;
  Result<std::optional<TimeUs>> optional_time(std::string_view name) const;  // ISO 8601 with a zone
  bool has(std::string_view name) const { return json::find(object_, name) != nullptr; }
  const json::Object& object() const { return object_; }
  const json::Value* find(std::string_view name) const { return json::find(object_, name); }

 private:
  explicit RequestBody(json::Object object) : object_(std::move(object)) {}
  json::Object object_;
};

}  // namespace clew::api
