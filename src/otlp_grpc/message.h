// The bytes of one gRPC message, as they came from the wire, to the body of a request.
#pragma once

#include <cstddef>
#include <string>

#include <grpcpp/support/byte_buffer.h>

#include "base/result.h"
#include "http/compression.h"
#include "http/memory_budget.h"

namespace clew::otlp_grpc {

struct MessageLimits {
  std::size_t wire_bytes_max = 0;
  std::size_t body_bytes_max = 0;
  std::size_t compression_ratio_max = 0;
};

// How a message is compressed, told by its first bytes: gRPC hands us compressed messages unopened and keeps the name
// of the coding to itself. No message can be mistaken: a gzip or zlib header would be, as protobuf, a group that ends
// before it began (0x1f) or a field 15 (0x78), which no OTLP request has first.
http::ContentCoding coding_of(std::string_view first_bytes);

// Reads `message` and empties it. `share` grows with what is held, before it is held. kTooLarge: over a limit;
// kOverloaded: no memory left for all requests together; kInvalidArgument: damaged compression.
Result<std::string> read_message(grpc::ByteBuffer& message, const MessageLimits& limits, http::MemoryShare& share);

}  // namespace clew::otlp_grpc
