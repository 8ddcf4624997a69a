// Streaming decompression of request bodies, safe against bombs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace clew::http {

enum class ContentCoding : std::uint8_t { kIdentity, kGzip, kDeflate, kZstd };

// The coding of a Content-Encoding header value; empty is identity. Null: one we do not read, or several.
std::optional<ContentCoding> parse_content_coding(std::string_view value);

struct DecompressLimits {
  std::size_t bytes_max = 0;    // of output
  std::size_t ratio_max = 200;  // output per input byte, once `ratio_free_bytes` of output are exceeded
  std::size_t ratio_free_bytes = 1024UL * 1024;
};

// One body. Memory beside the output: 64 KiB and the window (zstd: at most 8 MiB). One thread.
class Decompressor {
 public:
  // Asked before the output grows to `bytes`; false ends with kOverloaded.
  using Grow = std::function<bool(std::size_t bytes)>;

  static std::unique_ptr<Decompressor> create(ContentCoding coding, DecompressLimits limits, Grow grow);
  virtual ~Decompressor() = default;

  // Appends what `input` yields to `out`. kTooLarge: over the size or the ratio; kInvalidArgument: damaged input.
  virtual Result<> write(std::string_view input, std::string& out) = 0;
  // kInvalidArgument when the stream is not complete.
  virtual Result<> finish() = 0;
};

// gzip of a response body; level 1 to 9.
std::string gzip(std::string_view text, int level);

}  // namespace clew::http
