// Where media are kept, as the settings choose: files below the data directory, or a bucket.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "app/paths.h"
#include "base/time.h"
#include "blob/blob_store.h"
#include "config/settings.h"
#include "media/media_library.h"
#include "media/removal.h"
#include "meta/database.h"
#include "retention/deletions.h"
#include "telemetry/log.h"

namespace clew::app {

struct MediaStore {
  std::unique_ptr<blob::BlobStore> blobs;
  std::unique_ptr<media::MediaLibrary> library;
  std::unique_ptr<media::Removal> removal;
  std::uint64_t upload_bytes_max = 0;  // of one body that comes through us
};

// What media are built on; outlives them.
struct MediaParts {
  meta::Database& database;
  const ingest::Tombstones& tombstones;
  const Clock& clock;
  telemetry::Logger log;
};

// Errors say what to change.
Result<MediaStore> open_media(const config::Settings& settings, std::string_view link_secret, const DataPaths& paths,
                              const MediaParts& parts);

// Files go with the traces, data and projects they belong to.
retention::Followers followers_of(media::Removal& removal, meta::Database& database);
// Only what would go, for who counts and deletes nothing.
std::function<Result<retention::Kept>(std::string_view project_id, TimeUs before_us)> outlook_of(
    meta::Database& database);

}  // namespace clew::app
