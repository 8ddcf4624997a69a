// Files of traces and dataset items: rows in the relational store, bytes in the blob store (contract/api.md B.16).
//
// A client announces a file by type, length and hash, puts the bytes to a signed link, and reports how that went. The
// id is derived from the hash, so that every client computes the same one; it counts within one project only.
//
// Thread-safe; blocks on both stores.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "blob/blob_store.h"
#include "media/content_link.h"
#include "meta/database.h"

namespace clew::media {

// Where a file is used: a trace (and observation), or an item of a dataset.
struct Usage {
  std::string trace_id, observation_id;
  std::string dataset_id, dataset_item_id;
  std::string field;  // input, output, expectedOutput or metadata
};

struct Announcement {
  std::string content_type;
  std::uint64_t content_length = 0;
  std::string sha256;  // base64
  Usage usage;
};

struct Ticket {
  std::string media_id;
  std::optional<std::string> upload_url;  // null: the file is there already
};

struct Report {
  TimeUs uploaded_at = 0;
  std::int64_t status = 0;
  std::optional<std::string> error;
  std::optional<std::int64_t> time_ms;
};

struct MediaFile {
  std::string id;
  std::string content_type;
  std::string blob_key;
  std::uint64_t content_length = 0;
  TimeUs uploaded_at = 0;
};

struct SignedUrl {
  std::string url;
  TimeUs expires_at = 0;
};

struct Content {
  std::string content_type;
  std::uint64_t total = 0;  // bytes of the whole file
  std::uint64_t first = 0;  // where `bytes` begin
  std::string bytes;
};

struct MediaOptions {
  std::string public_url;  // before the paths of our own links, as clients reach us
  std::uint64_t bytes_max = 1'000'000'000;
  std::chrono::seconds download_lifetime{3'600};
  // Makes links into the blob store itself instead of our own: method, key, lifetime, headers the user has to send.
  using Presign = std::function<Result<std::string>(std::string_view, std::string_view, std::chrono::seconds,
                                                    const std::vector<std::pair<std::string, std::string>>&)>;
  Presign presign;
  // Whether a trace was deleted: files announced for it afterwards are not stored. Empty: none ever is.
  std::function<bool(std::string_view project_id, std::string_view trace_id)> is_deleted;
};

// How long a link for an upload is good.
inline constexpr std::chrono::seconds kUploadLifetime{3'600};

// The first 22 characters of the URL-safe base64 of the hash. Null: `sha256` is not the base64 of 32 bytes.
std::optional<std::string> media_id_of(std::string_view sha256_base64);

class MediaLibrary {
 public:
  MediaLibrary(meta::Database& database, blob::BlobStore& blobs, LinkSigner signer, const Clock& clock,
               MediaOptions options)
      : database_(database), blobs_(blobs), signer_(std::move(signer)), clock_(clock), options_(std::move(options)) {}

  // kInvalidArgument: type, length, hash or usage. kUnavailable: just these bytes are being removed, for some seconds.
  Result<Ticket> announce(const std::string& project_id, const Announcement& announcement);
  Result<> report(const std::string& project_id, const std::string& id, const Report& report);  // kNotFound
  // kNotFound, also while no upload was reported, and from the moment on nothing uses the file any more.
  Result<MediaFile> get(const std::string& project_id, const std::string& id);
  // A link for clients, and the path of one for our own pages, which may load from nowhere else.
  Result<SignedUrl> download_url(const std::string& project_id, const MediaFile& file);
  SignedUrl download_path(const std::string& project_id, const MediaFile& file) const;

  // What a link allows. kForbidden: not signed by us, expired, or not what was announced; kInvalidArgument: the bytes
  // have another hash.
  Result<> receive(const ContentLink& link, std::string_view signature, std::string_view content_type,
                   std::string_view bytes);
  // All bytes, or `length` from `first`. kForbidden, kNotFound; kUnsupported: `first` is behind the end.
  Result<Content> open(const ContentLink& link, std::string_view signature, std::uint64_t first = 0,
                       std::optional<std::uint64_t> length = std::nullopt);

  // Stores bytes that the server itself took out of a trace, and returns their id.
  Result<std::string> keep(const std::string& project_id, std::string_view content_type, std::string_view bytes,
                           const Usage& usage);

 private:
  struct Row;
  Result<std::optional<Row>> find(const std::string& project_id, const std::string& id);
  Result<> check_link(const ContentLink& link, std::string_view signature) const;
  // The row as it is afterwards; null when the usage is of a deleted trace.
  Result<std::optional<Row>> put_row(const std::string& project_id, const std::string& id,
                                     const Announcement& announcement);
  Result<std::string> upload_url(const std::string& project_id, const std::string& id, const std::string& key,
                                 const Announcement& announcement) const;
  TimeUs expiry(std::chrono::seconds lifetime) const;

  meta::Database& database_;
  blob::BlobStore& blobs_;
  const LinkSigner signer_;
  const Clock& clock_;
  const MediaOptions options_;
};

}  // namespace clew::media
