// How one record stands in a segment: a 24-byte header, the payload, zero bytes up to a multiple of eight.
//
//   magic u32 "CLWR" · payload bytes u32 · position u64 · crc32c u32 of (length, position, payload) · zero u32
//
// A header of zeros is the end of what was written. All numbers little endian.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clew::ingest {

inline constexpr std::uint32_t kRecordMagic = 0x52574C43;
inline constexpr std::size_t kHeaderBytes = 24;

struct RecordHeader {
  std::uint32_t magic = kRecordMagic;
  std::uint32_t payload_bytes = 0;
  std::uint64_t position = 0;
  std::uint32_t crc = 0;
  std::uint32_t zero = 0;
};
static_assert(sizeof(RecordHeader) == kHeaderBytes);

std::uint32_t crc32c(std::uint32_t seed, std::string_view bytes);

RecordHeader make_header(std::uint64_t position, std::string_view payload);

// Bytes of a record with this payload, padding included.
constexpr std::uint64_t framed_bytes(std::uint64_t payload_bytes) {
  return (kHeaderBytes + payload_bytes + 7) & ~std::uint64_t{7};
}

// The record at the front of `bytes` when it is whole and its checksum fits.
struct FramedRecord {
  std::uint64_t position = 0;
  std::string_view payload;
};
std::optional<FramedRecord> read_record(std::string_view bytes);

}  // namespace clew::ingest
