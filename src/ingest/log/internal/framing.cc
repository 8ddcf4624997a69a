#include "ingest/log/internal/framing.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace clew::ingest {

namespace {

std::uint32_t crc_by_table(std::uint32_t crc, std::string_view bytes) {
  static constexpr auto kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit)
        value = (value >> 1) ^ (value & 1 ? 0x82F63B78U : 0);
      table[i] = value;
    }
    return table;
  }();
  for (const char c : bytes)
    crc = kTable[(crc ^ static_cast<unsigned char>(c)) & 255U] ^ (crc >> 8);
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc_by_cpu(std::uint32_t crc, std::string_view bytes) {
  std::uint64_t value = crc;
  const char* data = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; data += 8, left -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, data, 8);
    value = _mm_crc32_u64(value, word);
  }
  auto out = static_cast<std::uint32_t>(value);
  for (; left > 0; ++data, --left)
    out = _mm_crc32_u8(out, static_cast<unsigned char>(*data));
  return out;
}
#endif

}  // namespace

std::uint32_t crc32c(std::uint32_t seed, std::string_view bytes) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return ~crc_by_cpu(~seed, bytes);
#endif
  return ~crc_by_table(~seed, bytes);
}

namespace {

std::uint32_t checksum(const RecordHeader& header, std::string_view payload) {
  char numbers[12];
  std::memcpy(numbers, &header.payload_bytes, 4);
  std::memcpy(numbers + 4, &header.position, 8);
  return crc32c(crc32c(header.owner, {numbers, sizeof numbers}), payload);
}

}  // namespace

RecordHeader make_header(std::uint64_t position, std::string_view payload, std::uint32_t owner, std::uint32_t magic) {
  RecordHeader header;
  header.magic = magic;
  header.owner = owner;
  header.payload_bytes = static_cast<std::uint32_t>(payload.size());
  header.position = position;
  header.crc = checksum(header, payload);
  return header;
}

std::optional<FramedRecord> read_record(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes) return std::nullopt;
  RecordHeader header;
  std::memcpy(&header, bytes.data(), kHeaderBytes);
  if (header.magic != kRecordMagic && header.magic != kStartMagic && header.magic != kEndMagic) return std::nullopt;
  if (header.payload_bytes > bytes.size() - kHeaderBytes) return std::nullopt;
  const std::string_view payload = bytes.substr(kHeaderBytes, header.payload_bytes);
  if (checksum(header, payload) != header.crc) return std::nullopt;
  return FramedRecord{.magic = header.magic, .owner = header.owner, .position = header.position, .payload = payload};
}

}  // namespace clew::ingest
