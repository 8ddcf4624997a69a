// Command lines of the benchmarks: `--name value` pairs.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clew::bench {

class Options {
 public:
  // `defaults` lists every option there is, without the dashes. kInvalidArgument names an unknown or incomplete one.
  static Result<Options> parse(int argc, char** argv, std::map<std::string, std::string> defaults);

  const std::string& text(const std::string& name) const { return values_.at(name); }
  // Aborts the program with a message when the value is no number.
  double number(const std::string& name) const;
  std::size_t count(const std::string& name) const { return static_cast<std::size_t>(number(name)); }
  // Values of an option that may be given several times.
  const std::vector<std::string>& all(const std::string& name) const { return given_.at(name); }

 private:
  std::map<std::string, std::string> values_;
  std::map<std::string, std::vector<std::string>> given_;
};

}  // namespace clew::bench
