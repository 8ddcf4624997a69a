// How one record stands in a segment: a 24-byte header, the payload, zero bytes up to a multiple of eight.
//
//   magic u32 · payload bytes u32 · position u64 · crc32c u32 of (length, position, payload) seeded with owner ·
//   owner u32
//
// The magic says what it is: a record, the mark at the start of a segment or the one at its end. The magics differ in
// many bits. A header of zeros is the end of what was written. All numbers little endian.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clew::ingest {

inline constexpr std::uint32_t kRecordMagic = 0x52574C43;  // "CLWR"
inline constexpr std::uint32_t kStartMagic = 0x67736562;   // "besg": payload StartMark, position = last one before it
inline constexpr std::uint32_t kEndMagic = 0x73646E65;     // "ends": no payload, position = last one in the segment
inline constexpr std::size_t kHeaderBytes = 24;

struct RecordHeader {
  std::uint32_t magic = kRecordMagic;
  std::uint32_t payload_bytes = 0;
  std::uint64_t position = 0;
  std::uint32_t crc = 0;
  std::uint32_t owner = 0;  // hash of the project, 0: unknown
};
static_assert(sizeof(RecordHeader) == kHeaderBytes);

std::uint32_t crc32c(std::uint32_t seed, std::string_view bytes);

// What a segment says about itself, so that missing files and cut ends are noticed.
struct StartMark {
  std::uint64_t capacity = 0;       // bytes preallocated; the file keeps this size until it is ended
  std::uint64_t previous_last = 0;  // the last durable position before this segment
};
inline constexpr std::size_t kStartBytes = kHeaderBytes + sizeof(StartMark);

RecordHeader make_header(std::uint64_t position, std::string_view payload, std::uint32_t owner = 0,
                         std::uint32_t magic = kRecordMagic);

// Bytes of a record with this payload, padding included.
constexpr std::uint64_t framed_bytes(std::uint64_t payload_bytes) {
  return (kHeaderBytes + payload_bytes + 7) & ~std::uint64_t{7};
}

// The record or mark at the front of `bytes` when it is whole and its checksum fits.
struct FramedRecord {
  std::uint32_t magic = 0;
  std::uint32_t owner = 0;
  std::uint64_t position = 0;
  std::string_view payload;
};
std::optional<FramedRecord> read_record(std::string_view bytes);

}  // namespace clew::ingest
