// Counters, gauges and histograms, and their Prometheus text. Labels come from closed sets: an id is never a label.
//
// Registering takes a lock and returns a reference that lives as long as the registry: keep it. Updating is one
// relaxed atomic addition. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clew::telemetry {

using Labels = std::vector<std::pair<std::string, std::string>>;

class alignas(64) Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class alignas(64) Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  void add(double delta) { value_.fetch_add(delta, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

class Histogram {
 public:
  // `bounds`: upper bounds, ascending; a last bucket without bound is added.
  explicit Histogram(std::vector<double> bounds);
  void observe(double value);
  std::uint64_t count() const;
  double sum() const { return sum_.load(std::memory_order_relaxed); }
  const std::vector<double>& bounds() const { return bounds_; }
  std::uint64_t bucket(std::size_t i) const { return buckets_[i].load(std::memory_order_relaxed); }  // not cumulative

 private:
  const std::vector<double> bounds_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> buckets_;
  std::atomic<double> sum_{0};
};

// Upper bounds in seconds that fit requests and store calls: 0.5 ms to 30 s.
std::vector<double> latency_bounds();

class Metrics {
 public:
  // Asking twice for one name and labels gives the same object. One name has one type and help.
  Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, std::vector<double> bounds, Labels labels = {});
  // A gauge that is asked when somebody looks, outside the registry's lock: `read` may take locks under which others
  // register. It must not block for long and must live as long as the registry.
  void gauge_of(std::string_view name, std::string_view help, Labels labels, std::function<double()> read);
  // The same for a number that only grows and is kept elsewhere.
  void counter_of(std::string_view name, std::string_view help, Labels labels, std::function<double()> read);

  std::string to_prometheus() const;

  enum class Type : std::uint8_t { kCounter, kGauge, kHistogram };
  // One series as it stands. `histogram` is set for histograms only, `value` for the others.
  struct Sample {
    std::string_view name;
    const Labels& labels;
    Type type;
    double value;
    const Histogram* histogram;
  };
  // Calls `see` for every series in the order of their names, outside the registry's lock.
  void visit(const std::function<void(const Sample&)>& see) const;
  // Name, type and help of every family, for the documentation's test.
  struct Described {
    std::string name;
    Type type;
    std::string help;
  };
  std::vector<Described> families() const;

 private:
  struct Series {
    std::string labels;  // `a="b",c="d"`, escaped
    Labels pairs;
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Gauge> gauge;
    std::unique_ptr<Histogram> histogram;
    std::function<double()> read;
  };
  struct Family {
    Type type = Type::kCounter;
    std::string help;
    std::deque<Series> series;
  };
  // A series as it was found under the lock. Families and series stay where they are, so pointers to them hold.
  struct Found {
    const std::string& name;
    const Family& family;
    const Series& series;
    const Counter* counter;
    const Gauge* gauge;
    const Histogram* histogram;
    std::function<double()> read;
    double value() const;
  };
  Series& series(Type type, std::string_view name, std::string_view help, const Labels& labels);
  std::vector<Found> found() const;

  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;
};

}  // namespace clew::telemetry
