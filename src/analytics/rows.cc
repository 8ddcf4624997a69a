#include "analytics/rows.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "analytics/varint.h"

namespace clew::analytics {

// One column, decoded: a flat array of values, or a list of them with children.
struct ColumnData {
  enum class Kind : std::uint8_t { kText, kInteger, kReal, kDecimal, kWideDecimal, kTime, kList, kTuple, kNothing };

  std::string name, type;
  Kind kind = Kind::kNothing;
  std::size_t rows = 0;
  int scale = 0;  // DateTime64 and Decimal digits after the point

  std::string bytes;                   // kText: all values
  std::vector<std::uint64_t> ends;     // kText: end of each value in bytes; kList: end of each row in the child
  std::vector<std::int64_t> integers;  // kInteger, kDecimal, kTime (ticks)
  std::vector<double> reals;           // kReal, kWideDecimal
  std::vector<char> nulls;             // 1 = null; empty when the column is not Nullable
  std::vector<std::unique_ptr<ColumnData>> children;  // kList: the values (a tuple for Map); kTuple: its parts
};

namespace {

using Kind = ColumnData::Kind;

constexpr std::ptrdiff_t kNestingMax = 200;

// "Map(String, UInt64)" → {"String", "UInt64"}: the arguments between the outer parentheses.
std::vector<std::string_view> arguments(std::string_view type) {
  std::vector<std::string_view> out;
  const auto open = type.find('(');
  if (open == std::string_view::npos || type.back() != ')') return out;
  std::string_view inner = type.substr(open + 1, type.size() - open - 2);
  int depth = 0;
  bool quoted = false;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= inner.size(); ++i) {
    const char c = i < inner.size() ? inner[i] : ',';
    if (c == '\'' && (i == 0 || inner[i - 1] != '\\')) quoted = !quoted;
    if (quoted) continue;
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c == ',' && depth == 0) {
      std::string_view part = inner.substr(start, i - start);
      while (!part.empty() && part.front() == ' ')
        part.remove_prefix(1);
      out.push_back(part);
      start = i + 1;
    }
  }
  return out;
}

Error damaged(std::string_view what) {
  return Error{Errc::kCorruption, "Native block: " + std::string(what)};
}

class Reader {
 public:
  explicit Reader(std::string_view in) : in_(in) {}

  bool done() const { return in_.empty(); }

  Result<std::uint64_t> varint() {
    std::uint64_t value = 0;
    if (!read_varint(in_, value)) return damaged("cut off in a number");
    return value;
  }

  Result<std::string_view> text() {
    CLEW_TRY(const std::uint64_t size, varint());
    return take(size);
  }

  Result<std::string_view> take(std::uint64_t size) {
    if (size > in_.size()) return damaged("cut off");
    const std::string_view out = in_.substr(0, size);
    in_.remove_prefix(size);
    return out;
  }

  // Appends `rows` values of `type` to `column`. LowCardinality state prefixes come before the data of the column.
  Result<> column(std::string_view type, std::uint64_t rows, ColumnData& column);

 private:
  Result<> prefix(std::string_view type);
  Result<> values(std::string_view type, std::uint64_t rows, ColumnData& column);
  Result<> texts(std::string_view type, std::uint64_t rows, ColumnData& column);
  Result<> decimals(const std::vector<std::string_view>& arguments, std::uint64_t rows, ColumnData& column);
  Result<> plain_values(std::string_view type, std::uint64_t rows, ColumnData& column);
  Result<> low_cardinality(std::string_view inner, std::uint64_t rows, ColumnData& column);
  Result<> list(std::string_view item_type, std::uint64_t rows, ColumnData& column);
  Result<> tuple(const std::vector<std::string_view>& types, std::uint64_t rows, ColumnData& column);

  template <class T, class Out>
  Result<> numbers(std::uint64_t rows, std::vector<Out>& out) {
    if (rows > in_.size() / sizeof(T)) return damaged("cut off in numbers");
    const char* data = in_.data();
    out.reserve(out.size() + rows);
    for (std::uint64_t i = 0; i < rows; ++i) {
      T value;
      std::memcpy(&value, data + i * sizeof(T), sizeof(T));
      out.push_back(static_cast<Out>(value));
    }
    in_.remove_prefix(rows * sizeof(T));
    return ok();
  }

  std::string_view in_;
};

Result<> Reader::column(std::string_view type, std::uint64_t rows, ColumnData& column) {
  if (rows == 0) return ok();
  if (column.type.empty()) column.type = type;
  if (column.type != type) return damaged("blocks of one answer differ in types");
  if (std::ranges::count(type, '(') > kNestingMax) return damaged("types too deep in each other");
  CLEW_CHECK(prefix(type));
  CLEW_CHECK(values(type, rows, column));
  column.rows += rows;
  return ok();
}

// LowCardinality writes a version number before any data, in the order of nesting.
Result<> Reader::prefix(std::string_view type) {
  if (type.starts_with("LowCardinality(")) {
    CLEW_TRY(const std::string_view version, take(8));
    (void)version;
    return ok();
  }
  if (type.starts_with("Nullable(") || type.starts_with("Array(") || type.starts_with("Map(") ||
      type.starts_with("Tuple(") || type.starts_with("SimpleAggregateFunction(")) {
    for (const std::string_view part : arguments(type))
      CLEW_CHECK(prefix(part));
  }
  return ok();
}

Result<> Reader::low_cardinality(std::string_view inner, std::uint64_t rows, ColumnData& column) {
  const bool nullable = inner.starts_with("Nullable(");
  const auto arg = arguments(inner);
  if (nullable && arg.empty()) return damaged("Nullable of nothing");
  const std::string_view base = nullable ? arg.front() : inner;
  std::vector<std::uint64_t> flags;
  CLEW_CHECK(numbers<std::uint64_t>(1, flags));
  std::vector<std::uint64_t> key_count;
  CLEW_CHECK(numbers<std::uint64_t>(1, key_count));
  ColumnData keys;
  CLEW_CHECK(values(base, key_count[0], keys));
  if (keys.kind != Kind::kText) return damaged("LowCardinality of a type that is not text");
  std::vector<std::uint64_t> index_count;
  CLEW_CHECK(numbers<std::uint64_t>(1, index_count));
  if (index_count[0] != rows) return damaged("LowCardinality index of another length");
  std::vector<std::uint64_t> indexes;
  switch (flags[0] & 0xFF) {
    case 0:
      CLEW_CHECK(numbers<std::uint8_t>(rows, indexes));
      break;
    case 1:
      CLEW_CHECK(numbers<std::uint16_t>(rows, indexes));
      break;
    case 2:
      CLEW_CHECK(numbers<std::uint32_t>(rows, indexes));
      break;
    default:
      CLEW_CHECK(numbers<std::uint64_t>(rows, indexes));
  }
  column.kind = Kind::kText;
  for (const std::uint64_t index : indexes) {
    if (index >= key_count[0]) return damaged("LowCardinality index out of range");
    const std::uint64_t begin = index == 0 ? 0 : keys.ends[index - 1];
    column.bytes.append(keys.bytes, begin, keys.ends[index] - begin);
    column.ends.push_back(column.bytes.size());
    if (nullable) column.nulls.push_back(index == 0 ? 1 : 0);
  }
  return ok();
}

Result<> Reader::list(std::string_view item_type, std::uint64_t rows, ColumnData& column) {
  column.kind = Kind::kList;
  if (rows == 0) return ok();
  if (column.children.empty()) column.children.push_back(std::make_unique<ColumnData>());
  ColumnData& child = *column.children.front();
  const std::uint64_t base = child.rows;
  const std::size_t before = column.ends.size();
  CLEW_CHECK(numbers<std::uint64_t>(rows, column.ends));
  const std::uint64_t count = column.ends.back();
  std::uint64_t previous = 0;
  for (std::size_t i = before; i < column.ends.size(); ++i) {
    if (column.ends[i] < previous) return damaged("a list that ends before it begins");
    previous = column.ends[i];
    column.ends[i] += base;
  }
  if (count > 0) {
    CLEW_CHECK(values(item_type, count, child));
    child.rows += count;
  }
  return ok();
}

Result<> Reader::tuple(const std::vector<std::string_view>& types, std::uint64_t rows, ColumnData& column) {
  column.kind = Kind::kTuple;
  while (column.children.size() < types.size())
    column.children.push_back(std::make_unique<ColumnData>());
  for (std::size_t i = 0; i < types.size(); ++i) {
    CLEW_CHECK(values(types[i], rows, *column.children[i]));
    column.children[i]->rows += rows;
  }
  return ok();
}

// Digits after the point in DateTime64(6, 'UTC') and Decimal(18, 12).
int scale_of(std::string_view argument) {
  int scale = 0;
  std::from_chars(argument.data(), argument.data() + argument.size(), scale);
  return scale;
}

Result<> Reader::texts(std::string_view type, std::uint64_t rows, ColumnData& column) {
  column.kind = Kind::kText;
  const bool is_fixed = type != "String";
  const auto arg = arguments(type);
  const int fixed_size = is_fixed && !arg.empty() ? scale_of(arg[0]) : 1;  // the others have a byte for their size
  if (fixed_size <= 0 || rows > in_.size() / static_cast<std::uint64_t>(fixed_size)) return damaged("cut off in texts");
  column.ends.reserve(column.ends.size() + rows);
  for (std::uint64_t i = 0; i < rows; ++i) {
    CLEW_TRY(const std::string_view value, is_fixed ? take(static_cast<std::uint64_t>(fixed_size)) : text());
    column.bytes.append(value);
    column.ends.push_back(column.bytes.size());
  }
  return ok();
}

Result<> Reader::decimals(const std::vector<std::string_view>& arg, std::uint64_t rows, ColumnData& column) {
  const int precision = scale_of(arg[0]);
  column.scale = scale_of(arg[1]);
  if (precision <= 9) {
    column.kind = Kind::kDecimal;
    return numbers<std::int32_t>(rows, column.integers);
  }
  if (precision <= 18) {
    column.kind = Kind::kDecimal;
    return numbers<std::int64_t>(rows, column.integers);
  }
  if (precision <= 38) {  // sums of Decimal64: read as a real number
    column.kind = Kind::kWideDecimal;
    return numbers<__int128>(rows, column.reals);
  }
  return damaged("unsupported Decimal");
}

Result<> Reader::values(std::string_view type, std::uint64_t rows, ColumnData& column) {
  const auto arg = arguments(type);
  if (arg.empty() && (type.starts_with("Nullable(") || type.starts_with("LowCardinality(") ||
                      type.starts_with("Array(") || type.starts_with("DateTime64("))) {
    return damaged("a type without its argument");
  }
  if (type.starts_with("Nullable(")) {
    CLEW_TRY(const std::string_view nulls, take(rows));
    column.nulls.insert(column.nulls.end(), nulls.begin(), nulls.end());
    return values(arg[0], rows, column);
  }
  if (type.starts_with("LowCardinality(")) return low_cardinality(arg[0], rows, column);
  if (type.starts_with("SimpleAggregateFunction(") && arg.size() == 2) return values(arg[1], rows, column);
  if (type.starts_with("Array(")) return list(arg[0], rows, column);
  if (type.starts_with("Map(") && arg.size() == 2) {
    const std::string item = "Tuple(" + std::string(arg[0]) + ", " + std::string(arg[1]) + ")";
    return list(item, rows, column);
  }
  if (type.starts_with("Tuple(")) {
    std::vector<std::string_view> types = arg;
    for (std::string_view& part : types) {  // named elements: "name Type"
      const auto space = part.find(' ');
      if (space != std::string_view::npos && part.find('(') > space) part.remove_prefix(space + 1);
    }
    return tuple(types, rows, column);
  }
  if (type == "String" || type.starts_with("FixedString(")) return texts(type, rows, column);
  if (type.starts_with("Decimal(") && arg.size() == 2) return decimals(arg, rows, column);
  if (type.starts_with("DateTime64(")) {
    column.kind = Kind::kTime;
    column.scale = scale_of(arg[0]);
    return numbers<std::int64_t>(rows, column.integers);
  }
  if (type == "DateTime" || type.starts_with("DateTime(")) {
    column.kind = Kind::kTime;
    return numbers<std::uint32_t>(rows, column.integers);
  }
  return plain_values(type, rows, column);
}

Result<> Reader::plain_values(std::string_view type, std::uint64_t rows, ColumnData& column) {
  column.kind = Kind::kInteger;
  if (type == "UInt8" || type == "Bool") return numbers<std::uint8_t>(rows, column.integers);
  if (type == "UInt16" || type == "Date") return numbers<std::uint16_t>(rows, column.integers);
  if (type == "UInt32") return numbers<std::uint32_t>(rows, column.integers);
  if (type == "UInt64") return numbers<std::uint64_t>(rows, column.integers);
  if (type == "Int8" || type.starts_with("Enum8")) return numbers<std::int8_t>(rows, column.integers);
  if (type == "Int16" || type.starts_with("Enum16")) return numbers<std::int16_t>(rows, column.integers);
  if (type == "Int32") return numbers<std::int32_t>(rows, column.integers);
  if (type == "Int64") return numbers<std::int64_t>(rows, column.integers);
  column.kind = Kind::kReal;
  if (type == "Float32") return numbers<float>(rows, column.reals);
  if (type == "Float64") return numbers<double>(rows, column.reals);
  if (type == "Nothing") {
    column.kind = Kind::kNothing;
    CLEW_TRY(const std::string_view skipped, take(rows));
    (void)skipped;
    return ok();
  }
  return damaged("unsupported type " + std::string(type));
}

bool null_at(const ColumnData& column, std::size_t row) {
  return column.kind == Kind::kNothing || (!column.nulls.empty() && column.nulls[row] != 0);
}

std::string_view text_at(const ColumnData& column, std::size_t row) {
  if (null_at(column, row)) return {};
  CLEW_ASSERT(column.kind == Kind::kText, ("column is not text: " + column.name).c_str());
  const std::uint64_t begin = row == 0 ? 0 : column.ends[row - 1];
  return std::string_view(column.bytes).substr(begin, column.ends[row] - begin);
}

std::pair<std::uint64_t, std::uint64_t> list_at(const ColumnData& column, std::size_t row) {
  CLEW_ASSERT(column.kind == Kind::kList, ("column is not a list: " + column.name).c_str());
  return {row == 0 ? 0 : column.ends[row - 1], column.ends[row]};
}

}  // namespace

Rows::Rows() = default;
Rows::~Rows() = default;
Rows::Rows(Rows&&) noexcept = default;
Rows& Rows::operator=(Rows&&) noexcept = default;

Result<> Rows::append(std::string_view native) {
  Reader reader(native);
  while (!reader.done()) {
    CLEW_TRY(const std::uint64_t columns, reader.varint());
    CLEW_TRY(const std::uint64_t rows, reader.varint());
    if (columns > 10'000) return damaged("too many columns");
    if (columns == 0 && rows > 0) return damaged("rows without columns");
    if (columns_.empty()) {
      for (std::uint64_t i = 0; i < columns; ++i)
        columns_.push_back(std::make_unique<ColumnData>());
    }
    if (columns != columns_.size() && columns != 0) return damaged("blocks of one answer differ in columns");
    for (std::uint64_t i = 0; i < columns; ++i) {
      CLEW_TRY(const std::string_view name, reader.text());
      CLEW_TRY(const std::string_view type, reader.text());
      columns_[i]->name = name;
      CLEW_CHECK(reader.column(type, rows, *columns_[i]));
    }
    rows_ += rows;
  }
  return ok();
}

const std::string& Rows::column_name(std::size_t column) const {
  return columns_[column]->name;
}

std::size_t Rows::column(std::string_view name) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i]->name == name) return i;
  }
  // An answer without rows may come without columns; nobody can read a cell of it.
  CLEW_ASSERT(rows_ == 0, ("no such column: " + std::string(name)).c_str());
  return 0;
}

bool Rows::is_null(std::size_t row, std::size_t column) const {
  return null_at(*columns_[column], row);
}

std::string_view Rows::text(std::size_t row, std::size_t column) const {
  return text_at(*columns_[column], row);
}

std::int64_t Rows::integer(std::size_t row, std::size_t column) const {
  const ColumnData& data = *columns_[column];
  if (null_at(data, row)) return 0;
  CLEW_ASSERT(data.kind == Kind::kInteger, ("column is not an integer: " + data.name).c_str());
  return data.integers[row];
}

double Rows::real(std::size_t row, std::size_t column) const {
  const ColumnData& data = *columns_[column];
  if (null_at(data, row)) return 0;
  switch (data.kind) {
    case Kind::kReal:
      return data.reals[row];
    case Kind::kInteger:
      return static_cast<double>(data.integers[row]);
    case Kind::kDecimal:
      return static_cast<double>(data.integers[row]) / std::pow(10.0, data.scale);
    case Kind::kWideDecimal:
      return data.reals[row] / std::pow(10.0, data.scale);
    default:
      CLEW_ASSERT(false, ("column is not a number: " + data.name).c_str());
  }
  return 0;
}

TimeUs Rows::time(std::size_t row, std::size_t column) const {
  const ColumnData& data = *columns_[column];
  if (null_at(data, row)) return 0;
  CLEW_ASSERT(data.kind == Kind::kTime, ("column is not a time: " + data.name).c_str());
  std::int64_t ticks = data.integers[row];
  for (int scale = data.scale; scale < 6; ++scale)
    ticks *= 10;
  for (int scale = data.scale; scale > 6; --scale)
    ticks /= 10;
  return ticks;
}

std::int64_t Rows::decimal(std::size_t row, std::size_t column) const {
  const ColumnData& data = *columns_[column];
  if (null_at(data, row)) return 0;
  CLEW_ASSERT(data.kind == Kind::kDecimal, ("column is not a decimal: " + data.name).c_str());
  return data.integers[row];
}

std::optional<TimeUs> Rows::optional_time(std::size_t row, std::size_t column) const {
  if (is_null(row, column)) return std::nullopt;
  return time(row, column);
}

std::optional<std::string> Rows::optional_text(std::size_t row, std::size_t column) const {
  if (is_null(row, column)) return std::nullopt;
  return std::string(text(row, column));
}

std::vector<std::string> Rows::texts(std::size_t row, std::size_t column) const {
  const ColumnData& data = *columns_[column];
  const auto [begin, end] = list_at(data, row);
  std::vector<std::string> out;
  out.reserve(end - begin);
  for (std::uint64_t i = begin; i < end; ++i)
    out.emplace_back(text_at(*data.children[0], i));
  return out;
}

std::vector<std::int64_t> Rows::integers(std::size_t row, std::size_t column) const {
  const ColumnData& data = *columns_[column];
  const auto [begin, end] = list_at(data, row);
  std::vector<std::int64_t> out;
  out.reserve(end - begin);
  for (std::uint64_t i = begin; i < end; ++i)
    out.push_back(data.children[0]->integers[i]);
  return out;
}

std::vector<std::pair<std::string, std::string>> Rows::text_map(std::size_t row, std::size_t column) const {
  const ColumnData& data = *columns_[column];
  const auto [begin, end] = list_at(data, row);
  std::vector<std::pair<std::string, std::string>> out;
  out.reserve(end - begin);
  for (std::uint64_t i = begin; i < end; ++i) {
    const ColumnData& pairs = *data.children[0];
    out.emplace_back(text_at(*pairs.children[0], i), text_at(*pairs.children[1], i));
  }
  return out;
}

std::vector<std::pair<std::string, std::int64_t>> Rows::integer_map(std::size_t row, std::size_t column) const {
  const ColumnData& data = *columns_[column];
  const auto [begin, end] = list_at(data, row);
  std::vector<std::pair<std::string, std::int64_t>> out;
  out.reserve(end - begin);
  for (std::uint64_t i = begin; i < end; ++i) {
    const ColumnData& pairs = *data.children[0];
    out.emplace_back(text_at(*pairs.children[0], i), pairs.children[1]->integers[i]);
  }
  return out;
}

}  // namespace clew::analytics
