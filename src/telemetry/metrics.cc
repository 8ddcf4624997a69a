#include "telemetry/metrics.h"

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "base/result.h"

namespace clew::telemetry {

namespace {

std::string escaped(std::string_view text, bool quote) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quote) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
  return out;
}

std::string label_text(const Labels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    if (!out.empty()) out += ',';
    out.append(name).append("=\"").append(escaped(value, true)).append("\"");
  }
  return out;
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return json::number_text(value);
}

void append_sample(std::string& out, std::string_view name, std::string_view suffix, std::string_view labels,
                   std::string_view value) {
  out.append(name).append(suffix);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(value).append("\n");
}

void append_histogram(std::string& out, std::string_view name, const std::string& labels, const Histogram& histogram) {
  std::uint64_t cumulative = 0;
  const std::string separator = labels.empty() ? "" : ",";
  for (std::size_t i = 0; i <= histogram.bounds().size(); ++i) {
    cumulative += histogram.bucket(i);
    const std::string bound = i < histogram.bounds().size() ? number(histogram.bounds()[i]) : "+Inf";
    append_sample(out, name, "_bucket", labels + separator + "le=\"" + bound + "\"", std::to_string(cumulative));
  }
  append_sample(out, name, "_sum", labels, number(histogram.sum()));
  append_sample(out, name, "_count", labels, std::to_string(cumulative));
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), buckets_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds_.size() + 1)) {}

void Histogram::observe(double value) {
  const auto bound = std::ranges::lower_bound(bounds_, value);
  buckets_[static_cast<std::size_t>(bound - bounds_.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

std::uint64_t Histogram::count() const {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i <= bounds_.size(); ++i)
    total += bucket(i);
  return total;
}

std::vector<double> latency_bounds() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
}

Metrics::Series& Metrics::series(Type type, std::string_view name, std::string_view help, const Labels& labels) {
  auto found = families_.find(name);
  if (found == families_.end()) {
    found = families_.emplace(std::string(name), Family{.type = type, .help = std::string(help), .series = {}}).first;
  }
  Family& family = found->second;
  CLEW_ASSERT(family.type == type, "one metric name registered with two types");
  const std::string text = label_text(labels);
  for (Series& one : family.series) {
    if (one.labels == text) return one;
  }
  return family.series.emplace_back(Series{.labels = text, .pairs = labels});
}

Counter& Metrics::counter(std::string_view name, std::string_view help, Labels labels) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Series& one = series(Type::kCounter, name, help, labels);
  if (!one.counter) one.counter = std::make_unique<Counter>();
  return *one.counter;
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, Labels labels) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Series& one = series(Type::kGauge, name, help, labels);
  if (!one.gauge) one.gauge = std::make_unique<Gauge>();
  return *one.gauge;
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, std::vector<double> bounds, Labels labels) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Series& one = series(Type::kHistogram, name, help, labels);
  if (!one.histogram) one.histogram = std::make_unique<Histogram>(std::move(bounds));
  return *one.histogram;
}

void Metrics::gauge_of(std::string_view name, std::string_view help, Labels labels, std::function<double()> read) {
  const std::lock_guard<std::mutex> lock(mutex_);
  series(Type::kGauge, name, help, labels).read = std::move(read);
}

void Metrics::counter_of(std::string_view name, std::string_view help, Labels labels, std::function<double()> read) {
  const std::lock_guard<std::mutex> lock(mutex_);
  series(Type::kCounter, name, help, labels).read = std::move(read);
}

std::vector<Metrics::Found> Metrics::found() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<Found> out;
  for (const auto& [name, family] : families_) {
    for (const Series& one : family.series)
      out.push_back({name, family, one, one.counter.get(), one.gauge.get(), one.histogram.get(), one.read});
  }
  return out;
}

double Metrics::Found::value() const {
  if (read) return read();
  if (gauge != nullptr) return gauge->value();
  return counter != nullptr ? static_cast<double>(counter->value()) : 0;
}

void Metrics::visit(const std::function<void(const Sample&)>& see) const {
  for (const Found& one : found()) {
    see({.name = one.name,
         .labels = one.series.pairs,
         .type = one.family.type,
         .value = one.value(),
         .histogram = one.histogram});
  }
}

std::vector<Metrics::Described> Metrics::families() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<Described> out;
  for (const auto& [name, family] : families_)
    out.push_back({.name = name, .type = family.type, .help = family.help});
  return out;
}

std::string Metrics::to_prometheus() const {
  static constexpr std::string_view kTypes[] = {"counter", "gauge", "histogram"};
  std::string out;
  const Family* family = nullptr;
  for (const Found& one : found()) {
    if (family != &one.family) {
      family = &one.family;
      out.append("# HELP ").append(one.name).append(" ").append(escaped(family->help, false)).append("\n");
      out.append("# TYPE ").append(one.name).append(" ");
      out.append(kTypes[static_cast<std::size_t>(family->type)]).append("\n");
    }
    if (one.histogram != nullptr) {
      append_histogram(out, one.name, one.series.labels, *one.histogram);
    } else {
      append_sample(out, one.name, "", one.series.labels, number(one.value()));
    }
  }
  return out;
}

}  // namespace clew::telemetry
