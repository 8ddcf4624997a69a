// What the program says to its operator: one event per line, with fields, on stderr.
//
// `event` is a constant in dotted form ("log.segment_rotated"); values are fields, never glued into a sentence. Never
// logged: bodies, prompts, completions, headers, keys, tokens, connection strings.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"

namespace clew::telemetry {

// error: a person should look; warn: we coped; info: life cycle and requests; debug: off in production.
enum class Level : std::uint8_t { kTrace, kDebug, kInfo, kWarn, kError, kOff };
std::string_view to_text(Level level);
std::optional<Level> parse_level(std::string_view text);  // "fatal" is error

enum class Format : std::uint8_t { kJson, kText };

// A value of a line. Text must live until the call returns.
class Field {
 public:
  Field(std::string_view name, std::string_view value) : name_(name), value_(value) {}
  Field(std::string_view name, const char* value) : name_(name), value_(std::string_view(value)) {}
  Field(std::string_view name, const std::string& value) : name_(name), value_(std::string_view(value)) {}
  Field(std::string_view name, bool value) : name_(name), value_(value) {}
  Field(std::string_view name, double value) : name_(name), value_(value) {}
  template <std::signed_integral T>
  Field(std::string_view name, T value) : name_(name), value_(static_cast<std::int64_t>(value)) {}
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  Field(std::string_view name, T value) : name_(name), value_(static_cast<std::uint64_t>(value)) {}

  std::string_view name() const { return name_; }
  const auto& value() const { return value_; }

 private:
  std::string_view name_;
  std::variant<std::string_view, bool, double, std::int64_t, std::uint64_t> value_;
};
using Fields = std::initializer_list<Field>;

struct LogOptions {
  Level level = Level::kInfo;
  Format format = Format::kJson;
  unsigned lines_per_second_max = 10;      // of one event and key; the rest is counted and reported
  std::size_t buffer_bytes_max = 1 << 20;  // waiting for a slow reader of stderr; what exceeds it is counted
};

// What became of lines since the start.
struct LogCounts {
  std::uint64_t warnings = 0, errors = 0;  // said, written or not
  std::uint64_t suppressed = 0;            // of one kind and more than `lines_per_second_max`; reported in a line
  std::uint64_t dropped = 0;               // the reader of stderr was too slow; reported in a line
};

// Where lines go. Writing happens on a thread of its own: logging never waits for the reader of stderr. Any thread.
class LogSink {
 public:
  // `fd` stays open and with the caller; `clock` must outlive the sink.
  LogSink(int fd, LogOptions options, const Clock& clock);
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;
  ~LogSink();  // writes what waits

  bool is_on(Level level) const;
  void set_level(Level level);
  // `key` separates the rate limits of one event, for example by route.
  void write(Level level, std::string_view module, std::string_view event, Fields fields, std::string_view key);
  // Returns when everything said so far is written or cannot be.
  void flush();
  LogCounts counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The name of a module and the way to the sink; cheap to copy. Without a sink it says nothing (tests).
class Logger {
 public:
  Logger() = default;
  Logger(LogSink& sink, std::string_view module) : sink_(&sink), module_(module) {}  // `module`: a constant

  bool is_on(Level level) const { return sink_ != nullptr && sink_->is_on(level); }
  void debug(std::string_view event, Fields fields = {}, std::string_view key = {}) const {
    write(Level::kDebug, event, fields, key);
  }
  void info(std::string_view event, Fields fields = {}, std::string_view key = {}) const {
    write(Level::kInfo, event, fields, key);
  }
  void warn(std::string_view event, Fields fields = {}, std::string_view key = {}) const {
    write(Level::kWarn, event, fields, key);
  }
  void error(std::string_view event, Fields fields = {}, std::string_view key = {}) const {
    write(Level::kError, event, fields, key);
  }
  void write(Level level, std::string_view event, Fields fields, std::string_view key = {}) const {
    if (is_on(level)) sink_->write(level, module_, event, fields, key);
  }

 private:
  LogSink* sink_ = nullptr;
  std::string_view module_;
};

}  // namespace clew::telemetry
