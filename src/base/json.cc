#include "base/json.h"

#include <charconv>
#include <cmath>

#include <boost/json/stream_parser.hpp>

namespace clew::json {

namespace {

boost::json::parse_options options(std::size_t depth_max) {
  boost::json::parse_options o;
  o.max_depth = depth_max;
  return o;
}

}  // namespace

Result<Value> parse(std::string_view text, std::size_t depth_max) {
  boost::system::error_code ec;
  boost::json::stream_parser parser({}, options(depth_max));
  const std::size_t used = parser.write_some(text.data(), text.size(), ec);
  if (!ec && !parser.done()) parser.finish(ec);
  if (ec) return Error{Errc::kInvalidArgument, "invalid JSON at byte " + std::to_string(used) + ": " + ec.message()};
  for (std::size_t i = used; i < text.size(); ++i) {
    const char c = text[i];
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
      return Error{Errc::kInvalidArgument, "invalid JSON at byte " + std::to_string(i) + ": text after the value"};
    }
  }
  return parser.release();
}

std::optional<Value> try_parse(std::string_view text) {
  // Cheap look at the first character: most stored text is prose, and a failed parse costs far more.
  std::size_t i = 0;
  while (i < text.size() && (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r'))
    ++i;
  if (i == text.size()) return std::nullopt;
  const char c = text[i];
  const bool possible =
      c == '{' || c == '[' || c == '"' || c == '-' || (c >= '0' && c <= '9') || c == 't' || c == 'f' || c == 'n';
  if (!possible) return std::nullopt;
  auto value = parse(text);
  if (!value) return std::nullopt;
  return *std::move(value);
}

std::string number_text(double value) {
  if (!std::isfinite(value)) return "null";
  if (value == 0) return "0";
  char digits[32];
  // Shortest digits in scientific form, then laid out as JavaScript's Number::toString does.
  const auto end = std::to_chars(digits, digits + sizeof digits, std::fabs(value), std::chars_format::scientific).ptr;
  std::string mantissa;
  int exponent = 0;
  for (const char* p = digits; p < end; ++p) {
    if (*p == 'e') {
      std::from_chars(p[1] == '+' ? p + 2 : p + 1, end, exponent);
      break;
    }
    if (*p != '.') mantissa += *p;
  }
  while (mantissa.size() > 1 && mantissa.back() == '0')
    mantissa.pop_back();
  const int count = static_cast<int>(mantissa.size());
  const int point = exponent + 1;
  std::string out = value < 0 ? "-" : "";
  if (count <= point && point <= 21) {
    out += mantissa + std::string(static_cast<std::size_t>(point - count), '0');
  } else if (0 < point && point <= 21) {
    out += mantissa.substr(0, static_cast<std::size_t>(point)) + "." + mantissa.substr(static_cast<std::size_t>(point));
  } else if (-6 < point && point <= 0) {
    out += "0." + std::string(static_cast<std::size_t>(-point), '0') + mantissa;
  } else {
    out += mantissa.substr(0, 1);
    if (count > 1) out += "." + mantissa.substr(1);
    out += point - 1 < 0 ? "e-" : "e+";
    out += std::to_string(std::abs(point - 1));
  }
  return out;
}

void append_quoted(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, start, i - start);
    start = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00";
        out += kHex[c >> 4];
        out += kHex[c & 15];
    }
  }
  out.append(text, start, text.size() - start);
  out += '"';
}

std::string quoted(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

void append_text(std::string& out, const Value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      out += "null";
      return;
    case boost::json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      return;
    case boost::json::kind::int64:
      out += std::to_string(value.get_int64());
      return;
    case boost::json::kind::uint64:
      out += std::to_string(value.get_uint64());
      return;
    case boost::json::kind::double_:
      out += number_text(value.get_double());
      return;
    case boost::json::kind::string:
      append_quoted(out, value.get_string());
      return;
    case boost::json::kind::array: {
      out += '[';
      bool first = true;
      for (const Value& item : value.get_array()) {
        if (!first) out += ',';
        first = false;
        append_text(out, item);
      }
      out += ']';
      return;
    }
    case boost::json::kind::object: {
      out += '{';
      bool first = true;
      for (const auto& [key, item] : value.get_object()) {
        if (!first) out += ',';
        first = false;
        append_quoted(out, key);
        out += ':';
        append_text(out, item);
      }
      out += '}';
      return;
    }
  }
}

std::string to_text(const Value& value) {
  std::string out;
  append_text(out, value);
  return out;
}

const Value* find(const Object& object, std::string_view key) {
  return object.if_contains(key);
}

const Value* find(const Value& value, std::string_view key) {
  const Object* object = value.if_object();
  return object ? object->if_contains(key) : nullptr;
}

std::optional<std::string_view> find_text(const Object& object, std::string_view key) {
  const Value* value = object.if_contains(key);
  if (!value || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string());
}

}  // namespace clew::json
