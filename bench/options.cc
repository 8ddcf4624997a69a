#include "bench/options.h"

#include <cstdio>
#include <cstdlib>

namespace clew::bench {

Result<Options> Options::parse(int argc, char** argv, std::map<std::string, std::string> defaults) {
  Options out;
  out.values_ = std::move(defaults);
  for (const auto& [name, value] : out.values_)
    out.given_[name];
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    if (!name.starts_with("--") || !out.values_.contains(name.substr(2)) || i + 1 >= argc) {
      std::string known;
      for (const auto& [option, value] : out.values_)
        known += "\n  --" + option + (value.empty() ? "" : " (" + value + ")");
      return Error{Errc::kInvalidArgument, "unknown or incomplete option " + name + "; there are:" + known};
    }
    out.values_[name.substr(2)] = argv[i + 1];
    out.given_[name.substr(2)].emplace_back(argv[i + 1]);
  }
  return out;
}

double Options::number(const std::string& name) const {
  const std::string& value = values_.at(name);
  char* end = nullptr;
  const double out = std::strtod(value.c_str(), &end);
  if (value.empty() || *end != '\0' || out < 0) {
    std::fprintf(stderr, "--%s: not a number: '%s'\n", name.c_str(), value.c_str());
    std::exit(2);
  }
  return out;
}

}  // namespace clew::bench
