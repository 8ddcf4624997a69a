#include "media/content_type.h"

#include <algorithm>
#include <array>

namespace clew::media {

namespace {

struct KnownType {
  std::string_view name, extension;
  bool is_inline = false;
};

constexpr std::array<KnownType, 52> kKnown = {{
    {"image/png", "png", true},
    {"image/jpeg", "jpg", true},
    {"image/jpg", "jpg", true},
    {"image/webp", "webp", true},
    {"image/gif", "gif", true},
    {"image/svg+xml", "svg"},
    {"image/tiff", "tiff", true},
    {"image/bmp", "bmp", true},
    {"image/avif", "avif", true},
    {"image/heic", "heic", true},
    {"audio/mpeg", "mp3", true},
    {"audio/mp3", "mp3", true},
    {"audio/wav", "wav", true},
    {"audio/ogg", "ogg", true},
    {"audio/oga", "oga", true},
    {"audio/aac", "aac", true},
    {"audio/mp4", "m4a", true},
    {"audio/flac", "flac", true},
    {"audio/opus", "opus", true},
    {"audio/webm", "weba", true},
    {"video/mp4", "mp4", true},
    {"video/webm", "webm", true},
    {"video/ogg", "ogv", true},
    {"video/mpeg", "mpeg", true},
    {"video/quicktime", "mov", true},
    {"video/x-msvideo", "avi", true},
    {"video/x-matroska", "mkv", true},
    {"text/plain", "txt"},
    {"text/html", "html"},
    {"text/css", "css"},
    {"text/csv", "csv"},
    {"text/markdown", "md"},
    {"text/x-python", "py"},
    {"application/javascript", "js"},
    {"text/x-typescript", "ts"},
    {"application/x-yaml", "yaml"},
    {"application/pdf", "pdf"},
    {"application/msword", "doc"},
    {"application/vnd.ms-excel", "xls"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"},
    {"application/zip", "zip"},
    {"application/json", "json"},
    {"application/xml", "xml"},
    {"application/octet-stream", "bin"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"},
    {"application/rtf", "rtf"},
    {"application/x-ndjson", "ndjson"},
    {"application/vnd.apache.parquet", "parquet"},
    {"application/gzip", "gz"},
    {"application/x-tar", "tar"},
    {"application/x-7z-compressed", "7z"},
}};

const KnownType* find(std::string_view content_type) {
  const auto* found = std::ranges::find(kKnown, content_type, &KnownType::name);
  return found == kKnown.end() ? nullptr : found;
}

}  // namespace

bool is_known_type(std::string_view content_type) {
  return find(content_type) != nullptr;
}

bool is_shown_inline(std::string_view content_type) {
  const KnownType* known = find(content_type);
  return known && known->is_inline;
}

std::string extension_of(std::string_view content_type) {
  const KnownType* known = find(content_type);
  return std::string(known ? known->extension : "bin");
}

}  // namespace clew::media
