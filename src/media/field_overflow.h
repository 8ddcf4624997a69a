// Moves very large values of input, output and metadata of OTLP spans out of their rows (contract/ingestion.md 11,
// "field overflow"): the value becomes a text file and a reference stands in its place.
//
// Runs in the ingest worker, after files were taken out (extraction.h) and before rows are built. The same text gives
// the same reference, so doing it again on replay changes nothing. A value that cannot be kept stays.
#pragma once

#include <cstdint>
#include <string>

#include "ingest/decode/decoded_batch.h"
#include "media/media_library.h"
#include "telemetry/log.h"

namespace clew::media {

class FieldOverflow {
 public:
  // Values of more than `bytes_max` bytes are moved.
  FieldOverflow(MediaLibrary& library, std::uint64_t bytes_max, telemetry::Logger log)
      : library_(library), bytes_max_(bytes_max), log_(log) {}

  void apply(ingest::DecodedBatch& batch);

 private:
  void move_out(const std::string& project_id, const Usage& usage, std::string& value);

  MediaLibrary& library_;
  const std::uint64_t bytes_max_;
  const telemetry::Logger log_;
};

}  // namespace clew::media
