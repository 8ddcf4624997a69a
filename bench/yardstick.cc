#include "bench/yardstick.h"

#include <ctime>

#include <zstd.h>

namespace clew::bench {

namespace {

constexpr std::size_t kPieceBytes = 320'000;

}  // namespace

std::int64_t thread_cpu_us() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000LL + now.tv_nsec / 1'000;
}

Yardstick measure_yardstick(const std::vector<std::vector<Body>>& bodies, double cpu_seconds) {
  const auto limit = static_cast<std::int64_t>(cpu_seconds * 1e6);
  ZSTD_CCtx* context = ZSTD_createCCtx();
  std::string piece, out;
  std::uint64_t before = 0, after = 0;
  std::int64_t used = 0;
  while (used < limit) {
    for (const auto& some : bodies) {
      for (const Body& body : some) {
        piece += body.bytes;
        if (piece.size() < kPieceBytes) continue;
        out.resize(ZSTD_compressBound(piece.size()));
        const std::int64_t start = thread_cpu_us();
        after += ZSTD_compressCCtx(context, out.data(), out.size(), piece.data(), piece.size(), 1);
        used += thread_cpu_us() - start;
        before += piece.size();
        piece.clear();
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
