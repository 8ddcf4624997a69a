// Any bytes as a compressed body: the output stays within its bounds, however the input was cut.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "http/compression.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using clew::http::ContentCoding;
  if (size < 2) return 0;
  constexpr ContentCoding kCodings[] = {ContentCoding::kGzip, ContentCoding::kDeflate, ContentCoding::kZstd};
  constexpr clew::http::DecompressLimits kLimits{.bytes_max = 1 << 20, .ratio_max = 100, .ratio_free_bytes = 64 * 1024};
  const auto decompressor = clew::http::Decompressor::create(kCodings[data[0] % 3], kLimits, nullptr);
  const std::size_t step = 1 + data[1];
  std::string_view input(reinterpret_cast<const char*>(data) + 2, size - 2);
  std::string out;
  bool good = true;
  while (good && !input.empty()) {
    good = decompressor->write(input.substr(0, step), out).has_value();
    input.remove_prefix(std::min(step, input.size()));
  }
  if (out.size() > kLimits.bytes_max) std::abort();
  if (out.size() > kLimits.ratio_free_bytes && out.size() / kLimits.ratio_max > size) std::abort();
  return 0;
}
