#include "bench/process.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/time.h"

namespace clew::bench {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kSampleUs = 500'000;
constexpr std::size_t kWindowSamples = 6;
constexpr double kIdleShare = 0.03;

Error gone(int pid) {
  return Error{Errc::kNotFound, fmt::format("process {} cannot be read", pid)};
}

// Name of a part's folder: partition_first_last_level, perhaps _mutation.
struct Part {
  std::string partition;
  std::uint64_t first = 0, last = 0, level = 0;
};

std::optional<Part> parse_part(const std::string& name) {
  const auto fields = text::split(name, '_');
  if (fields.size() < 4 || fields.size() > 5) return std::nullopt;
  Part out{.partition = std::string(fields[0])};
  std::uint64_t* numbers[] = {&out.first, &out.last, &out.level};
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string_view field = fields[i + 1];
    const auto [end, ec] = std::from_chars(field.data(), field.data() + field.size(), *numbers[i]);
    if (field.empty() || ec != std::errc{} || end != field.data() + field.size()) return std::nullopt;
  }
  return out;
}

std::uint64_t allocated(const fs::path& path) {
  struct stat info{};
  return ::lstat(path.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_blocks) * 512 : 0;
}

std::uint64_t allocated_below(const fs::path& dir) {
  std::uint64_t sum = allocated(dir);
  std::error_code ec;
  for (fs::recursive_directory_iterator at(dir, ec), end; !ec && at != end; at.increment(ec))
    sum += allocated(at->path());
  return sum;
}

struct PartsUse {
  std::uint64_t live_bytes = 0, outdated_bytes = 0;
  double merged_bytes = 0;  // live bytes times the merges they went through
};

// Adds the parts of one table. Those that lie inside a part of a higher level are outdated.
void add_parts(const std::vector<std::pair<Part, fs::path>>& parts, PartsUse& use) {
  for (const auto& [part, path] : parts) {
    const bool replaced = std::any_of(parts.begin(), parts.end(), [&](const auto& other) {
      return other.first.partition == part.partition && other.first.first <= part.first &&
             other.first.last >= part.last && other.first.level > part.level;
    });
    const std::uint64_t bytes = allocated_below(path);
    (replaced ? use.outdated_bytes : use.live_bytes) += bytes;
    if (!replaced) use.merged_bytes += static_cast<double>(bytes) * static_cast<double>(part.level);
  }
}

}  // namespace

Result<std::int64_t> cpu_us(int pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  if (!std::getline(file, line)) return gone(pid);
  std::istringstream fields(line.substr(line.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i)
    fields >> skipped;
  std::int64_t user = 0, system = 0;
  fields >> user >> system;
  if (!fields) return gone(pid);
  return (user + system) * 1'000'000 / ::sysconf(_SC_CLK_TCK);
}

Result<Memory> memory(int pid) {
  std::ifstream file(fmt::format("/proc/{}/status", pid));
  Memory out;
  bool found = false;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string key;
    double kb = 0;
    fields >> key >> kb;
    if (key == "VmHWM:") out.peak_mb = kb / 1024;
    if (key == "VmRSS:") {
      out.now_mb = kb / 1024;
      found = true;
    }
  }
  if (!found) return gone(pid);
  return out;
}

Result<bool> wait_until_idle(int pid, int seconds_max) {
  const std::int64_t deadline = monotonic_us() + seconds_max * 1'000'000LL;
  std::deque<std::int64_t> samples;
  while (monotonic_us() < deadline) {
    CLEW_TRY(const std::int64_t now, cpu_us(pid));
    samples.push_back(now);
    if (samples.size() > kWindowSamples) {
      const auto used = static_cast<double>(now - samples.front());
      if (used < kIdleShare * static_cast<double>(kWindowSamples * kSampleUs)) return true;
      samples.pop_front();
    }
    std::this_thread::sleep_for(std::chrono::microseconds(kSampleUs));
  }
  return false;
}

DiskUse disk_use(const std::string& dir) {
  DiskUse out{.bytes = allocated_below(dir)};
  std::map<fs::path, std::vector<std::pair<Part, fs::path>>> tables;
  std::error_code ec;
  for (fs::recursive_directory_iterator at(dir, ec), end; !ec && at != end; at.increment(ec)) {
    if (at->is_directory(ec)) {
      if (auto part = parse_part(at->path().filename().string())) {
        tables[at->path().parent_path()].emplace_back(*std::move(part), at->path());
        at.disable_recursion_pending();
      }
    } else if (at->path().extension() == ".seg") {
      out.log_bytes += allocated(at->path());
    }
  }
  PartsUse use;
  for (const auto& [table, parts] : tables)
    add_parts(parts, use);
  out.outdated_bytes = use.outdated_bytes;
  if (use.live_bytes > 0) out.merge_passes = use.merged_bytes / static_cast<double>(use.live_bytes);
  return out;
}

}  // namespace clew::bench
