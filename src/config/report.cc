// What a person reads about settings: `config print`, `config explain`, the generated page.

#include <algorithm>

#include <fmt/format.h>

#include "config/known_names.h"
#include "config/load.h"

namespace clew::config {

namespace {

std::vector<std::string> names_of(const Setting& setting) {
  std::vector<std::string> names = {setting.environment_name()};
  for (const Alias& alias : setting.aliases) {
    if (alias.name != names.front()) names.push_back(alias.name);
  }
  return names;
}

std::string group_of(const Setting& setting) {
  const std::size_t dot = setting.key.find('.');
  return dot == std::string::npos ? "general" : setting.key.substr(0, dot);
}

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

constexpr std::string_view kPreamble =
    R"(# Configuration

Generated from the settings table in `src/config/describe.cc`; a test compares. Do not edit.

Clew runs without any configuration: one data directory, one port, embedded stores. Every setting below is a choice.

Order: default < file < environment < command line. An empty variable is an unset one.

- **File**: `--config FILE`, YAML. `server.port` is key `port` below `server`, or the key `server.port` itself.
- **Environment**: the first name below wins; the others are names of existing Langfuse deployments. Every secret also
  exists as `NAME_FILE` (the content of that file), and its value may be a reference `file:///path`.
- **Command line**: `--data-dir DIR`, `--listen HOST:PORT`, `--web-dir DIR`, `--config FILE`, `--log-level LEVEL`,
  `--set KEY=VALUE` for every other.

Sizes are written `64MiB` or `2GB`, times `250ms`, `10s`, `5m`, `2h`, `7d`. In variables that end in `_MS` or
`_SECONDS` a number alone counts in that unit. Switches take true/false, 1/0, yes/no, on/off.

All problems are reported together, with exit code 2. `clew config check` looks without starting, `clew config print`
shows effective values and where they come from, `clew config explain NAME` explains one. A variable with a prefix of
ours (`CLEW_`, `LANGFUSE_`, `CLICKHOUSE_`, `REDIS_`, `AUTH_`, `QUEUE_CONSUMER_`) that nothing reads is named at start,
with the nearest known name; variables of Langfuse that have no meaning here are accepted and listed once.
)";

}  // namespace

std::string print(const Table& table) {
  std::string out;
  for (const Setting& setting : table.settings()) {
    const std::string origin = setting.origin_name.empty()
                                   ? std::string(to_text(setting.origin))
                                   : fmt::format("{} {}", to_text(setting.origin), setting.origin_name);
    out += fmt::format("{:<36} {:<32} ({})\n", setting.key, setting.show(), origin);
  }
  return out;
}

Result<std::string> explain(const Table& table, std::string_view name) {
  std::vector<std::string> known;
  for (const Setting& setting : table.settings()) {
    const std::vector<std::string> names = names_of(setting);
    if (setting.key != name && std::ranges::find(names, name) == names.end()) {
      known.push_back(setting.key);
      known.insert(known.end(), names.begin(), names.end());
      continue;
    }
    const std::string_view note = setting.is_effective ? "" : " Without effect in this version.";
    return fmt::format("{}\n  {}{}\n  type: {}\n  default: {}\n  value: {} ({})\n  environment: {}\n", setting.key,
                       setting.help, note, setting.kind, setting.default_text.empty() ? "none" : setting.default_text,
                       setting.show().empty() ? "none" : setting.show(), to_text(setting.origin),
                       fmt::join(names, ", "));
  }
  const auto name_class = classify(name);
  if (name_class) return fmt::format("{}\n  A variable of Langfuse; accepted, nothing here reads it.\n", name);
  const auto meant = nearest(name, known);
  return Error{Errc::kNotFound, fmt::format("{}: no such setting{}", name,
                                            meant ? fmt::format("; did you mean {}?", *meant) : std::string())};
}

std::string documentation() {
  Settings settings;
  Table table;
  describe(table, settings);
  std::string out(kPreamble);
  std::string group;
  for (const Setting& setting : table.settings()) {
    if (group_of(setting) != group) {
      group = group_of(setting);
      out += fmt::format("\n## {}\n\n| Key | Default | Meaning | Environment |\n|---|---|---|---|\n", group);
    }
    const std::string shown = setting.default_text.empty() ? "" : fmt::format("`{}`", setting.default_text);
    const std::string_view note = setting.is_effective ? "" : " **Without effect in this version.**";
    out += fmt::format("| `{}` | {} | {}{} ({}) | `{}` |\n", setting.key, shown, cell(setting.help), note,
                       cell(setting.kind), fmt::join(names_of(setting), "`, `"));
  }
  return out;
}

}  // namespace clew::config
