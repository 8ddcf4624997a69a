#include "config/table.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "config/units.h"

namespace clew::config {

namespace {
using std::chrono::milliseconds;
Error expected(std::string what) {
  return {Errc::kInvalidArgument, "expected " + std::move(what)};
}

std::string joined(const std::vector<std::string>& values, std::string_view separator) {
  return fmt::format("{}", fmt::join(values, separator));
}
}  // namespace

std::string_view to_text(Origin origin) {
  switch (origin) {
    case Origin::kDefault:
      return "default";
    case Origin::kFile:
      return "file";
    case Origin::kEnvironment:
      return "env";
    case Origin::kFlag:
      return "flag";
  }
  return "default";
}

std::string Setting::environment_name() const {
  std::string name = "CLEW_";
  for (const char c : key)
    name += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return name;
}

Setting& Table::add(std::string key, std::string kind, std::string help) {
  CLEW_ASSERT(find_key(key) == nullptr, "two settings with one key");
  Setting& setting = settings_.emplace_back();
  setting.key = std::move(key);
  setting.kind = std::move(kind);
  setting.help = std::move(help);
  return setting;
}

Setting* Table::find_key(std::string_view key) {
  const auto found = std::ranges::find(settings_, key, &Setting::key);
  return found == settings_.end() ? nullptr : &*found;
}

Setting& Table::text(std::string key, std::string& field, std::string help) {
  Setting& setting = add(std::move(key), "text", std::move(help));
  setting.parse = [&field](std::string_view text, milliseconds) -> Result<> {
    field = text;
    return ok();
  };
  setting.show = [&field] { return field; };
  setting.default_text = field;
  return setting;
}

Setting& Table::choice(std::string key, std::string& field, std::vector<std::string> values, std::string help) {
  Setting& setting = add(std::move(key), joined(values, ", "), std::move(help));
  setting.parse = [&field, values = std::move(values)](std::string_view text, milliseconds) -> Result<> {
    const std::string value = text::lower(text::trim(text));
    if (std::ranges::find(values, value) == values.end()) return expected("one of " + joined(values, ", "));
    field = value;
    return ok();
  };
  setting.show = [&field] { return field; };
  setting.default_text = field;
  return setting;
}

Setting& Table::url(std::string key, std::string& field, std::vector<std::string> schemes, std::string help) {
  Setting& setting = add(std::move(key), "URL", std::move(help));
  setting.parse = [&field, schemes = std::move(schemes)](std::string_view text, milliseconds) -> Result<> {
    const std::string_view value = text::trim(text);
    const std::size_t colon = value.find("://");
    const bool known = colon != std::string_view::npos &&
                       std::ranges::find(schemes, text::lower(value.substr(0, colon))) != schemes.end();
    if (!known || value.size() <= colon + 3 || value[colon + 3] == '/') {
      return expected("a URL with a host, starting with " + joined(schemes, ":// or ") + "://");
    }
    field = value;
    while (field.ends_with('/'))
      field.pop_back();
    return ok();
  };
  setting.show = [&field] { return field; };
  setting.default_text = field;
  return setting;
}

Setting& Table::list(std::string key, std::vector<std::string>& field, std::string help) {
  Setting& setting = add(std::move(key), "list, separated by commas", std::move(help));
  setting.parse = [&field](std::string_view text, milliseconds) -> Result<> {
    field.clear();
    for (const std::string_view part : text::split(text, ',')) {
      if (!text::trim(part).empty()) field.emplace_back(text::trim(part));
    }
    return ok();
  };
  setting.show = [&field] { return joined(field, ","); };
  setting.default_text = joined(field, ",");
  return setting;
}

Setting& Table::integer(std::string key, std::int64_t& field, std::int64_t min, std::int64_t max, std::string help) {
  Setting& setting = add(std::move(key), fmt::format("number from {} to {}", min, max), std::move(help));
  setting.parse = [&field, min, max](std::string_view text, milliseconds) -> Result<> {
    const auto value = parse_integer(text);
    if (!value || *value < min || *value > max) return expected(fmt::format("a number from {} to {}", min, max));
    field = *value;
    return ok();
  };
  setting.show = [&field] { return std::to_string(field); };
  setting.default_text = std::to_string(field);
  return setting;
}

Setting& Table::bytes(std::string key, std::uint64_t& field, std::string help) {
  Setting& setting = add(std::move(key), "size, such as 64MiB", std::move(help));
  setting.parse = [&field](std::string_view text, milliseconds) -> Result<> {
    const auto value = parse_bytes(text);
    if (!value) return expected("a size such as 1000000, 64MiB or 2GB");
    field = *value;
    return ok();
  };
  setting.show = [&field] { return bytes_text(field); };
  setting.default_text = bytes_text(field);
  return setting;
}

Setting& Table::duration(std::string key, milliseconds& field, std::string help) {
  Setting& setting = add(std::move(key), "time, such as 10s", std::move(help));
  setting.parse = [&field](std::string_view text, milliseconds bare_unit) -> Result<> {
    const auto value = parse_duration(text, bare_unit);
    if (!value) return expected("a time such as 250ms, 10s, 5m, 2h or 7d");
    field = *value;
    return ok();
  };
  setting.show = [&field] { return duration_text(field); };
  setting.default_text = duration_text(field);
  return setting;
}

Setting& Table::flag(std::string key, bool& field, std::string help) {
  Setting& setting = add(std::move(key), "true or false", std::move(help));
  setting.parse = [&field](std::string_view text, milliseconds) -> Result<> {
    const auto value = parse_flag(text);
    if (!value) return expected("true or false");
    field = *value;
    return ok();
  };
  setting.show = [&field] { return std::string(field ? "true" : "false"); };
  setting.default_text = field ? "true" : "false";
  return setting;
}

Setting& Table::secret(std::string key, Secret& field, std::string help) {
  Setting& setting = add(std::move(key), "secret", std::move(help));
  setting.is_secret = true;
  setting.parse = [&field](std::string_view text, milliseconds) -> Result<> {
    field = Secret(std::string(text));
    return ok();
  };
  setting.show = [&field] { return std::string(field.is_set() ? "********" : ""); };
  return setting;
}

}  // namespace clew::config
