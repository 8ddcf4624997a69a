#include "query/binder.h"

namespace clew::query {

std::string Binder::text(std::string_view value) {
  const std::string name = next_name();
  params_.text(name, value);
  return "{" + name + ":String}";
}

// Escaping at most doubles a value; the rest is quotes and commas.
std::string Binder::array(const std::vector<std::string>& values, std::string_view element_type) {
  std::string sql;
  std::size_t count = 0;
  for (std::size_t i = 0; i < values.size() || count == 0;) {
    std::vector<std::string> some;
    for (std::size_t bytes = 0; i < values.size(); ++i) {
      bytes += 2 * values[i].size() + 3;
      if (bytes > analytics::kValueBytesMax && !some.empty()) break;
      some.push_back(values[i]);
    }
    const std::string name = next_name();
    params_.texts(name, some);
    if (count++ > 0) sql += ", ";
    sql += "{" + name + ":Array(" + std::string(element_type) + ")}";
  }
  return count == 1 ? sql : "arrayConcat(" + sql + ")";
}

std::string Binder::texts(const std::vector<std::string>& values) {
  return array(values, "String");
}

std::string Binder::number(std::int64_t value) {
  const std::string name = next_name();
  params_.number(name, value);
  return "{" + name + ":Int64}";
}

std::string Binder::real(double value) {
  const std::string name = next_name();
  params_.real(name, value);
  return "{" + name + ":Float64}";
}

std::string Binder::time(TimeUs value) {
  const std::string name = next_name();
  params_.time(name, value);
  return "{" + name + ":DateTime64(6,'UTC')}";
}

std::string Binder::times(const std::vector<TimeUs>& values) {
  std::vector<std::string> texts;
  texts.reserve(values.size());
  for (const TimeUs value : values)
    texts.push_back(sql_us(value));
  return array(texts, "DateTime64(6,'UTC')");
}

}  // namespace clew::query
