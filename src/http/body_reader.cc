#include "http/internal/body_reader.h"

#include <algorithm>

namespace clew::http {

namespace {
constexpr std::size_t kReserveStep = 256UL * 1024;

Error too_large(std::size_t bytes_max) {
  return {Errc::kTooLarge, "body is larger than " + std::to_string(bytes_max) + " bytes"};
}
}  // namespace

bool BodyReader::reserve(std::size_t bytes) {
  const std::size_t bound = std::max(limits_.body_bytes_max, limits_.wire_bytes_max);
  return share_.grow_to(std::min((bytes + kReserveStep - 1) / kReserveStep * kReserveStep, std::max(bound, bytes)));
}

Result<> BodyReader::begin(BodyLimits limits, std::string_view content_encoding,
                           std::optional<std::size_t> content_length) {
  limits_ = limits;
  const auto coding = parse_content_coding(content_encoding);
  if (!coding) {
    return Error{Errc::kUnsupported, "Content-Encoding is not supported: use gzip, deflate, zstd or none"};
  }
  if (*coding == ContentCoding::kIdentity) {
    limits_.wire_bytes_max = std::min(limits_.wire_bytes_max, limits_.body_bytes_max);
  } else {
    decompressor_ =
        Decompressor::create(*coding, {.bytes_max = limits.body_bytes_max, .ratio_max = limits.compression_ratio_max},
                             [this](std::size_t bytes) { return reserve(bytes); });
  }
  if (!content_length) return ok();
  if (*content_length > limits_.wire_bytes_max) return too_large(limits_.wire_bytes_max);
  if (!decompressor_ && !share_.grow_to(*content_length)) {
    return Error{Errc::kOverloaded, "too many request bytes in memory"};
  }
  return ok();
}

Result<> BodyReader::write(std::string_view bytes) {
  wire_bytes_ += bytes.size();
  if (wire_bytes_ > limits_.wire_bytes_max) return too_large(limits_.wire_bytes_max);
  if (decompressor_) return decompressor_->write(bytes, out_);
  if (!reserve(out_.size() + bytes.size())) return Error{Errc::kOverloaded, "too many request bytes in memory"};
  out_.append(bytes);
  return ok();
}

Result<> BodyReader::finish() {
  return decompressor_ ? decompressor_->finish() : ok();
}

}  // namespace clew::http
