#include "telemetry/process.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/resource.h>
#include <sys/time.h>

#include "base/text.h"

namespace clew::telemetry {

namespace {

std::uint64_t status_number(std::string_view line) {
  const auto digits = line.find_first_of("0123456789");
  std::uint64_t value = 0;
  if (digits != std::string_view::npos) std::from_chars(line.data() + digits, line.data() + line.size(), value);
  return value;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

ProcessFacts process_facts() {
  ProcessFacts out;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) out.resident_bytes = status_number(line) * 1024;
    if (line.starts_with("Threads:")) out.threads = status_number(line);
  }
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) out.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  std::error_code ec;
  for (auto at = std::filesystem::directory_iterator("/proc/self/fd", ec);
       !ec && at != std::filesystem::directory_iterator(); at.increment(ec))
    ++out.open_files;
  if (out.open_files > 0) --out.open_files;  // the one that lists them
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) out.open_files_max = limit.rlim_cur;
  return out;
}

void register_process(Metrics& metrics, std::string_view version, TimeUs started_us, const LogSink* sink) {
  metrics.gauge("lf_build_info", "1; the version of the program is a label.", {{"version", std::string(version)}})
      .set(1);
  metrics.gauge("process_start_time_seconds", "Start of the process, seconds since 1970.")
      .set(static_cast<double>(started_us) / 1e6);
  metrics.counter_of("process_cpu_seconds_total", "User and system CPU time.", {},
                     [] { return process_facts().cpu_seconds; });
  metrics.gauge_of("process_resident_memory_bytes", "Resident memory.", {},
                   [] { return static_cast<double>(process_facts().resident_bytes); });
  metrics.gauge_of("process_open_fds", "Open file descriptors.", {},
                   [] { return static_cast<double>(process_facts().open_files); });
  metrics.gauge_of("process_max_fds", "Most file descriptors the process may open.", {},
                   [] { return static_cast<double>(process_facts().open_files_max); });
  metrics.gauge_of("process_threads", "Threads of the process.", {},
                   [] { return static_cast<double>(process_facts().threads); });
  if (sink == nullptr) return;
  const auto count = [&](const char* fate, std::uint64_t LogCounts::* field) {
    metrics.counter_of("lf_log_lines_total", "Log lines by what became of them.", {{"fate", fate}},
                       [sink, field] { return static_cast<double>(sink->counts().*field); });
  };
  count("warning", &LogCounts::warnings);
  count("error", &LogCounts::errors);
  count("suppressed", &LogCounts::suppressed);
  count("dropped", &LogCounts::dropped);
}

}  // namespace clew::telemetry
