#include "bench/yardstick.h"

#include <ctime>

#include <zstd.h>

namespace clew::bench {

std::int64_t thread_cpu_us() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000LL + now.tv_nsec / 1'000;
}

Yardstick measure_yardstick(const std::vector<std::vector<Body>>& bodies, double cpu_seconds) {
  const auto limit = static_cast<std::int64_t>(cpu_seconds * 1e6);
  ZSTD_CCtx* context = ZSTD_createCCtx();
  std::string out;
  std::uint64_t before = 0, after = 0;
  const std::int64_t start = thread_cpu_us();
  std::int64_t used = 0;
  while (used < limit) {
    for (const auto& some : bodies) {
      for (const Body& body : some) {
        out.resize(ZSTD_compressBound(body.bytes.size()));
        after += ZSTD_compressCCtx(context, out.data(), out.size(), body.bytes.data(), body.bytes.size(), 1);
        before += body.bytes.size();
        used = thread_cpu_us() - start;
        if (used >= limit) break;
      }
      if (used >= limit) break;
    }
  }
  ZSTD_freeCCtx(context);
  return {.mb_per_cpu_second = static_cast<double>(before) / static_cast<double>(used),
          .ratio = static_cast<double>(after) / static_cast<double>(before)};
}

}  // namespace clew::bench
