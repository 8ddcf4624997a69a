#include "otlp_grpc/message.h"

#include <vector>

namespace clew::otlp_grpc {

namespace {

Error overloaded() {
  return {Errc::kOverloaded, "too many request bytes in memory"};
}

Error too_large(std::size_t bytes_max) {
  return {Errc::kTooLarge, "message is larger than " + std::to_string(bytes_max) + " bytes"};
}

std::string_view view_of(const grpc::Slice& slice) {
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

}  // namespace

http::ContentCoding coding_of(std::string_view first_bytes) {
  if (first_bytes.size() < 2) return http::ContentCoding::kIdentity;
  const auto first = static_cast<unsigned char>(first_bytes[0]), second = static_cast<unsigned char>(first_bytes[1]);
  if (first == 0x1f && second == 0x8b) return http::ContentCoding::kGzip;
  // RFC 1950: method 8 with a window of 32 KiB, and a check over both bytes.
  if (first == 0x78 && (first * 256 + second) % 31 == 0) return http::ContentCoding::kDeflate;
  return http::ContentCoding::kIdentity;
}

Result<std::string> read_message(grpc::ByteBuffer& message, const MessageLimits& limits, http::MemoryShare& share) {
  const std::size_t wire_bytes = message.Length();
  if (wire_bytes > limits.wire_bytes_max) return too_large(limits.wire_bytes_max);
  std::vector<grpc::Slice> slices;
  if (!message.Dump(&slices).ok()) return Error{Errc::kInvalidArgument, "the message cannot be read"};
  message.Clear();

  std::string head;  // the first slice may be of one byte
  for (const grpc::Slice& slice : slices) {
    head += view_of(slice).substr(0, 2);
    if (head.size() >= 2) break;
  }
  const http::ContentCoding coding = coding_of(head);
  std::string body;
  if (coding == http::ContentCoding::kIdentity) {
    if (wire_bytes > limits.body_bytes_max) return too_large(limits.body_bytes_max);
    if (!share.grow_to(2 * wire_bytes)) return overloaded();  // the slices and their copy
    body.reserve(wire_bytes);
    for (const grpc::Slice& slice : slices)
      body += view_of(slice);
    return body;
  }
  if (!share.grow_to(wire_bytes)) return overloaded();
  const auto decompressor = http::Decompressor::create(
      coding, {.bytes_max = limits.body_bytes_max, .ratio_max = limits.compression_ratio_max},
      [&](std::size_t bytes) { return share.grow_to(wire_bytes + bytes); });
  for (const grpc::Slice& slice : slices)
    CLEW_CHECK(decompressor->write(view_of(slice), body));
  CLEW_CHECK(decompressor->finish());
  return body;
}

}  // namespace clew::otlp_grpc
