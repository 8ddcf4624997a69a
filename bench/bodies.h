// Request bodies built once and patched per send: ids and times have fixed places and lengths, so that sending a
// hundred new spans costs the generator a few hundred small writes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/spans.h"

namespace clew::bench {

enum class Mode : std::uint8_t { kOtlpProtobuf, kOtlpJson, kEvents };
std::optional<Mode> parse_mode(std::string_view text);  // "protobuf", "json", "events"
std::string_view to_text(Mode mode);
std::string_view path_of(Mode mode);
std::string_view content_type_of(Mode mode);

enum class Place : std::uint8_t {
  kTraceRaw,   // 16 bytes
  kSpanRaw,    // 8 bytes
  kParentRaw,  // 8 bytes
  kStartRaw,   // 8 bytes, little endian nanoseconds
  kEndRaw,
  kTraceHex,     // 32 characters
  kSpanHex,      // 16 characters
  kParentHex,    // 16 characters
  kStartDigits,  // 19 characters, decimal nanoseconds
  kEndDigits,
  kStartIso,  // 24 characters, milliseconds and Z
  kEndIso,
};

struct Patch {
  std::uint32_t offset = 0;
  std::uint16_t span = 0;  // index in the body
  Place place = Place::kTraceRaw;
};

struct SpanShape {
  std::uint32_t position = 0;
  std::int32_t parent = -1;
  std::uint64_t offset_ns = 0, duration_ns = 0, trace_ns = 0;
};

struct Body {
  std::string bytes;
  std::vector<Patch> patches;
  std::vector<SpanShape> spans;
};

// The next `spans` spans of the source as one request.
Body build_body(Mode mode, SpanSource& source, std::size_t spans);

// A text size for SpanSource that makes one span take `span_bytes` of an OTLP protobuf request of a hundred, on
// average.
std::size_t calibrate_text_bytes(const Corpus& corpus, std::size_t span_bytes);

}  // namespace clew::bench
