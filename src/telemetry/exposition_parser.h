// For tests: a strict reader of the Prometheus text format 0.0.4. Whatever a scraper could stumble over is a problem.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace clew::telemetry {

struct ParsedExposition {
  std::vector<std::string> problems;         // empty when the page is right
  std::map<std::string, std::string> types;  // family → counter, gauge, histogram
  std::map<std::string, std::string> helps;
  std::map<std::string, double> values;  // `name{a="b"}` as written → value
};

ParsedExposition parse_exposition(std::string_view page);

}  // namespace clew::telemetry
