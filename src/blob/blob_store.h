// Objects by key: media, exports, raw events. Implementations: FileStore, S3Store; both pass blob_contract_test.cc.
// Keys are relative paths of printable text without "." or ".." segments. Blocking; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clew::blob {

struct BlobInfo {
  std::string key;
  std::uint64_t bytes = 0;
};

struct BlobPage {
  std::vector<BlobInfo> blobs;      // ascending by key
  std::optional<std::string> next;  // pass as `after` for the next page
};

class BlobStore {
 public:
  virtual ~BlobStore() = default;

  // Stores durably, replacing what was there; readers see the old or the new bytes, never a mixture.
  virtual Result<> put(std::string_view key, std::string_view bytes, std::string_view content_type) = 0;
  // kConflict when the key exists already; after a broken connection that may be our own write.
  virtual Result<> put_if_absent(std::string_view key, std::string_view bytes, std::string_view content_type) = 0;
  // kNotFound when absent.
  virtual Result<std::string> get(std::string_view key) = 0;
  // `length` bytes from `offset`, fewer at the end.
  virtual Result<std::string> get_range(std::string_view key, std::uint64_t offset, std::uint64_t length) = 0;
  virtual Result<std::optional<BlobInfo>> find(std::string_view key) = 0;
  // Success also when the key is absent.
  virtual Result<> remove(std::string_view key) = 0;
  virtual Result<BlobPage> list(std::string_view prefix, std::string_view after, std::size_t blobs_max) = 0;

  virtual std::string description() const = 0;
};

}  // namespace clew::blob
