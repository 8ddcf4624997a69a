// The segment that is being written: preallocated, filled from the front, ended when it is full or a sync failed.
// One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <sys/uio.h>

#include "base/result.h"
#include "ingest/log/log.h"

namespace clew::ingest {

class SegmentWriter {
 public:
  // `sync_data` behaves like fdatasync(2).
  SegmentWriter(std::string dir, std::uint64_t segment_bytes, std::function<int(int)> sync_data)
      : dir_(std::move(dir)), segment_bytes_(segment_bytes), sync_data_(std::move(sync_data)) {}
  ~SegmentWriter() { close(); }
  SegmentWriter(const SegmentWriter&) = delete;
  SegmentWriter& operator=(const SegmentWriter&) = delete;

  bool is_open() const { return fd_ >= 0; }
  bool has_room(std::uint64_t bytes) const { return is_open() && end_ + bytes <= capacity_; }
  std::uint64_t number() const { return number_; }
  std::uint64_t end() const { return end_; }  // where the next record goes

  // Closes the present one and makes a file with room for `bytes` at least, synced, its name too. After a failure none
  // is open and no file is left. kOverloaded: the disk is full. kUnavailable: anything else.
  Result<> open(std::uint64_t number, LogPosition previous_last, std::uint64_t bytes);
  // Appends and syncs. After a failure nothing of it is readable and the segment is closed: the kernel forgets which
  // pages it failed to write, so no later sync of this file can be believed.
  Result<> write(std::vector<iovec> parts, std::uint64_t bytes, LogPosition last);
  // Ends the segment and gives unused space back.
  void close();

 private:
  std::string dir_;
  std::uint64_t segment_bytes_;
  std::function<int(int)> sync_data_;
  int fd_ = -1;
  std::uint64_t number_ = 0;
  std::uint64_t end_ = 0;
  std::uint64_t capacity_ = 0;
  LogPosition last_ = 0;  // of the records in it, or before it
};

}  // namespace clew::ingest
