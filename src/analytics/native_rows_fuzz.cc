// Any bytes as an answer in the Native format: refused or read, and what was read can be looked at.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "analytics/rows.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  clew::analytics::Rows rows;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (!rows.append(bytes)) return 0;
  const std::size_t once = rows.size();
  for (std::size_t column = 0; column < rows.column_count(); ++column) {
    for (std::size_t row = 0; row < std::min<std::size_t>(once, 100); ++row)
      rows.is_null(row, column);
  }
  if (rows.append(bytes) && rows.size() != 2 * once) std::abort();
  return 0;
}
