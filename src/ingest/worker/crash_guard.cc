#include "ingest/worker/crash_guard.h"

#include <atomic>
#include <csignal>
#include <memory>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace clew::ingest {

// `busy` is written last when entering and first when leaving; a crash sees one or the other.
struct CrashGuard::Page {
  std::uint64_t first, last;
  std::uint32_t crashes;
  std::uint32_t busy;
  std::uint32_t crashed;  // set by the signal: the process ended by its own fault, not because somebody killed it
};

namespace {

constexpr int kSignals[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
constexpr std::size_t kStackBytes = 32UL * 1024;

// A signal handler has no other way to what it needs. Points into the page of the one guard of this process.
std::atomic<std::uint32_t*> crashed_flag = nullptr;

void note_crash(int signal) {
  if (std::uint32_t* flag = crashed_flag.load()) *flag = 1;
  std::signal(signal, SIG_DFL);
  raise(signal);
}

void watch_crashes(std::uint32_t* flag) {
  crashed_flag = flag;
  struct sigaction action{};
  action.sa_handler = note_crash;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  for (const int signal : kSignals)
    sigaction(signal, &action, nullptr);
}

}  // namespace

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
  if (!page_) return;
  if (page_->busy == 1 && page_->first != 0 && page_->last >= page_->first) {
    const std::uint32_t crashes = page_->crashes + (page_->crashed == 1 ? 1 : 0);
    if (crashes > 0) suspects_ = {.first = page_->first, .last = page_->last, .crashes = crashes};
  }
  page_->crashed = 0;
  watch_crashes(&page_->crashed);
}

CrashGuard::~CrashGuard() {
  leave();
  crashed_flag = nullptr;
  if (page_) munmap(page_, sizeof(Page));
}

void CrashGuard::watch_this_thread() {
  // tidy: banned_call, a signal stack belongs to a thread, and this is the caller's own
  thread_local std::unique_ptr<char[]> stack;
  if (stack) return;
  stack = std::make_unique<char[]>(kStackBytes);
  stack_t own{};
  own.ss_sp = stack.get();
  own.ss_size = kStackBytes;
  sigaltstack(&own, nullptr);
}

bool CrashGuard::condemns(LogPosition position) const {
  return suspects_.first == suspects_.last && suspects_.contains(position) && suspects_.crashes >= kCrashesMax;
}

void CrashGuard::enter(LogPosition first, LogPosition last, std::uint32_t crashes) {
  if (!page_) return;
  watch_this_thread();
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
