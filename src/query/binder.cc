#include "query/binder.h"

namespace clew::query {

std::string Binder::text(std::string_view value) {
  const std::string name = next_name();
  params_.text(name, value);
  return "{" + name + ":String}";
}

std::string Binder::texts(const std::vector<std::string>& values) {
  const std::string name = next_name();
  params_.texts(name, values);
  return "{" + name + ":Array(String)}";
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
  const std::string name = next_name();
  params_.texts(name, texts);
  return "{" + name + ":Array(DateTime64(6,'UTC'))}";
}

}  // namespace clew::query
