// Reading query parameters of list routes (contract/api.md A.6, A.7): what is absent, what is empty, what is a 400.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/endpoint.h"
#include "api/json/json_writer.h"
#include "query/filter.h"

namespace clew::api {

// Remembers the first fault; ask `fault()` before using the values.
class ListParameters {
 public:
  explicit ListParameters(const http::Query& query) : query_(query) {}

  std::optional<std::string> text(std::string_view name) const;   // "" is absent
  std::optional<std::string> given(std::string_view name) const;  // "" is a value
  std::vector<std::string> repeated(std::string_view name) const;
  std::vector<std::string> comma_list(std::string_view name) const;
  std::optional<TimeUs> time(std::string_view name);  // ISO 8601 with offset
  std::optional<double> number(std::string_view name);
  std::optional<bool> boolean(std::string_view name);  // "true" or "false"
  std::size_t integer(std::string_view name, std::size_t otherwise, std::size_t min, std::size_t max);
  std::size_t page() { return integer("page", 1, 1, 1'000'000'000); }
  std::size_t limit(std::size_t max = 100) { return integer("limit", 50, 1, max); }
  std::optional<std::string> one_of(std::string_view name, std::initializer_list<std::string_view> allowed);
  query::Conditions filter(query::View view);
  // Where the page before ended: `cursor`, base64 of a JSON object with a time and some texts, by their names. Nothing
  // when there is none, or when it is another object (a fault).
  struct Cursor {
    TimeUs time_us = 0;
    std::vector<std::string> texts;
  };
  std::optional<Cursor> cursor(std::string_view time, std::initializer_list<std::string_view> texts);

  void fail(std::string_view name, std::string_view code, std::string_view message);
  bool has_fault() const { return fault_.has_value(); }
  // The 400 of the first fault.
  Result<http::Response> fault() const;

 private:
  struct Fault {
    std::string code;  // empty: a fault in meaning, not in form
    std::vector<std::string> path;
    std::string message;
  };

  const http::Query& query_;
  std::optional<Fault> fault_;
};

// `"meta":{"page":…,"limit":…,"totalItems":…,"totalPages":…}`, the key included.
void write_page_meta(JsonWriter& json, std::size_t page, std::size_t limit, std::uint64_t total);

// A read that ran into its limits: 422 with advice, as old clients expect it. Other errors stay what they are.
Handler with_query_limits(Handler handler);

}  // namespace clew::api
