// What a core of this machine is worth right now: megabytes of the run's own payload that ZSTD level 1 compresses in
// one CPU-second of one thread. Printed beside every figure, because cores differ by two to three times.
#pragma once

#include <string>
#include <vector>

#include "bench/bodies.h"

namespace clew::bench {

struct Yardstick {
  double mb_per_cpu_second = 0;
  double ratio = 0;  // size after / before
};
// Takes about `cpu_seconds`; compresses pieces of about 320 kB (a hundred spans), however many requests that is.
Yardstick measure_yardstick(const std::vector<std::vector<Body>>& bodies, double cpu_seconds);

// CPU time of the calling thread in microseconds.
std::int64_t thread_cpu_us();

}  // namespace clew::bench
