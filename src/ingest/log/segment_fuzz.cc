// Any bytes as a segment of the ingest log: they can be scanned, mending ends with a log that has the same records and
// no news, and a record that is read has the checksum it claims.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include "ingest/log/internal/framing.h"
#include "ingest/log/internal/segment_files.h"
#include "ingest/log/internal/segment_scan.h"

namespace {

using namespace clew::ingest;

const std::string& folder() {
  static const std::string path = [] {
    const std::filesystem::path base = std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
    return (base / ("segment-fuzz-" + std::to_string(::getpid()))).string();
  }();
  return path;
}

bool same(const SegmentScan& a, const SegmentScan& b) {
  if (a.entries.size() != b.entries.size() || a.records != b.records) return false;
  for (std::size_t i = 0; i < a.entries.size(); ++i) {
    if (a.entries[i].position != b.entries[i].position || a.entries[i].offset != b.entries[i].offset) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (const auto record = read_record(bytes)) {
    if (kHeaderBytes + record->payload.size() > bytes.size()) std::abort();
  }
  // Without their checksums most inputs are one damaged range; so every second input gets them right at its front.
  if (data[0] % 2 == 0) {
    std::string framed;
    std::uint64_t position = 1;
    for (std::string_view rest = bytes; !rest.empty() && position < 20; ++position) {
      const std::string_view payload = rest.substr(0, 1 + static_cast<unsigned char>(rest[0]) % 64);
      const RecordHeader header = make_header(position, payload, 1);
      framed.append(reinterpret_cast<const char*>(&header), sizeof(header)).append(payload);
      framed.resize((framed.size() + 7) & ~std::size_t{7});
      rest.remove_prefix(payload.size());
    }
    bytes = framed + bytes;
  }
  std::filesystem::remove_all(folder());
  std::filesystem::create_directories(folder());
  std::ofstream(segment_path(folder(), 1), std::ios::binary) << bytes;
  const auto scan = scan_segments(folder());
  if (scan) {
    if (!mend(folder(), *scan, 1)) std::abort();
    const auto again = scan_segments(folder());
    if (!again || !same(*scan, *again)) std::abort();
  }
  std::filesystem::remove_all(folder());
  return 0;
}
