// The settings table: what a setting is called, what it accepts, where its value came from.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/secret.h"

namespace clew::config {

enum class Origin : std::uint8_t { kDefault, kFile, kEnvironment, kFlag };
std::string_view to_text(Origin origin);

// Another environment name, as existing deployments use it.
struct Alias {
  std::string name;
  bool (*applies)(std::string_view) = nullptr;  // null: always; else values it refuses are passed over silently
};

struct Setting {
  std::string key;  // "server.port": in the file; CLEW_SERVER_PORT in the environment
  std::string help;
  std::string kind;  // as shown in the documentation
  std::vector<Alias> aliases;
  std::string flag;  // "--data-dir", or empty
  bool is_secret = false;
  bool is_effective = true;  // false: accepted so that deployments start, but nothing reads it in this version
  // Sets the value from text. The error message says what was expected, without the value.
  std::function<Result<>(std::string_view text, std::chrono::milliseconds bare_unit)> parse;
  std::function<std::string()> show;
  std::string default_text;

  Origin origin = Origin::kDefault;
  std::string origin_name;  // the variable, flag or file

  std::string environment_name() const;

  Setting& alias(std::string name) { return aliases.push_back({std::move(name)}), *this; }
  Setting& alias_if(std::string name, bool (*applies)(std::string_view)) {
    return aliases.push_back({std::move(name), applies}), *this;
  }
  Setting& without_effect() { return is_effective = false, *this; }
  Setting& with_flag(std::string name) { return flag = std::move(name), *this; }
};

// Built by describe(); the fields given to it must outlive the table.
class Table {
 public:
  Setting& text(std::string key, std::string& field, std::string help);
  Setting& choice(std::string key, std::string& field, std::vector<std::string> values, std::string help);
  Setting& url(std::string key, std::string& field, std::vector<std::string> schemes, std::string help);
  Setting& list(std::string key, std::vector<std::string>& field, std::string help);  // separated by commas
  Setting& integer(std::string key, std::int64_t& field, std::int64_t min, std::int64_t max, std::string help);
  Setting& bytes(std::string key, std::uint64_t& field, std::string help);
  Setting& duration(std::string key, std::chrono::milliseconds& field, std::string help);
  Setting& flag(std::string key, bool& field, std::string help);
  Setting& secret(std::string key, Secret& field, std::string help);

  std::deque<Setting>& settings() { return settings_; }
  const std::deque<Setting>& settings() const { return settings_; }
  Setting* find_key(std::string_view key);

 private:
  Setting& add(std::string key, std::string kind, std::string help);
  std::deque<Setting> settings_;
};

struct Settings;
void describe(Table& table, Settings& settings);

}  // namespace clew::config
