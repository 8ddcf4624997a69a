// Any bytes as a record of the log, and any bytes as the body of one: refused or read; what was written is read back,
// and marking a record for replay keeps its body.
#include <cstdint>
#include <cstdlib>

#include "ingest/intake/record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clew::ingest;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto record = parse_record(bytes);
  static_cast<void>(decode_record(bytes));
  if (record) {
    const auto replay = as_replay(bytes, 7);
    if (!replay) std::abort();
    const auto again = parse_record(*replay);
    if (!again || again->body != record->body || again->context.project_id != record->context.project_id) std::abort();
  }
  const std::string written = encode_record({.project_id = "p", .door = Door::kOtlpJson, .request_id = "r"}, bytes);
  const auto read = parse_record(written);
  if (!read || read->body != bytes || read->context.project_id != "p") std::abort();
  return 0;
}
