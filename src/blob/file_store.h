// Blobs as files below one directory: `objects/` holds them, `tmp/` what is being written.
//
// Durability: when put() returns, the bytes and the name survive a crash of the machine (file synced, renamed, folders
// synced). A crash in between leaves the old bytes and perhaps a file in tmp/, which the next open() removes.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "blob/blob_store.h"

namespace clew::blob {

class FileStore final : public BlobStore {
 public:
  // Creates the directory when it is missing. One process per directory. kUnavailable: it cannot be used.
  static Result<std::unique_ptr<FileStore>> open(std::filesystem::path root);

  Result<> put(std::string_view key, std::string_view bytes, std::string_view content_type) override;
  Result<> put_if_absent(std::string_view key, std::string_view bytes, std::string_view content_type) override;
  Result<std::string> get(std::string_view key) override;
  Result<std::string> get_range(std::string_view key, std::uint64_t offset, std::uint64_t length) override;
  Result<std::optional<BlobInfo>> find(std::string_view key) override;
  Result<> remove(std::string_view key) override;
  Result<BlobPage> list(std::string_view prefix, std::string_view after, std::size_t blobs_max) override;
  std::string description() const override;

 private:
  explicit FileStore(std::filesystem::path root) : root_(std::move(root)) {}

  std::filesystem::path path_of(std::string_view key) const;
  Result<std::filesystem::path> write_temporary(std::string_view bytes);
  Result<> make_folders(const std::filesystem::path& folder) const;
  Result<> publish(const std::filesystem::path& temporary, const std::filesystem::path& target, bool replace) const;
  Result<> store(std::string_view key, std::string_view bytes, bool replace);
  // Appends blobs below `folder` in key order until there are `blobs_max`.
  Result<> collect(const std::filesystem::path& folder, const std::string& folder_key, std::string_view prefix,
                   std::string_view after, std::size_t blobs_max, std::vector<BlobInfo>& blobs) const;

  const std::filesystem::path root_;
  std::atomic<std::uint64_t> next_temporary_{0};
};

}  // namespace clew::blob
