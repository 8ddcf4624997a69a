#include "app/media.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>

#include "blob/file_store.h"
#include "blob/s3_credentials.h"
#include "blob/s3_store.h"

namespace clew::app {

namespace {

blob::AwsSettings aws_of(const config::AwsIdentity& aws, const std::string& region) {
  return {.credentials = {.access_key_id = aws.access_key_id,
                          .secret_access_key = aws.secret_access_key.reveal(),
                          .session_token = aws.session_token.reveal()},
          .role_arn = aws.role_arn,
          .web_identity_token_file = aws.web_identity_token_file,
          .role_session_name = aws.role_session_name,
          .sts_endpoint = aws.sts_endpoint,
          .metadata_endpoint = aws.metadata_disabled ? "" : aws.metadata_endpoint,
          .region = region};
}

// Without an access key of its own the bucket is opened as whoever this process is at AWS.
blob::S3Options bucket_of(const config::BlobFamily& family, const config::AwsIdentity& aws, const Clock& clock) {
  blob::S3Options out;
  out.endpoint = family.endpoint;
  out.external_endpoint = family.external_endpoint;
  out.bucket = family.bucket;
  out.prefix = family.prefix;
  if (!family.region.empty()) out.region = family.region;
  out.credentials = {.access_key_id = family.access_key_id,
                     .secret_access_key = family.secret_access_key.reveal(),
                     .session_token = {}};
  out.path_style = family.force_path_style;
  out.encryption = family.encryption;
  out.encryption_key_id = family.encryption_key_id;
  if (family.access_key_id.empty()) {
    auto chain = std::make_shared<blob::CredentialChain>(aws_of(aws, out.region), clock);
    out.credential_source = [chain] { return chain->get(); };
  }
  return out;
}

std::chrono::seconds lifetime_of(const config::Settings& settings) {
  return std::max(std::chrono::duration_cast<std::chrono::seconds>(settings.blob.media_url_lifetime),
                  std::chrono::seconds(1));
}

}  // namespace

Result<MediaStore> open_media(const config::Settings& settings, std::string_view link_secret, const DataPaths& paths,
                              const MediaParts& parts) {
  const Clock& clock = parts.clock;
  MediaStore out;
  media::MediaOptions options{
      .public_url = settings.server.public_url,
      .bytes_max = settings.blob.media_bytes_max,
      .download_lifetime = lifetime_of(settings),
      .presign = {},
      .is_deleted = [&tombstones = parts.tombstones](std::string_view project, std::string_view trace) {
        return tombstones.contains(project, ingest::Tombstones::Kind::kTrace, trace);
      }};
  const bool in_bucket = !settings.blob.media.bucket.empty();
  const bool through_us = !in_bucket || settings.blob.media_proxy == "true";
  if (in_bucket) {
    auto opened = blob::S3Store::create(bucket_of(settings.blob.media, settings.blob.aws, clock), clock);
    if (!opened) return std::move(opened).error().with_context("media (LANGFUSE_S3_MEDIA_UPLOAD_*)");
    if (!through_us) {
      options.presign = [bucket = opened->get()](std::string_view method, std::string_view key,
                                                 std::chrono::seconds lifetime, const blob::NameValues& headers) {
        return bucket->presign(method, key, lifetime, headers);
      };
    }
    out.blobs = *std::move(opened);
  } else {
    CLEW_TRY(out.blobs, blob::FileStore::open(std::filesystem::path(paths.blobs) / "media"));
  }
  // A file that comes through us is one request body.
  if (through_us) options.bytes_max = std::min(options.bytes_max, settings.server.body_bytes_max);
  out.upload_bytes_max = options.bytes_max;
  out.library = std::make_unique<media::MediaLibrary>(parts.database, *out.blobs, media::LinkSigner(link_secret), clock,
                                                      std::move(options));
  out.removal = std::make_unique<media::Removal>(parts.database, *out.blobs, clock, parts.log);
  return out;
}

std::function<Result<retention::Kept>(std::string_view, TimeUs)> outlook_of(meta::Database& database) {
  return [&database](std::string_view project, TimeUs before_us) -> Result<retention::Kept> {
    CLEW_TRY(const media::Aged aged, media::count_before(database, project, before_us));
    return retention::Kept{.files = aged.files, .bytes = aged.bytes};
  };
}

retention::Followers followers_of(media::Removal& removal, meta::Database& database) {
  return {.traces_deleted =
              [&removal](std::string_view project, const std::vector<std::string>& traces) {
                return removal.forget_traces(project, traces);
              },
          .project_deleted = [&removal](std::string_view project) { return removal.forget_project(project); },
          .data_expired = [&removal](std::string_view project,
                                     TimeUs before_us) { return removal.forget_before(project, before_us); },
          .would_expire = outlook_of(database)};
}

}  // namespace clew::app
