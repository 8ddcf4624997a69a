#include "telemetry/log.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <iterator>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include <fmt/compile.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"

namespace clew::telemetry {

namespace {

constexpr std::array<std::string_view, 6> kLevels = {"trace", "debug", "info", "warn", "error", "off"};
constexpr std::size_t kLimitsMax = 4096;  // events and keys remembered; past that the oldest knowledge is dropped
constexpr std::int64_t kWindowUs = 1'000'000;

void append_value(std::string& out, const Field& field, bool json) {
  std::visit(
      [&](const auto& value) {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::string_view>) {
          const bool plain = !json && !value.empty() && value.find_first_of(" \t\r\n\"=") == std::string_view::npos;
          if (plain) {
            out += value;
          } else {
            json::append_quoted(out,
                                text::is_utf8(value) ? std::string(value) : text::sanitize_utf8(std::string(value)));
          }
        } else if constexpr (std::is_same_v<Value, bool>) {
          out += value ? "true" : "false";
        } else if constexpr (std::is_same_v<Value, double>) {
          out += json::number_text(value);
        } else {
          fmt::format_to(std::back_inserter(out), FMT_COMPILE("{}"), value);
        }
      },
      field.value());
}

std::string json_line(TimeUs now, Level level, std::string_view module, std::string_view event, Fields fields) {
  std::string line = fmt::format(FMT_COMPILE(R"({{"ts":"{}","level":"{}","module":"{}","event":"{}")"), iso_ms(now),
                                 to_text(level), module, event);
  for (const Field& field : fields) {
    line += ',';
    json::append_quoted(line, field.name());
    line += ':';
    append_value(line, field, true);
  }
  line += "}\n";
  return line;
}

std::string text_line(TimeUs now, Level level, std::string_view module, std::string_view event, Fields fields) {
  std::string line = fmt::format(FMT_COMPILE("{} {} {} {}"), iso_ms(now), to_text(level), module, event);
  for (const Field& field : fields) {
    line += ' ';
    line += field.name();
    line += '=';
    append_value(line, field, false);
  }
  line += '\n';
  return line;
}

}  // namespace

std::string_view to_text(Level level) {
  return kLevels[static_cast<std::size_t>(level)];
}

std::optional<Level> parse_level(std::string_view text) {
  const std::string name = text::lower(text);
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    if (kLevels[i] == name) return static_cast<Level>(i);
  }
  if (name == "warning") return Level::kWarn;
  if (name == "fatal") return Level::kError;
  return std::nullopt;
}

struct LogSink::Impl {
  struct Limit {
    std::int64_t window_start_us = 0;
    unsigned lines = 0;
    std::uint64_t suppressed = 0;
  };

  Impl(int out_fd, LogOptions log_options, const Clock& log_clock)
      : fd(out_fd), options(log_options), lowest(log_options.level), clock(log_clock), writer([this] { run(); }) {}

  std::string line(Level level, std::string_view module, std::string_view event, Fields fields) const {
    return options.format == Format::kJson ? json_line(clock.now_us(), level, module, event, fields)
                                           : text_line(clock.now_us(), level, module, event, fields);
  }

  // Under the lock. Whether a line may pass; when a new second begins, what the last one held back is reported first.
  bool admit(std::string_view module, std::string_view event, std::string_view key) {
    if (limits.size() >= kLimitsMax) limits.clear();
    std::string name;
    name.append(module).append("\n").append(event).append("\n").append(key);
    Limit& limit = limits[name];
    const std::int64_t now = monotonic_us();
    if (limit.lines == 0 || now - limit.window_start_us >= kWindowUs) {
      report(limit, module, event, key);
      limit = {.window_start_us = now};
    }
    if (limit.lines < options.lines_per_second_max) {
      ++limit.lines;
      return true;
    }
    if (limit.suppressed++ == 0) wake.notify_one();
    ++counts.suppressed;
    has_suppressed = true;
    return false;
  }

  void report(Limit& limit, std::string_view module, std::string_view event, std::string_view key) {
    if (limit.suppressed == 0) return;
    push(line(Level::kInfo, "telemetry", "log.suppressed",
              {{"of_module", module}, {"of_event", event}, {"key", key}, {"lines", limit.suppressed}}));
    limit.suppressed = 0;
  }

  void report_all(bool also_running) {
    const std::int64_t now = monotonic_us();
    has_suppressed = false;
    for (auto& [name, limit] : limits) {
      if (limit.suppressed == 0) continue;
      if (!also_running && now - limit.window_start_us < kWindowUs) {
        has_suppressed = true;
        continue;
      }
      const auto parts = text::split(name, '\n');
      report(limit, parts[0], parts[1], parts[2]);
    }
  }

  void push(std::string text) {
    if (buffer.size() + text.size() > options.buffer_bytes_max) {
      ++dropped;
      ++counts.dropped;
      return;
    }
    buffer += text;
    wake.notify_one();
  }

  void run() {
    std::unique_lock<std::mutex> lock(mutex);
    while (true) {
      const auto has_work = [this] { return !buffer.empty() || stopping || has_suppressed; };
      wake.wait(lock, has_work);
      if (has_suppressed && buffer.empty() && !stopping) {
        wake.wait_for(lock, std::chrono::microseconds(kWindowUs), [this] { return !buffer.empty() || stopping; });
        report_all(false);
      }
      if (stopping) report_all(true);
      if (dropped > 0 && buffer.size() < options.buffer_bytes_max / 2) {
        buffer += line(Level::kWarn, "telemetry", "log.dropped", {{"lines", std::exchange(dropped, 0)}});
      }
      const std::string out = std::exchange(buffer, {});
      if (out.empty() && stopping) return;
      writing = true;
      lock.unlock();
      write_out(out);
      lock.lock();
      writing = false;
      idle.notify_all();
    }
  }

  void write_out(std::string_view out) const {
    while (!out.empty()) {
      const ssize_t n = ::write(fd, out.data(), out.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return;  // nobody reads any more
      out.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  const int fd;
  const LogOptions options;
  std::atomic<Level> lowest;
  const Clock& clock;
  std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable idle;
  std::string buffer;
  std::unordered_map<std::string, Limit> limits;
  std::uint64_t dropped = 0;
  LogCounts counts;
  bool has_suppressed = false;
  bool writing = false;
  bool stopping = false;
  std::thread writer;  // last: it uses what is above
};

LogSink::LogSink(int fd, LogOptions options, const Clock& clock) : impl_(std::make_unique<Impl>(fd, options, clock)) {}

LogSink::~LogSink() {
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_one();
  impl_->writer.join();
}

bool LogSink::is_on(Level level) const {
  return level >= impl_->lowest.load(std::memory_order_relaxed) && level != Level::kOff;
}

void LogSink::set_level(Level level) {
  impl_->lowest.store(level, std::memory_order_relaxed);
}

void LogSink::write(Level level, std::string_view module, std::string_view event, Fields fields, std::string_view key) {
  if (!is_on(level)) return;
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  if (level == Level::kWarn) ++impl_->counts.warnings;
  if (level == Level::kError) ++impl_->counts.errors;
  if (!impl_->admit(module, event, key)) return;
  impl_->push(impl_->line(level, module, event, fields));
}

LogCounts LogSink::counts() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->counts;
}

void LogSink::flush() {
  std::unique_lock<std::mutex> lock(impl_->mutex);
  impl_->idle.wait(lock, [this] { return impl_->buffer.empty() && !impl_->writing; });
}

}  // namespace clew::telemetry
