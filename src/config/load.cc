#include "config/load.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include "base/text.h"
#include "config/finish.h"
#include "config/known_names.h"

namespace clew::config {

namespace {

using std::chrono::milliseconds;

struct Flags {
  std::vector<std::pair<std::string, std::string>> values;  // key, value
  std::map<std::string, std::string> names;                 // key → as it was written
  std::string config_file;
};

class Loading {
 public:
  explicit Loading(const Sources& sources) : sources_(sources) {
    loaded_.settings = std::make_unique<Settings>();
    describe(loaded_.table, *loaded_.settings);
  }

  Result<Loaded> run() {
    const Flags flags = read_arguments();
    if (!flags.config_file.empty()) read_config_file(flags.config_file);
    read_environment();
    for (const auto& [key, value] : flags.values) {
      Setting* setting = loaded_.table.find_key(key);
      if (setting == nullptr) {
        unknown_key(key, "command line");
      } else {
        assign(*setting, value, Origin::kFlag, flags.names.at(key));
      }
    }
    report_foreign_names();
    finish(*loaded_.settings, problems_, loaded_.notices);
    if (problems_.empty()) return std::move(loaded_);
    return Error{Errc::kInvalidArgument, fmt::format("{}", fmt::join(problems_, "\n"))};
  }

 private:
  // A number without a unit counts in what the name says: …_MS, …_SECONDS.
  static milliseconds bare_unit(std::string_view name) {
    if (name.ends_with("_MS")) return milliseconds(1);
    if (name.ends_with("_SECONDS")) return milliseconds(1000);
    return milliseconds(0);
  }

  void assign(Setting& setting, std::string_view value, Origin origin, const std::string& name) {
    const Result<> parsed = setting.parse(value, bare_unit(name));
    if (!parsed) {
      const std::string shown = setting.is_secret ? std::string() : fmt::format(", got '{}'", value);
      problems_.emplace_back(fmt::format("{} ({}): {}{}", name, to_text(origin), parsed.error().message, shown));
      return;
    }
    setting.origin = origin;
    setting.origin_name = name;
  }

  void unknown_key(const std::string& key, std::string_view where) {
    std::vector<std::string> keys;
    for (const Setting& setting : loaded_.table.settings())
      keys.push_back(setting.key);
    const auto meant = nearest(key, keys);
    problems_.emplace_back(fmt::format("{}: no such setting ({}){}", key, where,
                                       meant ? fmt::format("; did you mean {}?", *meant) : std::string()));
  }

  Flags read_arguments() {
    Flags flags;
    const auto set = [&](std::string key, std::string value, const std::string& name) {
      flags.names[key] = name;
      flags.values.emplace_back(std::move(key), std::move(value));
    };
    for (std::size_t i = 0; i < sources_.arguments.size(); ++i) {
      std::string name = sources_.arguments[i];
      std::string value;
      const std::size_t equals = name.find('=');
      const bool attached = name.starts_with("--") && equals != std::string::npos;
      if (attached) {
        value = name.substr(equals + 1);
        name.resize(equals);
      }
      if (!name.starts_with("--")) {
        problems_.emplace_back(fmt::format("{}: not a flag (command line)", name));
        continue;
      }
      if (!attached) {
        if (i + 1 >= sources_.arguments.size()) {
          problems_.emplace_back(fmt::format("{}: a value is missing (command line)", name));
          break;
        }
        value = sources_.arguments[++i];
      }
      take_flag(flags, name, value, set);
    }
    return flags;
  }

  template <class Set>
  void take_flag(Flags& flags, const std::string& name, const std::string& value, const Set& set) {
    if (name == "--config") {
      flags.config_file = value;
    } else if (name == "--listen") {
      const std::size_t colon = value.rfind(':');
      if (colon == std::string::npos) {
        problems_.emplace_back("--listen (flag): expected HOST:PORT");
        return;
      }
      std::string host = value.substr(0, colon);
      if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
      if (!host.empty()) set("server.address", host, name);
      set("server.port", value.substr(colon + 1), name);
    } else if (name == "--set") {
      const std::size_t equals = value.find('=');
      if (equals == std::string::npos) {
        problems_.emplace_back("--set (flag): expected KEY=VALUE");
        return;
      }
      set(value.substr(0, equals), value.substr(equals + 1), name);
    } else {
      std::vector<std::string> names = {"--config", "--listen", "--set"};
      for (const Setting& setting : loaded_.table.settings()) {
        if (!setting.flag.empty() && setting.flag == name) return set(setting.key, value, name);
        if (!setting.flag.empty()) names.push_back(setting.flag);
      }
      const auto meant = nearest(name, names);
      problems_.emplace_back(fmt::format("{}: no such flag (command line){}", name,
                                         meant ? fmt::format("; did you mean {}?", *meant) : std::string()));
    }
  }

  void read_config_file(const std::string& path) {
    const auto content = sources_.read_file(path);
    if (!content) {
      problems_.emplace_back(fmt::format("--config (flag): {}", content.error().message));
      return;
    }
    try {
      read_node(YAML::Load(*content), "", path);
    } catch (const YAML::Exception& e) {
      problems_.emplace_back(fmt::format("{} line {}: {}", path, e.mark.line + 1, e.msg));
    }
  }

  void read_node(const YAML::Node& node, const std::string& key, const std::string& path) {
    if (node.IsMap()) {
      for (const auto& item : node) {
        const auto name = item.first.as<std::string>();
        read_node(item.second, key.empty() ? name : fmt::format("{}.{}", key, name), path);
      }
      return;
    }
    if (key.empty() || node.IsNull()) return;
    Setting* setting = loaded_.table.find_key(key);
    if (setting == nullptr) return unknown_key(key, path);
    std::string value;
    if (node.IsSequence()) {
      for (const auto& item : node) {
        if (!value.empty()) value += ',';
        value += item.as<std::string>();
      }
    } else {
      value = node.as<std::string>();
    }
    if (!value.empty()) assign_reference(*setting, value, Origin::kFile, key);
  }

  // An empty variable is an unset one: compose files rely on it.
  const std::string* variable(const std::string& name) {
    used_.insert(name);
    const auto found = sources_.environment.find(name);
    return found == sources_.environment.end() || found->second.empty() ? nullptr : &found->second;
  }

  void read_environment() {
    for (Setting& setting : loaded_.table.settings()) {
      std::vector<Alias> names = {{setting.environment_name()}};
      names.insert(names.end(), setting.aliases.begin(), setting.aliases.end());
      for (const Alias& alias : names) {
        const bool taken = take_variable(setting, alias);
        const bool taken_from_file = take_file_variable(setting, alias, taken);
        if (taken || taken_from_file) {
          mark_used(names);
          break;
        }
      }
    }
  }

  void mark_used(const std::vector<Alias>& names) {
    for (const Alias& alias : names) {
      used_.insert(alias.name);
      used_.insert(alias.name + "_FILE");
    }
  }

  bool take_variable(Setting& setting, const Alias& alias) {
    const std::string* value = variable(alias.name);
    if (value == nullptr || (alias.applies != nullptr && !alias.applies(*value))) return false;
    assign_reference(setting, *value, Origin::kEnvironment, alias.name);
    return true;
  }

  // Every secret also exists as NAME_FILE: the content of that file without one newline at its end.
  bool take_file_variable(Setting& setting, const Alias& alias, bool taken) {
    if (!setting.is_secret) return false;
    const std::string name = alias.name + "_FILE";
    const std::string* path = variable(name);
    if (path == nullptr || taken) return false;
    assign_file(setting, *path, Origin::kEnvironment, name);
    return true;
  }

  void assign_file(Setting& setting, const std::string& path, Origin origin, const std::string& name) {
    auto content = sources_.read_file(path);
    if (!content) {
      problems_.emplace_back(fmt::format("{} ({}): {}", name, to_text(origin), content.error().message));
      return;
    }
    if (content->ends_with('\n')) content->pop_back();
    if (content->ends_with('\r')) content->pop_back();
    if (content->empty()) {
      problems_.emplace_back(fmt::format("{} ({}): the file is empty", name, to_text(origin)));
      return;
    }
    assign(setting, *content, origin, name);
  }

  void assign_reference(Setting& setting, const std::string& value, Origin origin, const std::string& name) {
    if (setting.is_secret && value.starts_with("file:///")) return assign_file(setting, value.substr(7), origin, name);
    if (setting.is_secret && value.starts_with("ocivault://")) {
      problems_.emplace_back(
          fmt::format("{} ({}): references to a vault are not supported yet", name, to_text(origin)));
      return;
    }
    assign(setting, value, origin, name);
  }

  // OPS-R7: names that look as if they were meant for us.
  void report_foreign_names() {
    std::vector<std::string> ignored;
    std::vector<std::string> without_effect;
    const std::vector<std::string> known(used_.begin(), used_.end());
    for (const auto& [name, value] : sources_.environment) {
      if (value.empty() || used_.contains(name)) continue;
      const auto name_class = classify(name);
      if (name_class == NameClass::kIgnored) ignored.push_back(name);
      if (name_class == NameClass::kWithoutEffect) without_effect.push_back(name);
      if (name_class || !has_known_prefix(name)) continue;
      const auto meant = nearest(name, known);
      std::string text = fmt::format("{}: no setting has this name{}", name,
                                     meant ? fmt::format("; did you mean {}?", *meant) : std::string());
      if (loaded_.settings->strict) {
        problems_.push_back(std::move(text));
      } else {
        loaded_.notices.push_back({Notice::Level::kWarn, std::move(text)});
      }
    }
    for (const Setting& setting : loaded_.table.settings()) {
      if (!setting.is_effective && setting.origin != Origin::kDefault) without_effect.push_back(setting.origin_name);
    }
    if (!ignored.empty()) {
      loaded_.notices.push_back(
          {Notice::Level::kInfo, fmt::format("accepted, of no meaning here: {}", fmt::join(ignored, ", "))});
    }
    if (!without_effect.empty()) {
      loaded_.notices.push_back({Notice::Level::kWarn, fmt::format("accepted, but without effect in this version: {}",
                                                                   fmt::join(without_effect, ", "))});
    }
  }

  const Sources& sources_;
  Loaded loaded_;
  std::vector<std::string> problems_;
  std::set<std::string> used_;  // variables some setting reads
};

Result<std::string> read_whole_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{Errc::kNotFound, "cannot read " + path};
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

}  // namespace

Sources process_sources(std::vector<std::string> arguments) {
  Sources sources{.arguments = std::move(arguments), .environment = {}, .read_file = read_whole_file};
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    sources.environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return sources;
}

Result<Loaded> load(const Sources& sources) {
  return Loading(sources).run();
}

}  // namespace clew::config
