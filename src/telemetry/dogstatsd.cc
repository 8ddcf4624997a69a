#include "telemetry/dogstatsd.h"

#include <array>
#include <chrono>
#include <cmath>

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"

namespace clew::telemetry {

namespace {

constexpr std::size_t kPacketBytesMax = 1'400;  // below any usual MTU

// Ours → what dashboards for Langfuse ask for.
struct Known {
  std::string_view ours, theirs;
};
constexpr std::array kKnown = {
    Known{"lf_ingest_events_total", "langfuse.ingestion.event"},
    Known{"lf_writer_flush_seconds", "langfuse.queue.clickhouse_writer.processing_time"},
    Known{"lf_visible_seconds", "langfuse.queue.clickhouse_writer.wait_time"},
    Known{"lf_writer_retries_total", "langfuse.queue.clickhouse_writer.error"},
    Known{"lf_queue_depth", "langfuse.queue.ingestion.depth"},
    Known{"lf_queue_dead_oldest_seconds", "langfuse.queue.ingestion.dlq_oldest_age"},
    Known{"lf_writer_batch_rows", "langfuse.ingestion_clickhouse_insert"},
};

std::string dotted(std::string_view name) {
  std::string out = "clew.";
  if (name.starts_with("lf_")) name.remove_prefix(3);
  out += name;
  return out;
}

std::vector<std::string> names_of(std::string_view name) {
  std::vector<std::string> out{dotted(name)};
  for (const Known& known : kKnown) {
    if (known.ours == name) out.emplace_back(known.theirs);
  }
  return out;
}

std::string tag_value(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c == ',' || c == '|' || c == '\n' || c == '#') c = '_';
  }
  return out;
}

// The bound under which a share of the observations lies; observations beyond the last bound count as it.
double quantile(const std::vector<double>& bounds, const std::vector<std::uint64_t>& buckets, std::uint64_t total,
                double share) {
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    below += buckets[i];
    if (static_cast<double>(below) >= share * static_cast<double>(total)) return bounds[i];
  }
  return bounds.empty() ? 0 : bounds.back();
}

}  // namespace

std::string DogStatsdLines::tags(const Labels& labels) const {
  std::string out;
  const auto add = [&](const std::string& name, const std::string& value) {
    out += out.empty() ? "|#" : ",";
    out.append(name).append(":").append(tag_value(value));
  };
  for (const auto& [name, value] : constant_tags_)
    add(name, value);
  for (const auto& [name, value] : labels)
    add(name, value);
  return out;
}

void DogStatsdLines::counter(const Metrics::Sample& sample, Before& before, std::vector<std::string>& out) const {
  const double added = sample.value - before.value;
  before.value = sample.value;
  if (!(added > 0)) return;
  for (const std::string& name : names_of(sample.name))
    out.push_back(name + ":" + json::number_text(added) + "|c" + tags(sample.labels));
}

void DogStatsdLines::histogram(const Metrics::Sample& sample, Before& before, std::vector<std::string>& out) const {
  const Histogram& histogram = *sample.histogram;
  before.buckets.resize(histogram.bounds().size() + 1);
  std::vector<std::uint64_t> added(before.buckets.size());
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < added.size(); ++i) {
    const std::uint64_t now = histogram.bucket(i);
    added[i] = now - before.buckets[i];
    before.buckets[i] = now;
    total += added[i];
  }
  const double sum = histogram.sum() - before.sum;
  before.sum = histogram.sum();
  if (total == 0) return;
  const std::string with = tags(sample.labels);
  for (const std::string& name : names_of(sample.name)) {
    out.push_back(name + ".count:" + std::to_string(total) + "|c" + with);
    out.push_back(name + ".sum:" + json::number_text(sum) + "|c" + with);
    for (const auto& [ending, share] : {std::pair{".median", 0.5}, {".95percentile", 0.95}, {".99percentile", 0.99}}) {
      out.push_back(name + ending + ":" + json::number_text(quantile(histogram.bounds(), added, total, share)) + "|g" +
                    with);
    }
  }
}

std::vector<std::string> DogStatsdLines::round(const Metrics& metrics) {
  std::vector<std::string> out;
  metrics.visit([&](const Metrics::Sample& sample) {
    std::string key(sample.name);
    for (const auto& [name, value] : sample.labels)
      key.append("\n").append(name).append("\n").append(value);
    Before& before = before_[key];
    switch (sample.type) {
      case Metrics::Type::kCounter:
        return counter(sample, before, out);
      case Metrics::Type::kHistogram:
        return histogram(sample, before, out);
      case Metrics::Type::kGauge:
        if (std::isfinite(sample.value)) {
          for (const std::string& name : names_of(sample.name))
            out.push_back(name + ":" + json::number_text(sample.value) + "|g" + tags(sample.labels));
        }
        return;
    }
  });
  return out;
}

namespace {

Labels constant_tags(const DogStatsdOptions& options) {
  Labels out;
  if (!options.environment.empty()) out.emplace_back("env", options.environment);
  if (!options.service.empty()) out.emplace_back("service", options.service);
  return out;
}

}  // namespace

Result<std::unique_ptr<DogStatsd>> DogStatsd::start(DogStatsdOptions options, const Metrics& metrics) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(options.host.c_str(), std::to_string(options.port).c_str(), &hints, &found);
  if (failed != 0) return Error{Errc::kUnavailable, options.host + ": " + gai_strerror(failed)};
  const int fd = ::socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const bool connected = fd >= 0 && ::connect(fd, found->ai_addr, found->ai_addrlen) == 0;
  freeaddrinfo(found);
  if (!connected) {
    if (fd >= 0) ::close(fd);
    return Error{Errc::kUnavailable, "no UDP socket to " + options.host};
  }
  return std::unique_ptr<DogStatsd>(new DogStatsd(std::move(options), metrics, fd));
}

DogStatsd::DogStatsd(DogStatsdOptions options, const Metrics& metrics, int socket)
    : options_(std::move(options)),
      metrics_(metrics),
      socket_(socket),
      lines_(constant_tags(options_)),
      thread_([this] { run(); }) {}

DogStatsd::~DogStatsd() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wakes_.notify_all();
  thread_.join();
  ::close(socket_);
}

void DogStatsd::run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!wakes_.wait_for(lock, std::chrono::milliseconds(options_.interval_ms), [&] { return stopping_; })) {
    lock.unlock();
    send();
    lock.lock();
  }
}

void DogStatsd::send() {
  std::string packet;
  const auto flush = [&] {
    // An agent that is away or slow loses a round; the next one carries its gauges again.
    if (!packet.empty()) static_cast<void>(::send(socket_, packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
    packet.clear();
  };
  for (const std::string& line : lines_.round(metrics_)) {
    if (packet.size() + line.size() + 1 > kPacketBytesMax) flush();
    packet.append(line).append("\n");
  }
  flush();
}

}  // namespace clew::telemetry
