// Takes base64 files out of accepted data and keeps them as media (contract/ingestion.md 11, "Embedded media"): what
// stands in input, output and metadata becomes a reference. For senders whose SDK does not do so itself.
//
// Runs in the ingest worker, after the answer and before rows are built. The same bytes give the same reference, so
// doing it again on replay changes nothing. Whatever cannot be kept stays as it is.
#pragma once

#include <string>
#include <string_view>

#include "ingest/decode/decoded_batch.h"
#include "media/media_library.h"
#include "telemetry/log.h"

namespace clew::media {

class Extraction {
 public:
  Extraction(MediaLibrary& library, telemetry::Logger log) : library_(library), log_(log) {}

  void apply(ingest::DecodedBatch& batch);

  // One text: a data URI, JSON that holds data URIs or the shapes of providers ({"type":"base64","media_type","data"}
  // and its relatives), at any depth, also JSON inside JSON. True when something was replaced; the rest of the text
  // stays byte for byte.
  bool extract(const std::string& project_id, const Usage& usage, std::string& text);

 private:
  void apply_to(const std::string& project_id, ingest::EntityEvent& event);
  // The reference that stands for these bytes, or empty when they cannot be kept.
  std::string keep(const std::string& project_id, const Usage& usage, std::string_view type, std::string_view base64,
                   std::string_view source);
  bool extract_data_uris(const std::string& project_id, const Usage& usage, std::string& text);
  bool extract_shapes(const std::string& project_id, const Usage& usage, std::string& text);

  MediaLibrary& library_;
  const telemetry::Logger log_;
};

}  // namespace clew::media
