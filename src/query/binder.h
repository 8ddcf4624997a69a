// Values of a statement under construction: each gets a placeholder name of its own, so that predicates can be put
// together without agreeing on names. Placeholders are all that ever enters the SQL text from outside.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analytics/engine.h"
#include "base/time.h"

namespace clew::query {

class Binder {
 public:
  // `{project_id:String}` is bound from the start.
  explicit Binder(std::string_view project_id) : params_(project_id) {}

  // Each binds a value and returns what stands for it, e.g. "{v3:String}". Long lists take several placeholders,
  // because one value has a limit (analytics::kValueBytesMax).
  std::string text(std::string_view value);
  std::string texts(const std::vector<std::string>& values);
  std::string number(std::int64_t value);
  std::string real(double value);
  std::string time(TimeUs value);
  std::string times(const std::vector<TimeUs>& values);

  const analytics::Params& params() const { return params_; }

 private:
  std::string array(const std::vector<std::string>& values, std::string_view element_type);
  std::string next_name() { return "v" + std::to_string(++count_); }

  analytics::Params params_;
  int count_ = 0;
};

}  // namespace clew::query
