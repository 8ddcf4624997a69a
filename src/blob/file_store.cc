#include "blob/file_store.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "blob/blob_key.h"

namespace clew::blob {

namespace fs = std::filesystem;

namespace {

// A name of a blob ends so; a folder never does, because '%' in a segment is always encoded. So "a" and "a/b" can both
// be keys.
constexpr char kBlobSuffix = '%';
constexpr int kPublishAttempts = 5;

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

Error failed(std::string_view what, const fs::path& path) {
  return {Errc::kUnavailable, fmt::format("cannot {} {}: {}", what, path.native(), std::strerror(errno))};
}

std::string encoded(std::string_view segment) {
  std::string out;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    // A leading dot would hide the file; a backslash and colon trouble people who copy the directory elsewhere.
    const char c = segment[i];
    if (c == '%' || c == '\\' || c == ':' || (c == '.' && i == 0)) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

Result<> sync_folder(const fs::path& folder) {
  const File file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file || ::fsync(file.fd()) != 0) return failed("sync", folder);
  return ok();
}

Result<> write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return ok();
}

}  // namespace

Result<std::unique_ptr<FileStore>> FileStore::open(fs::path root) {
  std::error_code ec;
  root = fs::absolute(root, ec);
  fs::create_directories(root / "objects", ec);
  if (!ec) fs::create_directories(root / "tmp", ec);
  if (ec) return Error{Errc::kUnavailable, "cannot create " + root.native() + ": " + ec.message()};
  for (const auto& left_over : fs::directory_iterator(root / "tmp", ec)) {
    std::error_code ignored;
    fs::remove(left_over, ignored);
  }
  CLEW_CHECK(sync_folder(root));
  return std::unique_ptr<FileStore>(new FileStore(std::move(root)));
}

fs::path FileStore::path_of(std::string_view key) const {
  fs::path path = root_ / "objects";
  for (const std::string_view segment : text::split(key, '/'))
    path /= encoded(segment);
  path += kBlobSuffix;
  return path;
}

Result<fs::path> FileStore::write_temporary(std::string_view bytes) {
  fs::path path = root_ / "tmp" / std::to_string(next_temporary_.fetch_add(1));
  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
  if (!file) return failed("create", path);
  Result<> written = write_all(file.fd(), bytes, path);
  if (written && ::fsync(file.fd()) != 0) written = failed("sync", path);
  if (!written) {
    ::unlink(path.c_str());
    return std::move(written).error();
  }
  return path;
}

// Each new folder is durable only once its parent is synced.
Result<> FileStore::make_folders(const fs::path& folder) const {
  if (::access(folder.c_str(), F_OK) == 0) return ok();
  CLEW_CHECK(make_folders(folder.parent_path()));
  if (::mkdir(folder.c_str(), 0750) != 0 && errno != EEXIST) return failed("create", folder);
  return sync_folder(folder.parent_path());
}

Result<> FileStore::publish(const fs::path& temporary, const fs::path& target, bool replace) const {
  for (int attempt = 0; attempt < kPublishAttempts; ++attempt) {
    CLEW_CHECK(make_folders(target.parent_path()));
    const int code = replace ? ::rename(temporary.c_str(), target.c_str()) : ::link(temporary.c_str(), target.c_str());
    if (code == 0) {
      if (!replace) ::unlink(temporary.c_str());
      return sync_folder(target.parent_path());
    }
    if (errno == EEXIST) return Error{Errc::kConflict, "the blob exists already"};
    if (errno != ENOENT) break;  // ENOENT: a remove() took the empty folder away in between
  }
  return failed("store", target);
}

Result<> FileStore::store(std::string_view key, std::string_view bytes, bool replace) {
  CLEW_CHECK(check_key(key));
  CLEW_TRY(const fs::path temporary, write_temporary(bytes));
  Result<> published = publish(temporary, path_of(key), replace);
  if (!published) ::unlink(temporary.c_str());
  return published;
}

Result<> FileStore::put(std::string_view key, std::string_view bytes, std::string_view) {
  return store(key, bytes, true);
}

Result<> FileStore::put_if_absent(std::string_view key, std::string_view bytes, std::string_view) {
  return store(key, bytes, false);
}

Result<std::string> FileStore::get(std::string_view key) {
  return get_range(key, 0, UINT64_MAX);
}

Result<std::string> FileStore::get_range(std::string_view key, std::uint64_t offset, std::uint64_t length) {
  CLEW_CHECK(check_key(key));
  const fs::path path = path_of(key);
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && errno == ENOENT) return Error{Errc::kNotFound, "no blob " + std::string(key)};
  struct stat info{};
  if (!file || ::fstat(file.fd(), &info) != 0) return failed("read", path);
  const auto size = static_cast<std::uint64_t>(info.st_size);
  std::string bytes;
  if (offset >= size) return bytes;
  bytes.resize(static_cast<std::size_t>(std::min(length, size - offset)));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::pread(file.fd(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed("read", path);
    if (n == 0) return Error{Errc::kCorruption, "the file of blob " + std::string(key) + " became shorter"};
    done += static_cast<std::size_t>(n);
  }
  return bytes;
}

Result<std::optional<BlobInfo>> FileStore::find(std::string_view key) {
  CLEW_CHECK(check_key(key));
  const fs::path path = path_of(key);
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<BlobInfo>();
    return failed("look at", path);
  }
  return std::optional(BlobInfo{.key = std::string(key), .bytes = static_cast<std::uint64_t>(info.st_size)});
}

Result<> FileStore::remove(std::string_view key) {
  CLEW_CHECK(check_key(key));
  const fs::path path = path_of(key);
  if (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return ok();
    return failed("remove", path);
  }
  // Folders without content go, so that a year of exports does not leave a year of empty folders.
  const fs::path objects = root_ / "objects";
  fs::path folder = path.parent_path();
  CLEW_CHECK(sync_folder(folder));
  while (folder != objects && ::rmdir(folder.c_str()) == 0)
    folder = folder.parent_path();
  return ok();
}

Result<> FileStore::collect(const fs::path& folder, const std::string& folder_key, std::string_view prefix,
                            std::string_view after, std::size_t blobs_max, std::vector<BlobInfo>& blobs) const {
  struct Entry {
    std::string key;  // of a folder with the slash at its end: so they sort like the keys below it
    fs::path path;
    bool is_folder;
  };
  std::vector<Entry> entries;
  std::error_code ec;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    std::string name = it->path().filename().native();
    const bool is_folder = !name.ends_with(kBlobSuffix);
    if (!is_folder) name.pop_back();
    const auto decoded = text::percent_decode(name, false);
    if (!decoded) continue;  // not written by us
    std::string key = folder_key + *decoded + (is_folder ? "/" : "");
    // A folder is of interest when some key below it can start with the prefix and lie after `after`.
    const bool has_prefix = key.starts_with(prefix) || (is_folder && prefix.starts_with(key));
    const bool is_after = key > after || (is_folder && after.starts_with(key));
    if (has_prefix && is_after) entries.push_back({std::move(key), it->path(), is_folder});
  }
  if (ec && ec != std::errc::no_such_file_or_directory) {
    return Error{Errc::kUnavailable, "cannot list " + folder.native() + ": " + ec.message()};
  }
  std::ranges::sort(entries, {}, &Entry::key);
  for (Entry& entry : entries) {
    if (blobs.size() >= blobs_max) return ok();
    if (entry.is_folder) {
      CLEW_CHECK(collect(entry.path, entry.key, prefix, after, blobs_max, blobs));
      continue;
    }
    struct stat info{};
    if (::stat(entry.path.c_str(), &info) != 0) continue;  // removed in between
    blobs.push_back({.key = std::move(entry.key), .bytes = static_cast<std::uint64_t>(info.st_size)});
  }
  return ok();
}

Result<BlobPage> FileStore::list(std::string_view prefix, std::string_view after, std::size_t blobs_max) {
  BlobPage page;
  if (blobs_max == 0) return page;
  CLEW_CHECK(collect(root_ / "objects", "", prefix, after, blobs_max + 1, page.blobs));
  if (page.blobs.size() > blobs_max) {
    page.blobs.resize(blobs_max);
    page.next = page.blobs.back().key;
  }
  return page;
}

std::string FileStore::description() const {
  return "files in " + root_.native();
}

}  // namespace clew::blob
