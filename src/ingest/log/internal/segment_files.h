// The files of a log directory: names, the acknowledged position, syncing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/log/log.h"

namespace clew::ingest {

std::string segment_path(const std::string& dir, std::uint64_t segment);
// Numbers of the segments in `dir`, ascending. A directory that is not there has none.
Result<std::vector<std::uint64_t>> list_segments(const std::string& dir);
// The whole file. kUnavailable names the file and, when reading fails, the offset.
Result<std::string> read_file(const std::string& path);

// The acknowledged position is written without sync: losing it only means replaying more, and replay changes nothing.
// It carries a checksum: a damaged number would skip records. Null when the file is missing or damaged.
std::optional<LogPosition> read_acknowledged(const std::string& dir);
Result<> write_acknowledged(const std::string& dir, LogPosition position);

// fsync of a directory, so that created and renamed names survive a power cut.
Result<> sync_directory(const std::string& dir);
// Of errno. kUnavailable.
Error file_error(std::string_view what, const std::string& path);

}  // namespace clew::ingest
