#include "telemetry/exposition_parser.h"

#include <cctype>
#include <cstdlib>
#include <optional>
#include <set>

#include "base/text.h"

namespace clew::telemetry {

namespace {

bool is_name(std::string_view text, bool colon) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front())) != 0) return false;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && !(colon && c == ':')) return false;
  }
  return true;
}

std::optional<double> number_of(std::string_view text) {
  const std::string copy(text);
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  if (copy.empty() || *end != '\0') return std::nullopt;
  return value;
}

struct Line {
  std::string name, labels, le;
  double value = 0;
};

class Reader {
 public:
  ParsedExposition read(std::string_view page) {
    if (!page.empty() && page.back() != '\n') problem("the page does not end with a newline", page);
    for (const std::string_view line : text::split(page, '\n')) {
      if (line.empty()) continue;
      if (line.starts_with("# ")) {
        comment(line.substr(2));
      } else {
        sample(line);
      }
    }
    finish_histogram();
    for (const auto& [family, type] : out_.types) {
      if (!with_samples_.contains(family)) problem("a family without a sample", family);
      if (!out_.helps.contains(family)) problem("a family without HELP", family);
      if (type == "counter" && !family.ends_with("_total")) problem("a counter that does not end in _total", family);
    }
    return std::move(out_);
  }

 private:
  void problem(std::string_view what, std::string_view where) {
    out_.problems.push_back(std::string(what) + ": " + std::string(where.substr(0, 120)));
  }

  void comment(std::string_view text) {
    const auto space = text.find(' ');
    const auto next = text.find(' ', space + 1);
    if (space == text.npos || next == text.npos) return problem("a comment that is neither HELP nor TYPE", text);
    const std::string kind(text.substr(0, space)), name(text.substr(space + 1, next - space - 1));
    const std::string rest(text.substr(next + 1));
    if (!is_name(name, true)) problem("no metric name", text);
    if (kind == "HELP") {
      if (rest.empty()) problem("an empty HELP", text);
      if (!out_.helps.emplace(name, rest).second) problem("HELP twice", name);
    } else if (kind == "TYPE") {
      finish_histogram();
      if (rest != "counter" && rest != "gauge" && rest != "histogram") problem("no type", text);
      if (!out_.types.emplace(name, rest).second) problem("TYPE twice", name);
      family_ = name;
    } else {
      problem("a comment that is neither HELP nor TYPE", text);
    }
  }

  // The labels in braces, `text` beginning after the opening one; what follows the closing one.
  std::optional<std::string_view> labels(std::string_view text, Line& line) {
    std::set<std::string> names;
    while (!text.starts_with('}')) {
      const auto equals = text.find("=\"");
      if (equals == text.npos || !is_name(text.substr(0, equals), false)) return std::nullopt;
      const std::string name(text.substr(0, equals));
      if (!names.insert(name).second) return std::nullopt;
      std::string value;
      std::size_t at = equals + 2;
      for (; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\' && (at + 1 == text.size() || std::string_view("\\\"n").find(text[at + 1]) == text.npos)) {
          return std::nullopt;
        }
        if (text[at] == '\\') value += text[at++];
        value += text[at];
      }
      if (at >= text.size()) return std::nullopt;
      if (name == "le") {
        line.le = value;
      } else {
        line.labels.append(line.labels.empty() ? "" : ",").append(name).append("=\"").append(value).append("\"");
      }
      text.remove_prefix(at + 1);
      if (text.starts_with(',')) {
        text.remove_prefix(1);
      } else if (!text.starts_with('}')) {
        return std::nullopt;
      }
    }
    return text.substr(1);
  }

  void sample(std::string_view text) {
    Line line;
    const auto end = text.find_first_of("{ ");
    if (end == text.npos) return problem("no sample", text);
    line.name = text.substr(0, end);
    std::string_view rest = text.substr(end);
    if (!is_name(line.name, true)) return problem("no metric name", text);
    if (rest.starts_with('{')) {
      const auto after = labels(rest.substr(1), line);
      if (!after) return problem("labels that do not parse", text);
      rest = *after;
    }
    const auto value = rest.starts_with(' ') ? number_of(rest.substr(1)) : std::nullopt;
    if (!value) return problem("no number", text);
    line.value = *value;
    const std::string series = line.name + "{" + line.labels + (line.le.empty() ? "" : ",le=\"" + line.le + "\"") + "}";
    if (!out_.values.emplace(series, line.value).second) problem("one series twice", series);
    check(line);
  }

  void check(const Line& line) {
    const auto type = out_.types.find(family_);
    if (type == out_.types.end()) return problem("a sample before its TYPE", line.name);
    with_samples_.insert(family_);
    if (type->second != "histogram") {
      if (line.name != family_) problem("a sample of another family", line.name);
      if (type->second == "counter" && !(line.value >= 0)) problem("a counter below zero", line.name);
      return;
    }
    if (line.labels != labels_ || line.name == family_ + "_bucket") {
      if (line.labels != labels_) finish_histogram();
      labels_ = line.labels;
    }
    if (line.name == family_ + "_bucket") {
      if (line.le.empty()) problem("a bucket without le", family_);
      if (line.value < last_bucket_) problem("buckets that shrink", family_);
      last_bucket_ = line.value;
      saw_infinity_ = line.le == "+Inf";
      open_ = true;
    } else if (line.name == family_ + "_count") {
      if (line.value != last_bucket_) problem("a count that is not the last bucket", family_);
      saw_count_ = true;
    } else if (line.name == family_ + "_sum") {
      saw_sum_ = true;
    } else {
      problem("a sample of another family", line.name);
    }
  }

  void finish_histogram() {
    if (open_ && !(saw_infinity_ && saw_count_ && saw_sum_)) problem("a histogram that is not whole", family_);
    open_ = saw_infinity_ = saw_count_ = saw_sum_ = false;
    last_bucket_ = 0;
    labels_.clear();
  }

  ParsedExposition out_;
  std::string family_, labels_;
  std::set<std::string> with_samples_;
  double last_bucket_ = 0;
  bool open_ = false, saw_infinity_ = false, saw_count_ = false, saw_sum_ = false;
};

}  // namespace

ParsedExposition parse_exposition(std::string_view page) {
  return Reader().read(page);
}

}  // namespace clew::telemetry
