#include "ingest/worker/crash_guard.h"

#include <atomic>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace clew::ingest {

// `busy` is written last when entering and first when leaving; a crash sees one or the other.
struct CrashGuard::Page {
  std::uint64_t first, last;
  std::uint32_t crashes;
  std::uint32_t busy;
};

CrashGuard::CrashGuard(const std::string& path) {
  if (path.empty()) return;
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) return;
  // Allocated, because a full disk would otherwise be a signal at the first write.
  if (posix_fallocate(fd, 0, sizeof(Page)) == 0) {
    void* page = mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page != MAP_FAILED) page_ = static_cast<Page*>(page);
  }
  ::close(fd);
  if (!page_ || page_->busy != 1 || page_->first == 0 || page_->last < page_->first) return;
  suspects_ = {.first = page_->first, .last = page_->last, .crashes = page_->crashes + 1};
}

CrashGuard::~CrashGuard() {
  leave();
  if (page_) munmap(page_, sizeof(Page));
}

bool CrashGuard::condemns(LogPosition position) const {
  return suspects_.first == suspects_.last && suspects_.contains(position) && suspects_.crashes >= kCrashesMax;
}

void CrashGuard::enter(LogPosition first, LogPosition last, std::uint32_t crashes) {
  if (!page_) return;
  page_->first = first;
  page_->last = last;
  page_->crashes = crashes;
  resume();
}

void CrashGuard::resume() {
  if (page_) std::atomic_ref<std::uint32_t>(page_->busy).store(1, std::memory_order_release);
}

void CrashGuard::leave() {
  if (page_) std::atomic_ref<std::uint32_t>(page_->busy).store(0, std::memory_order_release);
}

}  // namespace clew::ingest
