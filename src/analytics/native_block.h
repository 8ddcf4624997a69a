// Builds one block of ClickHouse's Native format, column by column.
//
// Usage: declare the columns once, then append one value per column for each row. finish() checks that all columns
// have the same number of rows.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clew::analytics {

// One column under construction. The append functions must fit the type it was declared with.
class NativeColumn {
 public:
  NativeColumn(std::string name, std::string type);

  void text(std::string_view value);                            // String (send String for LowCardinality(String) too)
  void nullable_text(const std::optional<std::string>& value);  // Nullable(String)
  template <class T>
  void fixed(T value) {  // (U)IntN, Bool, FloatN, DateTime64 and Decimal64 ticks
    data_.append(reinterpret_cast<const char*>(&value), sizeof value);
    ++rows_;
  }
  template <class T>
  void nullable_fixed(const std::optional<T>& value) {  // Nullable(...) of the above
    nulls_ += value ? '\0' : '\1';
    fixed(value.value_or(T{}));
  }
  void texts(const std::vector<std::string>& values);                             // Array(String)
  void text_map(const std::vector<std::pair<std::string, std::string>>& values);  // Map(String, String)
  template <class T>
  void fixed_map(const std::vector<std::pair<std::string, T>>& values) {  // Map(String, UInt64 / Decimal64)
    for (const auto& [key, value] : values) {
      append_text(data_, key);
      values_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    end_list(values.size());
  }

  // Room for values of so many bytes in all: growing a column of large texts step by step copies each of them twice.
  void reserve(std::size_t bytes) { data_.reserve(bytes); }

  const std::string& name() const { return name_; }
  const std::string& type() const { return type_; }
  std::size_t rows() const { return rows_; }
  std::size_t bytes() const { return data_.size() + values_.size() + offsets_.size() * 8 + nulls_.size(); }
  // The column's bytes in pieces, in order; they point into the column.
  void write(const std::function<void(std::string_view)>& sink) const;

 private:
  static void append_text(std::string& out, std::string_view value);
  void end_list(std::size_t count);

  std::string name_, type_;
  std::size_t rows_ = 0;
  std::uint64_t list_end_ = 0;
  std::string data_;                    // values, or map keys
  std::string values_;                  // map values
  std::string nulls_;                   // null map
  std::vector<std::uint64_t> offsets_;  // list ends
};

class NativeBlock {
 public:
  // Columns in the order given; the reference stays valid while the block lives.
  explicit NativeBlock(const std::vector<std::pair<std::string, std::string>>& names_and_types);

  NativeColumn& operator[](std::size_t index) { return columns_[index]; }
  const std::vector<NativeColumn>& columns() const { return columns_; }
  std::size_t rows() const { return columns_.empty() ? 0 : columns_.front().rows(); }
  std::size_t bytes() const;
  // The block's bytes, in pieces of at most `piece_bytes_max` that are valid during the call; large columns are not
  // copied. All columns must have the same number of rows. Ends early when the sink answers false.
  void write(std::size_t piece_bytes_max, const std::function<bool(std::string_view)>& sink) const;
  // The same as one text.
  std::string finish() const;

 private:
  std::vector<NativeColumn> columns_;
};

}  // namespace clew::analytics
