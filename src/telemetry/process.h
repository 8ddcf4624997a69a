// What the operating system says of this process, under the names that every Prometheus client uses.
#pragma once

#include <string_view>

#include "base/time.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace clew::telemetry {

struct ProcessFacts {
  std::uint64_t resident_bytes = 0;
  double cpu_seconds = 0;
  std::uint64_t open_files = 0;
  std::uint64_t open_files_max = 0;
  std::uint64_t threads = 0;
};
// Reads /proc; what cannot be read is 0.
ProcessFacts process_facts();

// process_* of this process, lf_build_info of `version`, and what became of log lines when `sink` is given. `sink` must
// outlive the registry's use.
void register_process(Metrics& metrics, std::string_view version, TimeUs started_us, const LogSink* sink);

}  // namespace clew::telemetry
