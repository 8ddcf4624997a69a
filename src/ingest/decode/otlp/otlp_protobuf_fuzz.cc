#include "ingest/decode/otlp/fuzz_invariants.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  clew::ingest::otlp::check_body(clew::ingest::Door::kOtlpProtobuf, data, size);
  return 0;
}
