// Any bytes as one gRPC message, in slices of any size: within its limits, the same however it was cut, and what was
// taken from the common memory covers what is held.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "otlp_grpc/message.h"

namespace {

constexpr clew::otlp_grpc::MessageLimits kLimits{
    .wire_bytes_max = 64 * 1024, .body_bytes_max = 1 << 20, .compression_ratio_max = 100};

clew::Result<std::string> read(std::string_view bytes, std::size_t step) {
  std::vector<grpc::Slice> slices;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const std::string_view piece = bytes.substr(at, step);
    slices.emplace_back(piece.data(), piece.size());
  }
  grpc::ByteBuffer message(slices.data(), slices.size());
  clew::http::MemoryBudget budget(4 << 20);
  clew::http::MemoryShare share(budget);
  auto body = clew::otlp_grpc::read_message(message, kLimits, share);
  if (body && (body->size() > kLimits.body_bytes_max || body->size() > budget.used())) std::abort();
  return body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = read(bytes, bytes.size());
  const auto cut = read(bytes, 1 + data[0]);
  if (whole.has_value() != cut.has_value() || (whole && *whole != *cut)) std::abort();
  return 0;
}
