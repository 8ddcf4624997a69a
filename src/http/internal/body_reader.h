// Collects the body of one request: bounds, decompression, share of the memory budget.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/compression.h"
#include "http/memory_budget.h"

namespace clew::http {

struct BodyLimits {
  std::size_t wire_bytes_max = 0;
  std::size_t body_bytes_max = 0;
  std::size_t compression_ratio_max = 200;
};

// One thread. After an error nothing more may be fed.
class BodyReader {
 public:
  // `out` receives the body; it and `share` must outlive the reader.
  BodyReader(std::string& out, MemoryShare& share) : out_(out), share_(share) {}

  // Checks what the head announces. kTooLarge, kUnsupported (coding), kOverloaded (memory).
  Result<> begin(BodyLimits limits, std::string_view content_encoding, std::optional<std::size_t> content_length);
  Result<> write(std::string_view bytes);
  Result<> finish();

  bool is_compressed() const { return decompressor_ != nullptr; }
  std::size_t wire_bytes() const { return wire_bytes_; }
  // For bodies that are read straight into place by the caller, who has checked with begin().
  void count_wire_bytes(std::size_t bytes) { wire_bytes_ += bytes; }

 private:
  bool reserve(std::size_t bytes);

  std::string& out_;
  MemoryShare& share_;
  BodyLimits limits_;
  std::unique_ptr<Decompressor> decompressor_;
  std::size_t wire_bytes_ = 0;
};

}  // namespace clew::http
