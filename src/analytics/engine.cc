#include "analytics/engine.h"

#include <charconv>

namespace clew::analytics {

namespace {

// Parameter values are TSV-escaped text (measured: all 256 byte values round-trip this way).
std::string escaped(std::string_view value) {
  constexpr std::string_view kFrom{"\\\t\n\r\0\b\f", 7}, kTo{"\\tnr0bf", 7};
  std::string out;
  out.reserve(value.size() + 8);
  for (const char c : value) {
    if (const auto i = kFrom.find(c); i != std::string_view::npos) {
      out += '\\';
      out += kTo[i];
    } else {
      out += c;
    }
  }
  return out;
}

// A string literal inside an Array literal. Arrays are read without the outer unescaping, so this is the only one.
void append_literal(std::string& out, std::string_view value) {
  constexpr std::string_view kFrom{"'\\\t\n\r\0\b\f", 8}, kTo{"'\\tnr0bf", 8};
  out += '\'';
  for (const char c : value) {
    if (const auto i = kFrom.find(c); i != std::string_view::npos) {
      out += '\\';
      out += kTo[i];
    } else {
      out += c;
    }
  }
  out += '\'';
}

}  // namespace

Params& Params::text(std::string_view name, std::string_view value) {
  values_.emplace_back(name, escaped(value));
  return *this;
}

Params& Params::number(std::string_view name, std::int64_t value) {
  values_.emplace_back(name, std::to_string(value));
  return *this;
}

Params& Params::real(std::string_view name, double value) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  values_.emplace_back(name, std::string(buffer, end));
  return *this;
}

Params& Params::time(std::string_view name, TimeUs value) {
  values_.emplace_back(name, sql_us(value));
  return *this;
}

Params& Params::texts(std::string_view name, const std::vector<std::string>& values) {
  std::string list = "[";
  for (const std::string& value : values) {
    if (list.size() > 1) list += ',';
    append_literal(list, value);
  }
  list += ']';
  values_.emplace_back(name, std::move(list));
  return *this;
}

Result<> Engine::insert(std::string_view table, const NativeBlock& block, std::string_view dedup_token) {
  if (block.rows() == 0) return ok();
  CLEW_TRY(const auto pending, begin_insert(table, block, dedup_token));
  return pending->finish();
}

std::string insert_statement(std::string_view table, const NativeBlock& block, std::string_view dedup_token) {
  CLEW_ASSERT(dedup_token.find_first_of("'\\") == std::string_view::npos, "quote in a deduplication token");
  std::string sql = "INSERT INTO " + std::string(table) + " (";
  for (const NativeColumn& column : block.columns()) {
    if (sql.back() != '(') sql += ", ";
    sql += column.name();
  }
  sql += ") SETTINGS async_insert=0, optimize_on_insert=0";
  if (!dedup_token.empty()) sql += ", insert_deduplication_token='" + std::string(dedup_token) + "'";
  // A block that is stored already may still be missing in the views that follow its table.
  sql += ", deduplicate_blocks_in_dependent_materialized_views=1";
  return sql;
}

}  // namespace clew::analytics
