// What both drivers demand of bound values and statements, so that a text that one accepts the other accepts too.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "meta/database.h"

namespace clew::meta::internal {

inline Result<> check_values(const std::vector<Value>& values) {
  for (const Value& value : values) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) continue;
    if (text->find('\0') != std::string::npos) return Error{Errc::kInvalidArgument, "text contains a NUL character"};
    if (!text::is_utf8(*text)) return Error{Errc::kInvalidArgument, "text is not valid UTF-8"};
  }
  return ok();
}

// Whether the statement only reads: it begins with SELECT, after comments.
inline bool only_reads(std::string_view sql) {
  for (;;) {
    sql = text::trim(sql);
    if (!sql.starts_with("--")) break;
    const auto end = sql.find('\n');
    if (end == std::string_view::npos) return false;
    sql.remove_prefix(end);
  }
  return text::equals_ignore_case(sql.substr(0, 6), "SELECT");
}

}  // namespace clew::meta::internal
