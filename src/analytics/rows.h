// The rows of a SELECT, read from ClickHouse's Native format. Cells are addressed by row and column index; asking for
// the wrong kind of value is a bug and aborts. Supported types: String, FixedString, (U)Int8–64, Float32/64, Bool,
// Date, DateTime, DateTime64, Decimal32/64/128, UUID as text, Enum8/16 as number, Nothing, Nullable, Array, Tuple, Map
// and LowCardinality of these.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace clew::analytics {

struct ColumnData;  // rows.cc

class Rows {
 public:
  Rows();
  ~Rows();
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) noexcept;

  // Appends the blocks in `native` (whole blocks only). kCorruption for anything else.
  Result<> append(std::string_view native);

  std::size_t size() const { return rows_; }
  bool empty() const { return rows_ == 0; }
  std::size_t column_count() const { return columns_.size(); }
  const std::string& column_name(std::size_t column) const;
  // Index of a column by name; a missing one is a bug.
  std::size_t column(std::string_view name) const;

  bool is_null(std::size_t row, std::size_t column) const;
  std::string_view text(std::size_t row, std::size_t column) const;  // String, FixedString, UUID; "" when null
  std::int64_t integer(std::size_t row,
                       std::size_t column) const;          // all integers, Bool, Enum, Date (days); 0 when null
  double real(std::size_t row, std::size_t column) const;  // any number, Decimal included
  TimeUs time(std::size_t row, std::size_t column) const;  // DateTime, DateTime64 of any scale
  std::int64_t decimal(std::size_t row, std::size_t column) const;  // Decimal32/64 ticks as stored
  std::optional<TimeUs> optional_time(std::size_t row, std::size_t column) const;
  std::optional<std::string> optional_text(std::size_t row, std::size_t column) const;

  // Array(String); Map(String, String); Map(String, integer); Map(String, Decimal64) as ticks.
  std::vector<std::string> texts(std::size_t row, std::size_t column) const;
  std::vector<std::pair<std::string, std::string>> text_map(std::size_t row, std::size_t column) const;
  std::vector<std::pair<std::string, std::int64_t>> integer_map(std::size_t row, std::size_t column) const;
  std::vector<std::int64_t> integers(std::size_t row, std::size_t column) const;  // Array of integers

 private:
  std::vector<std::unique_ptr<ColumnData>> columns_;
  std::size_t rows_ = 0;
};

}  // namespace clew::analytics
