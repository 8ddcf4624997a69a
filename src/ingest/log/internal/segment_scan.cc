#include "ingest/log/internal/segment_scan.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/time.h"
#include "ingest/log/internal/framing.h"
#include "ingest/log/internal/segment_files.h"

namespace clew::ingest {

namespace {

bool only_zeros(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

bool is_known(std::uint32_t magic) {
  return magic == kRecordMagic || magic == kEndMagic || magic == kStartMagic;
}

// One segment, front to back.
class SegmentReader {
 public:
  SegmentReader(std::string path, std::uint64_t number, std::string_view bytes, bool is_last, bool checkpoint_known,
                SegmentScan& scan)
      : path_(std::move(path)),
        number_(number),
        bytes_(bytes),
        is_last_(is_last),
        checkpoint_known_(checkpoint_known),
        scan_(scan) {}

  void read() {
    while (at_ + kHeaderBytes <= bytes_.size() && !ended_) {
      if (const auto record = read_record(bytes_.substr(at_)); record && fits(*record)) {
        take(*record);
        continue;
      }
      const std::size_t next = next_record(at_ + 8);
      if (next == std::string_view::npos) break;
      const LogPosition before = read_record(bytes_.substr(next))->position;
      report(LogDamage::Kind::kDamaged, next - at_, before, before > scan_.acknowledged);
      at_ = next;
    }
    finish();
  }

 private:
  bool fits(const FramedRecord& record) const {
    if (record.magic == kRecordMagic) return record.position > scan_.last_position;
    if (record.magic == kStartMagic) return at_ == 0 && record.payload.size() == sizeof(StartMark);
    return record.payload.empty();
  }

  void take(const FramedRecord& record) {
    const std::uint64_t framed = framed_bytes(record.payload.size());
    if (record.magic == kStartMagic) {
      take_start(record);
    } else if (record.magic == kEndMagic) {
      take_end(record);
    } else {
      ++scan_.records;
      scan_.last_position = record.position;
      if (record.position > scan_.acknowledged) {
        scan_.entries.push_back({.position = record.position,
                                 .segment = number_,
                                 .offset = at_,
                                 .payload_bytes = static_cast<std::uint32_t>(record.payload.size()),
                                 .owner = record.owner,
                                 .appended_us = now_});
      }
    }
    const std::size_t used = kHeaderBytes + record.payload.size();
    if (at_ + framed <= bytes_.size() && !only_zeros(bytes_.substr(at_ + used, framed - used))) {
      report(LogDamage::Kind::kPadding, framed - used, record.position, false);
    }
    at_ += framed;
  }

  // The segment before this one should have ended where this one says.
  void take_start(const FramedRecord& record) {
    std::memcpy(&mark_, record.payload.data(), sizeof mark_);
    const LogPosition known = std::max(scan_.last_position, scan_.acknowledged);
    // Segments whose rows are stored are deleted from the front, which without a checkpoint looks like a loss.
    const bool unknown_front = !checkpoint_known_ && scan_.segments.front() == number_;
    if (mark_.previous_last > known && !unknown_front) {
      report(LogDamage::Kind::kMissing, 0, mark_.previous_last + 1, true);
    }
    scan_.last_position = std::max(scan_.last_position, mark_.previous_last);
  }

  void take_end(const FramedRecord& record) {
    ended_ = true;
    if (record.position > std::max(scan_.last_position, scan_.acknowledged)) {
      report(LogDamage::Kind::kMissing, 0, record.position + 1, true);
      scan_.last_position = record.position;
    }
  }

  // Offset of the next whole record or end mark after `from`, or npos.
  std::size_t next_record(std::size_t from) const {
    for (std::size_t at = from; at + kHeaderBytes <= bytes_.size(); at += 8) {
      std::uint32_t magic = 0;
      std::memcpy(&magic, bytes_.data() + at, 4);
      if (!is_known(magic) || magic == kStartMagic) continue;
      const auto record = read_record(bytes_.substr(at));
      if (!record || !record->payload.empty() == (magic == kEndMagic)) continue;
      if (magic == kEndMagic ? record->position >= scan_.last_position : record->position > scan_.last_position) {
        return at;
      }
    }
    return std::string_view::npos;
  }

  void finish() {
    const std::string_view rest = bytes_.substr(std::min(at_, bytes_.size()));
    if (ended_) {
      if (!rest.empty() && !only_zeros(rest)) report(LogDamage::Kind::kPadding, rest.size(), 0, false);
      return;
    }
    if (!only_zeros(rest)) report(LogDamage::Kind::kTornTail, rest.size(), 0, false);
    // A later segment tells what should be here; of the last one only its size does.
    if (is_last_ && mark_.capacity > bytes_.size()) {
      report(LogDamage::Kind::kCut, mark_.capacity - bytes_.size(), 0, true);
    }
    scan_.open_ends.push_back({.segment = number_, .offset = at_, .last = scan_.last_position});
  }

  void report(LogDamage::Kind kind, std::uint64_t bytes, LogPosition before, bool may_lose_data) {
    scan_.damage.push_back({.kind = kind,
                            .file = path_,
                            .offset = kind == LogDamage::Kind::kCut ? bytes_.size() : at_,
                            .bytes = bytes,
                            .after = scan_.last_position,
                            .before = before,
                            .may_lose_data = may_lose_data});
  }

  const std::string path_;
  const std::uint64_t number_;
  const std::string_view bytes_;
  const bool is_last_;
  const bool checkpoint_known_;
  SegmentScan& scan_;
  const std::int64_t now_ = monotonic_us();
  std::size_t at_ = 0;
  bool ended_ = false;
  StartMark mark_;
};

std::string quarantine_path(const std::string& dir, const LogDamage& damage) {
  return fmt::format("{}/quarantine/{}-{}.bin", dir, std::filesystem::path(damage.file).stem().string(), damage.offset);
}

Result<> quarantine(const std::string& dir, const LogDamage& damage) {
  CLEW_TRY(const std::string bytes, read_file(damage.file));
  const std::string path = quarantine_path(dir, damage);
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  const std::string_view part = std::string_view(bytes).substr(damage.offset, damage.bytes);
  out.write(part.data(), static_cast<std::streamsize>(part.size()));
  if (!out.flush()) return file_error("write", path);
  return ok();
}

// Writes the mark first and gives the rest back afterwards: a crash in between leaves an unended segment or a long one.
void end_segment(const std::string& path, std::uint64_t offset, LogPosition last) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  const RecordHeader mark = make_header(last, {}, 0, kEndMagic);
  const bool marked = pwrite(fd, &mark, sizeof mark, static_cast<off_t>(offset)) == sizeof mark && fdatasync(fd) == 0;
  // A full disk has no room for the mark behind a file that was cut: it is written at a later start.
  if (marked && ftruncate(fd, static_cast<off_t>(offset + sizeof mark)) != 0) errno = 0;
  ::close(fd);
}

}  // namespace

std::string_view to_text(LogDamage::Kind kind) {
  switch (kind) {
    case LogDamage::Kind::kDamaged:
      return "damaged bytes";
    case LogDamage::Kind::kMissing:
      return "missing records";
    case LogDamage::Kind::kCut:
      return "shorter than it was left";
    case LogDamage::Kind::kTornTail:
      return "incomplete last write";
    case LogDamage::Kind::kPadding:
      return "changed bytes between records";
    case LogDamage::Kind::kCheckpoint:
      return "checkpoint missing or damaged";
  }
  return "";
}

std::string LogDamage::text() const {
  std::string out = fmt::format("{} offset {}: {}", file, offset, to_text(kind));
  if (bytes > 0) out += fmt::format(", {} bytes", bytes);
  if (after > 0 && before > 0) out += fmt::format(", positions above {} and below {}", after, before);
  if (after > 0 && before == 0) out += fmt::format(", positions above {}", after);
  return out;
}

Result<SegmentScan> scan_segments(const std::string& dir) {
  SegmentScan scan;
  CLEW_TRY(scan.segments, list_segments(dir));
  const auto acknowledged = read_acknowledged(dir);
  scan.acknowledged = acknowledged.value_or(0);
  if (!acknowledged && !scan.segments.empty()) {
    scan.damage.push_back({.kind = LogDamage::Kind::kCheckpoint, .file = dir + "/acknowledged"});
  }
  for (const std::uint64_t segment : scan.segments) {
    const std::string path = segment_path(dir, segment);
    CLEW_TRY(const std::string bytes, read_file(path));
    SegmentReader(path, segment, bytes, segment == scan.segments.back(), acknowledged.has_value(), scan).read();
  }
  scan.last_position = std::max(scan.last_position, scan.acknowledged);
  // What an earlier start has put aside is no news.
  std::erase_if(scan.damage, [&](const LogDamage& damage) {
    return damage.kind == LogDamage::Kind::kDamaged && std::filesystem::exists(quarantine_path(dir, damage));
  });
  return scan;
}

Result<> mend(const std::string& dir, const SegmentScan& scan, std::int64_t now_us) {
  std::string report;
  for (const LogDamage& damage : scan.damage) {
    if (damage.kind == LogDamage::Kind::kTornTail || damage.kind == LogDamage::Kind::kCheckpoint) continue;
    std::error_code ec;
    std::filesystem::create_directories(dir + "/quarantine", ec);
    if (damage.kind == LogDamage::Kind::kDamaged) CLEW_CHECK(quarantine(dir, damage));
    report += fmt::format(
        R"({{"time":"{}","kind":"{}","file":"{}","offset":{},"bytes":{},"after":{},"before":{},"mayLoseData":{}}})",
        iso_ms(now_us), to_text(damage.kind), std::filesystem::path(damage.file).filename().string(), damage.offset,
        damage.bytes, damage.after, damage.before, damage.may_lose_data);
    report += '\n';
  }
  if (!report.empty()) {
    const std::string path = dir + "/quarantine/report.jsonl";
    std::ofstream out(path, std::ios::app);
    out << report;
    if (!out.flush()) return file_error("write", path);
  }
  for (const SegmentScan::OpenEnd& end : scan.open_ends)
    end_segment(segment_path(dir, end.segment), end.offset, end.last);
  return ok();
}

Result<LogInspection> inspect_log(const std::string& dir) {
  CLEW_TRY(SegmentScan scan, scan_segments(dir));
  return LogInspection{.damage = std::move(scan.damage),
                       .segments = scan.segments.size(),
                       .records = scan.records,
                       .records_open = scan.entries.size(),
                       .acknowledged = scan.acknowledged};
}

}  // namespace clew::ingest
