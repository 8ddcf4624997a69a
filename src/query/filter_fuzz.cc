// Any text as a filter of each view: refused with a reason, or conditions of fields that the view has.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "query/filter.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clew::query;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  static_cast<void>(parse_loose_time(text));
  const auto conditions = parse_filter(static_cast<View>(data[0] % 4), text);
  if (!conditions) {
    if (conditions.error().message.empty()) std::abort();
    return 0;
  }
  for (const Condition& condition : *conditions) {
    if (condition.type == FilterType::kDatetime) static_cast<void>(time_bound(condition));
  }
  return 0;
}
