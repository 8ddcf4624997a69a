#include "analytics/native_block.h"

#include <algorithm>

#include "analytics/varint.h"
#include "base/result.h"

namespace clew::analytics {

NativeColumn::NativeColumn(std::string name, std::string type) : name_(std::move(name)), type_(std::move(type)) {}

void NativeColumn::append_text(std::string& out, std::string_view value) {
  write_varint(out, value.size());
  out.append(value);
}

void NativeColumn::end_list(std::size_t count) {
  list_end_ += count;
  offsets_.push_back(list_end_);
  ++rows_;
}

void NativeColumn::text(std::string_view value) {
  append_text(data_, value);
  ++rows_;
}

void NativeColumn::nullable_text(const std::optional<std::string>& value) {
  nulls_ += value ? '\0' : '\1';
  text(value ? std::string_view(*value) : std::string_view{});
}

void NativeColumn::texts(const std::vector<std::string>& values) {
  for (const std::string& value : values)
    append_text(data_, value);
  end_list(values.size());
}

void NativeColumn::text_map(const std::vector<std::pair<std::string, std::string>>& values) {
  for (const auto& [key, value] : values) {
    append_text(data_, key);
    append_text(values_, value);
  }
  end_list(values.size());
}

void NativeColumn::write(const std::function<void(std::string_view)>& sink) const {
  std::string head;
  append_text(head, name_);
  append_text(head, type_);
  sink(head);
  sink({reinterpret_cast<const char*>(offsets_.data()), offsets_.size() * sizeof(std::uint64_t)});
  sink(nulls_);
  sink(data_);
  sink(values_);
}

NativeBlock::NativeBlock(const std::vector<std::pair<std::string, std::string>>& names_and_types) {
  columns_.reserve(names_and_types.size());
  for (const auto& [name, type] : names_and_types)
    columns_.emplace_back(name, type);
}

std::size_t NativeBlock::bytes() const {
  std::size_t total = 0;
  for (const NativeColumn& column : columns_)
    total += column.bytes();
  return total;
}

void NativeBlock::write(std::size_t piece_bytes_max, const std::function<bool(std::string_view)>& sink) const {
  std::string gathered;  // small parts travel together
  bool go_on = true;
  const auto send = [&](std::string_view bytes) {
    for (; go_on && !bytes.empty(); bytes.remove_prefix(std::min(piece_bytes_max, bytes.size())))
      go_on = sink(bytes.substr(0, piece_bytes_max));
  };
  const auto add = [&](std::string_view bytes) {
    if (gathered.size() + bytes.size() <= piece_bytes_max) {
      gathered += bytes;
      return;
    }
    send(gathered);
    gathered.clear();
    send(bytes);
  };
  write_varint(gathered, columns_.size());
  write_varint(gathered, rows());
  for (const NativeColumn& column : columns_) {
    CLEW_ASSERT(column.rows() == rows(), ("column of another length: " + column.name()).c_str());
    column.write(add);
  }
  send(gathered);
}

std::string NativeBlock::finish() const {
  std::string out;
  out.reserve(bytes() + columns_.size() * 64 + 16);
  write(std::string::npos, [&](std::string_view piece) {
    out += piece;
    return true;
  });
  return out;
}

}  // namespace clew::analytics
