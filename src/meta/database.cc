#include "meta/database.h"

namespace clew::meta {

std::string ResultSet::text(std::size_t row, std::size_t column) const {
  return optional_text(row, column).value_or(std::string());
}

std::int64_t ResultSet::integer(std::size_t row, std::size_t column) const {
  return optional_integer(row, column).value_or(0);
}

std::optional<std::string> ResultSet::optional_text(std::size_t row, std::size_t column) const {
  const Value& value = rows[row][column];
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  return std::nullopt;
}

std::optional<std::int64_t> ResultSet::optional_integer(std::size_t row, std::size_t column) const {
  const Value& value = rows[row][column];
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* real = std::get_if<double>(&value)) return static_cast<std::int64_t>(*real);
  return std::nullopt;
}

}  // namespace clew::meta
