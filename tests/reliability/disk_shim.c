// Faults of a disk and of a clock, for a program that is started with LD_PRELOAD=disk_shim.so. No privileges needed.
//
// SHIM_CONTROL names a file with one command per line; it is read again whenever its modification time changes, so a
// test switches faults on and off while the program runs. Only files below SHIM_DIR are concerned.
//
//   sync_fail N ERRNO       the next N fsync and fdatasync calls fail (N < 0: all)
//   write_fail N ERRNO      the next N pwrite, pwritev and write calls fail after SHORT bytes
//   write_short N           the next N of them write half of what was asked
//   free_bytes N            what statvfs reports as free (-1: the truth)
//   clock_offset SECONDS    added to CLOCK_REALTIME
//   abort_on_send TEXT      abort() when bytes with this text in them are sent over a socket
//
// SHIM_TRACK=1 remembers what a power cut would leave. Before a range of a file is written for the first time since its
// last sync, the old bytes go to SHIM_JOURNAL; a sync of the file marks them as settled. `power_cut.py` puts the old
// bytes of everything unsettled back once the program is dead. Names are handled alike: creating, renaming and removing
// is settled by the sync of the directory. What is mapped into memory and written there is not seen.
//
// Counted on stderr never; the program must not notice that it is watched.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct timespec seen;
static long sync_fail, sync_errno = EIO, write_fail, write_errno = ENOSPC, write_short;
static long long free_bytes = -1;
static long clock_offset;
static char abort_text[64];
static const char *control, *dir, *journal_path;
static size_t dir_length;
static int journal = -1;

// The system call itself, past every wrapper: syscall(2) is watched, too.
static long raw6(long number, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long status;
  __asm__ volatile("syscall" : "=a"(status) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  if (status < 0 && status > -4096) return errno = (int)-status, -1;
  return status;
}
#define RAW(number, a, b, c, d, e, f, ...) raw6((number), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define raw(...) RAW(__VA_ARGS__, 0, 0, 0, 0, 0, 0)

#define REAL(name) ((__typeof__(&name))real(#name))
static void* real(const char* name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void start(void) {
  control = getenv("SHIM_CONTROL");
  dir = getenv("SHIM_DIR");
  dir_length = dir ? strlen(dir) : 0;
  journal_path = getenv("SHIM_JOURNAL");
  if (journal_path && getenv("SHIM_TRACK")) journal = open(journal_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

// Caller holds the lock.
static void read_control(void) {
  struct stat info;
  if (!control || fstatat(AT_FDCWD, control, &info, 0) != 0) return;
  if (info.st_mtim.tv_sec == seen.tv_sec && info.st_mtim.tv_nsec == seen.tv_nsec) return;
  seen = info.st_mtim;
  sync_fail = write_fail = write_short = clock_offset = 0;
  free_bytes = -1;
  abort_text[0] = 0;
  char text[1024];
  const int fd = (int)raw(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC, 0);
  const ssize_t size = raw(SYS_read, fd, text, sizeof text - 1);
  raw(SYS_close, fd);
  if (size < 0) return;
  text[size] = 0;
  char* rest = NULL;
  for (char* line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    sscanf(line, "sync_fail %ld %ld", &sync_fail, &sync_errno);
    sscanf(line, "write_fail %ld %ld", &write_fail, &write_errno);
    sscanf(line, "write_short %ld", &write_short);
    sscanf(line, "free_bytes %lld", &free_bytes);
    sscanf(line, "clock_offset %ld", &clock_offset);
    sscanf(line, "abort_on_send %63s", abort_text);
  }
}

// The path of `fd` when it is below SHIM_DIR.
static int concerns(int fd, char path[4096]) {
  if (!dir_length || fd < 0) return 0;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, 4095);
  if (length < (ssize_t)dir_length) return 0;
  path[length] = 0;
  return strncmp(path, dir, dir_length) == 0;
}

static int take(long* count) {
  if (*count == 0) return 0;
  if (*count > 0) --*count;
  return 1;
}

// ---- what a power cut would leave -------------------------------------------------------------------------------

// One line of the journal: kind, size of the path, size of the data, offset; then both. Kinds: W old bytes of a range,
// E the file grew (offset: its old size), S a file was synced, C created, M directory made, R renamed (data: new path and
// what keeps a file that it replaced), U removed (data: what keeps it), D the directory was synced.
static void note(char kind, const char* path, uint64_t offset, const void* data, uint64_t bytes) {
  struct {
    char kind, zero[3];
    uint32_t path_bytes;
    uint64_t offset, bytes;
  } head = {kind, {0}, (uint32_t)strlen(path), offset, bytes};
  struct iovec parts[3] = {{&head, sizeof head}, {(void*)path, head.path_bytes}, {(void*)data, bytes}};
  raw(SYS_writev, journal, parts, 3);
}

// Caller holds the lock, so that the old bytes are those of before this write.
static void note_old(int fd, const char* path, uint64_t offset, uint64_t bytes) {
  struct stat info;
  if (fstat(fd, &info) != 0) return;
  char* old = calloc(1, bytes ? bytes : 1);
  uint64_t got = 0;
  while (offset + got < (uint64_t)info.st_size && got < bytes) {
    const ssize_t size = raw(SYS_pread64, fd, old + got, bytes - got, offset + got);
    if (size <= 0) break;
    got += (uint64_t)size;
  }
  if (offset + bytes > (uint64_t)info.st_size) note('E', path, (uint64_t)info.st_size, NULL, 0);
  if (got > 0) note('W', path, offset, old, got);
  free(old);
}

static int tracked(int fd, char path[4096]) { return journal >= 0 && fd != journal && concerns(fd, path); }

// ---- calls ------------------------------------------------------------------------------------------------------

static int sync_call(int fd, int (*call)(int)) {
  char path[4096];
  const int ours = concerns(fd, path);
  if (ours) {
    pthread_mutex_lock(&lock);
    read_control();
    const int fails = take(&sync_fail);
    const long error = sync_errno;
    pthread_mutex_unlock(&lock);
    if (fails) return errno = (int)error, -1;
  }
  // Marked before, so that a crash in between errs towards losing nothing that was promised: a sync that has not
  // returned has promised nothing, and the kernel may have done it.
  const int status = call(fd);
  if (status == 0 && ours && journal >= 0) {
    pthread_mutex_lock(&lock);
    struct stat info;
    note(fstat(fd, &info) == 0 && S_ISDIR(info.st_mode) ? 'D' : 'S', path, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
  }
  return status;
}
int fsync(int fd) { return sync_call(fd, REAL(fsync)); }
int fdatasync(int fd) { return sync_call(fd, REAL(fdatasync)); }

// How many of `bytes` may be written; < 0: none, and errno is set.
static ssize_t allowed(size_t bytes) {
  read_control();
  if (take(&write_fail)) return errno = (int)write_errno, -1;
  if (bytes > 1 && take(&write_short)) return (ssize_t)(bytes / 2);
  return (ssize_t)bytes;
}

static ssize_t positioned(int fd, const struct iovec* parts, int count, off_t offset, int appended) {
  char path[4096];
  if (!concerns(fd, path) || fd == journal) {
    return appended ? raw(SYS_writev, fd, parts, count) : raw(SYS_pwritev, fd, parts, count, offset, 0);
  }
  size_t bytes = 0;
  for (int i = 0; i < count; ++i) bytes += parts[i].iov_len;
  pthread_mutex_lock(&lock);
  ssize_t limit = allowed(bytes);
  if (limit >= 0 && journal >= 0) {
    const off_t at = appended ? lseek(fd, 0, fcntl(fd, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR) : offset;
    note_old(fd, path, (uint64_t)at, (uint64_t)limit);
  }
  ssize_t written = limit;
  if (limit == (ssize_t)bytes) {
    written = appended ? raw(SYS_writev, fd, parts, count) : raw(SYS_pwritev, fd, parts, count, offset, 0);
  } else if (limit >= 0) {
    char* flat = malloc(bytes);
    size_t at = 0;
    for (int i = 0; i < count; ++i) memcpy(flat + at, parts[i].iov_base, parts[i].iov_len), at += parts[i].iov_len;
    written = appended ? raw(SYS_write, fd, flat, limit) : raw(SYS_pwrite64, fd, flat, limit, offset);
    free(flat);
  }
  const int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return written;
}
ssize_t pwritev(int fd, const struct iovec* parts, int count, off_t offset) { return positioned(fd, parts, count, offset, 0); }
ssize_t pwritev64(int fd, const struct iovec* parts, int count, off64_t offset) { return positioned(fd, parts, count, offset, 0); }
ssize_t pwrite(int fd, const void* data, size_t bytes, off_t offset) {
  const struct iovec part = {(void*)data, bytes};
  return positioned(fd, &part, 1, offset, 0);
}
ssize_t pwrite64(int fd, const void* data, size_t bytes, off64_t offset) { return pwrite(fd, data, bytes, offset); }
ssize_t write(int fd, const void* data, size_t bytes) {
  const struct iovec part = {(void*)data, bytes};
  return positioned(fd, &part, 1, 0, 1);
}
ssize_t writev(int fd, const struct iovec* parts, int count) { return positioned(fd, parts, count, 0, 1); }

int ftruncate(int fd, off_t size) {
  char path[4096];
  if (tracked(fd, path)) {
    struct stat info;
    pthread_mutex_lock(&lock);
    if (fstat(fd, &info) == 0 && info.st_size > size) note_old(fd, path, (uint64_t)size, (uint64_t)(info.st_size - size));
    pthread_mutex_unlock(&lock);
  }
  return (int)raw(SYS_ftruncate, fd, size);
}
int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

static void note_name(char kind, const char* path, const char* to) {
  char whole[4096];
  if (journal < 0 || !dir_length || !realpath(path, whole) || strncmp(whole, dir, dir_length) != 0) return;
  pthread_mutex_lock(&lock);
  note(kind, whole, 0, to, to ? strlen(to) : 0);
  pthread_mutex_unlock(&lock);
}

static int below_dir(const char* path, char whole[4096]) {
  return journal >= 0 && dir_length && realpath(path, whole) && strncmp(whole, dir, dir_length) == 0;
}

// What is at `path` stays reachable for power_cut.py under the name that `link` is set to; empty when that cannot be.
static void keep(const char* path, char link[4200]) {
  static unsigned long number;
  snprintf(link, 4200, "%s.kept.%lu", journal_path, __atomic_add_fetch(&number, 1, __ATOMIC_RELAXED));
  if (raw(SYS_link, path, link) != 0) link[0] = 0;
}

// The directory's real path and the last name, which need not exist.
static int whole_name(const char* path, char whole[4096]) {
  char copy[4096];
  if (strlen(path) >= sizeof copy) return 0;
  strcpy(copy, path);
  size_t length = strlen(copy);
  while (length > 1 && copy[length - 1] == '/') copy[--length] = 0;
  char* slash = strrchr(copy, '/');
  const char* name = slash ? slash + 1 : copy;
  if (slash) *slash = 0;
  if (!realpath(slash ? (slash == copy ? "/" : copy) : ".", whole)) return 0;
  const size_t used = strlen(whole);
  return snprintf(whole + used, 4096 - used, "/%s", name) < (int)(4096 - used);
}

static int renamed(const char* from, const char* to, unsigned flags) {
  char old[4096], fresh[4096], link[4200], both[8400];
  const int ours = below_dir(from, old) && whole_name(to, fresh);
  if (ours) {
    link[0] = 0;
    if (!(flags & 1)) keep(to, link);
    snprintf(both, sizeof both, "%s\n%s", fresh, link);
  }
  const int status = flags ? (int)raw(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags) : (int)raw(SYS_rename, from, to);
  if (status == 0 && ours) {
    const int error = errno;
    pthread_mutex_lock(&lock);
    note('R', old, 0, both, strlen(both));
    pthread_mutex_unlock(&lock);
    errno = error;
  }
  return status;
}
int rename(const char* from, const char* to) { return renamed(from, to, 0); }
int renameat2(int at_from, const char* from, int at_to, const char* to, unsigned flags) {
  if (at_from != AT_FDCWD || at_to != AT_FDCWD) return (int)raw(SYS_renameat2, at_from, from, at_to, to, flags);
  return renamed(from, to, flags);
}
// The engine has no wrapper for renameat2.
long syscall(long number, ...) {
  va_list list;
  va_start(list, number);
  long a[6];
  for (int i = 0; i < 6; ++i) a[i] = va_arg(list, long);
  va_end(list);
  if (number == SYS_renameat2) return renameat2((int)a[0], (const char*)a[1], (int)a[2], (const char*)a[3], (unsigned)a[4]);
  return raw6(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void note_removal(const char* path) {
  char whole[4096], link[4200];
  struct stat info;
  if (!below_dir(path, whole) || lstat(path, &info) != 0 || !S_ISREG(info.st_mode)) return;
  keep(path, link);
  if (link[0]) note_name('U', path, link);
}
int unlink(const char* path) {
  note_removal(path);
  return (int)raw(SYS_unlink, path);
}
int unlinkat(int at, const char* path, int flags) {
  char whole[4096 + 300];
  if (journal >= 0 && !(flags & AT_REMOVEDIR)) {
    char place[64], folder[4096];
    if (at == AT_FDCWD || path[0] == '/') {
      note_removal(path);
    } else {
      snprintf(place, sizeof place, "/proc/self/fd/%d", at);
      const ssize_t length = readlink(place, folder, sizeof folder - 1);
      if (length > 0) {
        folder[length] = 0;
        snprintf(whole, sizeof whole, "%s/%s", folder, path);
        note_removal(whole);
      }
    }
  }
  return (int)raw(SYS_unlinkat, at, path, flags);
}
int mkdir(const char* path, mode_t mode) {
  const int status = (int)raw(SYS_mkdir, path, mode);
  if (status == 0) note_name('M', path, NULL);
  return status;
}
int link(const char* from, const char* to) {
  const int status = (int)raw(SYS_link, from, to);
  if (status == 0) note_name('C', to, NULL);
  return status;
}

static int opened(int fd, int existed, int flags) {
  char path[4096];
  if (fd >= 0 && !existed && (flags & O_CREAT) && tracked(fd, path)) {
    pthread_mutex_lock(&lock);
    note('C', path, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
  }
  return fd;
}
static int open_any(int at, const char* path, int flags, mode_t mode) {
  struct stat info;
  const int existed = journal < 0 || !(flags & O_CREAT) || fstatat(at, path, &info, 0) == 0;
  char whole[4096];
  if (journal >= 0 && existed && (flags & O_TRUNC) && realpath(path, whole) && dir_length &&
      strncmp(whole, dir, dir_length) == 0) {
    const int old = (int)raw(SYS_openat, at, path, O_RDONLY | O_CLOEXEC, 0);
    if (old >= 0 && fstat(old, &info) == 0) {
      pthread_mutex_lock(&lock);
      note_old(old, whole, 0, (uint64_t)info.st_size);
      pthread_mutex_unlock(&lock);
    }
    if (old >= 0) raw(SYS_close, old);
  }
  return opened((int)raw(SYS_openat, at, path, flags, mode), existed, flags);
}
static mode_t mode_of(int flags, va_list list) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; }
#define OPEN(name)                                    \
  int name(const char* path, int flags, ...) {        \
    va_list list;                                     \
    va_start(list, flags);                            \
    const mode_t mode = mode_of(flags, list);         \
    va_end(list);                                     \
    return open_any(AT_FDCWD, path, flags, mode);     \
  }
OPEN(open)
OPEN(open64)
#define OPENAT(name)                                  \
  int name(int at, const char* path, int flags, ...) {\
    va_list list;                                     \
    va_start(list, flags);                            \
    const mode_t mode = mode_of(flags, list);         \
    va_end(list);                                     \
    return open_any(at, path, flags, mode);           \
  }
OPENAT(openat)
OPENAT(openat64)

static void look_for_poison(const struct iovec* parts, size_t count) {
  if (!control) return;
  pthread_mutex_lock(&lock);
  read_control();
  int found = 0;
  for (size_t i = 0; abort_text[0] && i < count; ++i) {
    found = found || memmem(parts[i].iov_base, parts[i].iov_len, abort_text, strlen(abort_text)) != NULL;
  }
  pthread_mutex_unlock(&lock);
  if (found) abort();
}
ssize_t sendmsg(int fd, const struct msghdr* message, int flags) {
  look_for_poison(message->msg_iov, message->msg_iovlen);
  return raw(SYS_sendmsg, fd, message, flags);
}
ssize_t send(int fd, const void* data, size_t bytes, int flags) {
  const struct iovec part = {(void*)data, bytes};
  look_for_poison(&part, 1);
  return raw(SYS_sendto, fd, data, bytes, flags, NULL, 0);
}

int statvfs(const char* path, struct statvfs* info) {
  const int status = REAL(statvfs)(path, info);
  pthread_mutex_lock(&lock);
  read_control();
  if (status == 0 && free_bytes >= 0) info->f_bavail = info->f_bfree = (fsblkcnt_t)((unsigned long long)free_bytes / info->f_frsize);
  pthread_mutex_unlock(&lock);
  return status;
}
int statvfs64(const char* path, struct statvfs64* info) { return statvfs(path, (struct statvfs*)info); }

int clock_gettime(clockid_t clock, struct timespec* time) {
  const int status = (int)raw(SYS_clock_gettime, clock, time);
  if (status == 0 && clock == CLOCK_REALTIME && control) {
    // Looked at from time to time only: this is called a lot.
    static __thread unsigned calls;
    if (++calls % 64 == 1 && pthread_mutex_trylock(&lock) == 0) {
      read_control();
      pthread_mutex_unlock(&lock);
    }
    time->tv_sec += __atomic_load_n(&clock_offset, __ATOMIC_RELAXED);
  }
  return status;
}
