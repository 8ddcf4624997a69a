#include "media/media_library.h"

#include <algorithm>
#include <array>

#include <openssl/sha.h>

#include "base/text.h"
#include "media/content_type.h"
#include "media/removal.h"
#include "media/sql/media.sql.h"

namespace clew::media {

namespace {

constexpr std::size_t kIdCharacters = 22;
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kErrorBytesMax = 10'000;

const Error kUnknown{Errc::kNotFound, "Media asset not found"};
const Error kBeingRemoved{Errc::kUnavailable, "This file is being removed. Announce it again in a few seconds."};

std::string blob_key(const std::string& project_id, const std::string& id, std::string_view content_type) {
  return text::percent_encode(project_id) + "/" + id + "." + extension_of(content_type);
}

std::string sha256_base64(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return text::to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> options) {
  return std::ranges::find(options, value) != options.end();
}

Result<> check_usage(const Usage& usage) {
  const bool of_trace = !usage.trace_id.empty();
  const bool of_item = !usage.dataset_id.empty() || !usage.dataset_item_id.empty();
  if (of_trace == of_item) {
    return Error{Errc::kInvalidArgument, "Provide either traceId or datasetId and datasetItemId"};
  }
  if (of_trace) {
    if (is_one_of(usage.field, {"input", "output", "metadata"})) return ok();
    return Error{Errc::kInvalidArgument, "field: expected input, output or metadata"};
  }
  if (usage.dataset_id.empty() || usage.dataset_item_id.empty() || !usage.observation_id.empty()) {
    return Error{Errc::kInvalidArgument, "datasetId and datasetItemId belong together"};
  }
  if (is_one_of(usage.field, {"input", "expectedOutput", "metadata"})) return ok();
  return Error{Errc::kInvalidArgument, "field: expected input, expectedOutput or metadata"};
}

}  // namespace

struct MediaLibrary::Row {
  std::string sha256, content_type;
  std::uint64_t content_length = 0;
  std::string blob_key;
  TimeUs uploaded_at = 0;
  std::int64_t upload_status = 0;
  bool is_removing = false;
  bool is_linked = false;

  static Row of(const meta::ResultSet& rows) {
    return {.sha256 = rows.text(0, 1),
            .content_type = rows.text(0, 2),
            .content_length = static_cast<std::uint64_t>(rows.integer(0, 3)),
            .blob_key = rows.text(0, 4),
            .uploaded_at = rows.integer(0, 5),
            .upload_status = rows.integer(0, 6),
            .is_removing = rows.integer(0, 7) != 0,
            .is_linked = rows.integer(0, 8) != 0};
  }

  bool is_uploaded() const { return upload_status == 200 || upload_status == 201; }
  // A file that nothing uses does not exist, though its bytes may be there for a while.
  bool is_there() const { return is_linked && !is_removing; }
};

std::optional<std::string> media_id_of(std::string_view sha256) {
  const auto bytes = text::from_base64(sha256);
  if (!bytes || bytes->size() != kHashBytes || sha256.size() != 44) return std::nullopt;
  std::string id = text::to_base64(*bytes).substr(0, kIdCharacters);
  std::ranges::replace(id, '+', '-');
  std::ranges::replace(id, '/', '_');
  return id;
}

Result<std::optional<MediaLibrary::Row>> MediaLibrary::find(const std::string& project_id, const std::string& id) {
  CLEW_TRY(const meta::ResultSet rows, database_.run(sql::kFindMedia, {project_id, id}));
  if (rows.empty()) return std::optional<Row>();
  Row row = Row::of(rows);
  return row.is_there() ? std::optional(std::move(row)) : std::nullopt;
}

TimeUs MediaLibrary::expiry(std::chrono::seconds lifetime) const {
  return (clock_.now_us() / 1'000'000 + lifetime.count()) * 1'000'000;
}

Result<std::optional<MediaLibrary::Row>> MediaLibrary::put_row(const std::string& project_id, const std::string& id,
                                                               const Announcement& announcement) {
  const TimeUs now = clock_.now_us();
  const auto length = static_cast<std::int64_t>(announcement.content_length);
  const std::string key = blob_key(project_id, id, announcement.content_type);
  const Usage& usage = announcement.usage;
  Row row;
  CLEW_CHECK(database_.transaction([&](meta::Session& session) -> Result<> {
    auto inserted = session.run(sql::kInsertMedia,
                                {project_id, id, announcement.sha256, announcement.content_type, length, key, now});
    if (!inserted) return inserted.error();
    CLEW_TRY(meta::ResultSet rows, session.run(sql::kFindMedia, {project_id, id}));
    if (rows.empty()) return Error{Errc::kInternal, "media row vanished"};
    if (Row::of(rows).is_removing) return kBeingRemoved;
    // Under the key it has: one file has one place, whatever it was called before.
    if (rows.text(0, 2) != announcement.content_type) {
      auto replaced = session.run(sql::kReplaceMediaType, {project_id, id, announcement.content_type, length});
      if (!replaced) return replaced.error();
    }
    auto linked = session.run(sql::kLinkMedia, {project_id, id, usage.trace_id, usage.observation_id, usage.dataset_id,
                                                usage.dataset_item_id, usage.field, now});
    if (!linked) return linked.error();
    if (auto used = session.run(sql::kUseMedia, {project_id, id, now}); !used) return used.error();
    CLEW_TRY(rows, session.run(sql::kFindMedia, {project_id, id}));
    row = Row::of(rows);
    return ok();
  }));
  // Asked after the link stands: a deletion that came before this question is seen here, one that comes later takes the
  // link away itself.
  if (!usage.trace_id.empty() && options_.is_deleted && options_.is_deleted(project_id, usage.trace_id)) {
    CLEW_CHECK(unlink_traces(database_, project_id, {usage.trace_id}, now));
    return std::optional<Row>();
  }
  return std::optional(std::move(row));
}

Result<std::string> MediaLibrary::upload_url(const std::string& project_id, const std::string& id,
                                             const std::string& key, const Announcement& announcement) const {
  if (options_.presign) {
    return options_.presign("PUT", key, kUploadLifetime,
                            {{"content-type", announcement.content_type},
                             {"content-length", std::to_string(announcement.content_length)},
                             {"x-amz-checksum-sha256", announcement.sha256}});
  }
  return options_.public_url + signer_.path_of({.project_id = project_id,
                                                .media_id = id,
                                                .expires_at = expiry(kUploadLifetime),
                                                .content_type = announcement.content_type,
                                                .content_length = announcement.content_length,
                                                .sha256 = announcement.sha256});
}

Result<Ticket> MediaLibrary::announce(const std::string& project_id, const Announcement& announcement) {
  const auto id = media_id_of(announcement.sha256);
  if (!id) return Error{Errc::kInvalidArgument, "sha256Hash: expected the base64 text of a SHA-256, 44 characters"};
  if (!is_known_type(announcement.content_type)) {
    return Error{Errc::kInvalidArgument, "contentType: files of this type are not accepted"};
  }
  if (announcement.content_length == 0) return Error{Errc::kInvalidArgument, "contentLength: expected more than 0"};
  if (announcement.content_length > options_.bytes_max) {
    return Error{Errc::kInvalidArgument,
                 "File size must be less than " + std::to_string(options_.bytes_max) + " bytes"};
  }
  CLEW_CHECK(check_usage(announcement.usage));
  CLEW_TRY(const auto row, put_row(project_id, *id, announcement));
  if (!row)
    return Ticket{.media_id = *id};  // what belongs to a deleted trace is accepted and dropped, as its spans are
  if (row->is_uploaded()) {
    // A client may have reported what never arrived: then it is asked for again.
    CLEW_TRY(const auto stored, blobs_.find(row->blob_key));
    if (stored) return Ticket{.media_id = *id};
  }
  CLEW_TRY(std::string url, upload_url(project_id, *id, row->blob_key, announcement));
  return Ticket{.media_id = *id, .upload_url = std::move(url)};
}

Result<> MediaLibrary::report(const std::string& project_id, const std::string& id, const Report& report) {
  meta::Value error;
  if (report.error) {
    // Text of some storage: whatever it holds, our store takes valid text without NUL.
    std::string text = text::sanitize_utf8(report.error->substr(0, kErrorBytesMax));
    std::erase(text, '\0');
    error = std::move(text);
  }
  CLEW_TRY(const meta::ResultSet done,
           database_.run(sql::kReportUpload,
                         {project_id, id, report.uploaded_at, report.status, std::move(error),
                          report.time_ms ? meta::Value(*report.time_ms) : meta::Value{}, clock_.now_us()}));
  if (done.changed == 0) return kUnknown;
  return ok();
}

Result<MediaFile> MediaLibrary::get(const std::string& project_id, const std::string& id) {
  CLEW_TRY(const auto row, find(project_id, id));
  if (!row) return kUnknown;
  if (!row->is_uploaded()) return Error{Errc::kNotFound, "Media not yet uploaded"};
  return MediaFile{.id = id,
                   .content_type = row->content_type,
                   .blob_key = row->blob_key,
                   .content_length = row->content_length,
                   .uploaded_at = row->uploaded_at};
}

SignedUrl MediaLibrary::download_path(const std::string& project_id, const MediaFile& file) const {
  const TimeUs expires_at = expiry(options_.download_lifetime);
  return {.url = signer_.path_of({.project_id = project_id, .media_id = file.id, .expires_at = expires_at}),
          .expires_at = expires_at};
}

Result<SignedUrl> MediaLibrary::download_url(const std::string& project_id, const MediaFile& file) {
  if (options_.presign) {
    CLEW_TRY(std::string url, options_.presign("GET", file.blob_key, options_.download_lifetime, {}));
    return SignedUrl{.url = std::move(url), .expires_at = expiry(options_.download_lifetime)};
  }
  SignedUrl path = download_path(project_id, file);
  path.url.insert(0, options_.public_url);
  return path;
}

Result<> MediaLibrary::check_link(const ContentLink& link, std::string_view signature) const {
  if (!signer_.is_signed(link, signature)) return Error{Errc::kForbidden, "The signature of the link does not match."};
  if (link.expires_at <= clock_.now_us()) return Error{Errc::kForbidden, "The link has expired."};
  return ok();
}

Result<> MediaLibrary::receive(const ContentLink& link, std::string_view signature, std::string_view content_type,
                               std::string_view bytes) {
  CLEW_CHECK(check_link(link, signature));
  if (!link.is_upload()) return Error{Errc::kForbidden, "The link does not allow an upload."};
  if (content_type != link.content_type) return Error{Errc::kForbidden, "The content type is not the announced one."};
  if (bytes.size() != link.content_length) return Error{Errc::kForbidden, "The length is not the announced one."};
  if (sha256_base64(bytes) != link.sha256) return Error{Errc::kInvalidArgument, "The bytes have another SHA-256."};
  CLEW_TRY(const auto row, find(link.project_id, link.media_id));
  if (!row || row->content_type != link.content_type) return Error{Errc::kForbidden, "Nobody waits for this file."};
  return blobs_.put(row->blob_key, bytes, link.content_type);
}

Result<Content> MediaLibrary::open(const ContentLink& link, std::string_view signature, std::uint64_t first,
                                   std::optional<std::uint64_t> length) {
  CLEW_CHECK(check_link(link, signature));
  CLEW_TRY(const auto row, find(link.project_id, link.media_id));
  if (!row) return kUnknown;
  CLEW_TRY(const auto stored, blobs_.find(row->blob_key));
  if (!stored) return kUnknown;
  Content content{.content_type = row->content_type, .total = stored->bytes, .first = first, .bytes = {}};
  if (first > 0 && first >= content.total) return Error{Errc::kUnsupported, "The range is behind the end."};
  CLEW_TRY(content.bytes, blobs_.get_range(row->blob_key, first, length.value_or(content.total - first)));
  return content;
}

Result<std::string> MediaLibrary::keep(const std::string& project_id, std::string_view content_type,
                                       std::string_view bytes, const Usage& usage) {
  Announcement announcement{.content_type = std::string(content_type),
                            .content_length = bytes.size(),
                            .sha256 = sha256_base64(bytes),
                            .usage = usage};
  const auto id = media_id_of(announcement.sha256);
  if (!id || !is_known_type(content_type) || bytes.empty() || bytes.size() > options_.bytes_max) {
    return Error{Errc::kInvalidArgument, "not a file that can be kept"};
  }
  CLEW_TRY(const auto row, put_row(project_id, *id, announcement));
  if (!row || row->is_uploaded()) return *id;
  // The bytes first: a row that says "uploaded" must not point to nothing.
  CLEW_CHECK(blobs_.put(row->blob_key, bytes, content_type));
  CLEW_CHECK(report(project_id, *id, {.uploaded_at = clock_.now_us(), .status = 200}));
  return *id;
}

}  // namespace clew::media
