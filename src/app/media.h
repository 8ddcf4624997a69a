// Where media are kept, as the settings choose: files below the data directory, or a bucket.
#pragma once

#include <memory>

#include "app/paths.h"
#include "base/time.h"
#include "blob/blob_store.h"
#include "config/settings.h"
#include "media/media_library.h"
#include "meta/database.h"

namespace clew::app {

struct MediaStore {
  std::unique_ptr<blob::BlobStore> blobs;
  std::unique_ptr<media::MediaLibrary> library;
  std::uint64_t upload_bytes_max = 0;  // of one body that comes through us
};

// References must outlive the store. Errors say what to change.
Result<MediaStore> open_media(const config::Settings& settings, std::string_view link_secret, const DataPaths& paths,
                              meta::Database& database, const Clock& clock);

}  // namespace clew::app
