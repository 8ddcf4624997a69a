// Every text of accepted data that may hold a file, or be one, with the place where it stands.
#pragma once

#include <string>
#include <utility>

#include "ingest/decode/decoded_batch.h"
#include "media/media_library.h"

namespace clew::media {

// Calls see(usage, text) for input, output and each value of metadata of the spans, and for what spans say of their
// trace; `text` may be changed.
template <class See>
void for_each_text(ingest::DecodedBatch& batch, const See& see) {
  for (domain::Observation& span : batch.spans) {
    Usage usage{.trace_id = span.trace_id, .observation_id = span.span_id};
    usage.field = "input";
    if (span.input) see(std::as_const(usage), *span.input);
    usage.field = "output";
    if (span.output) see(std::as_const(usage), *span.output);
    usage.field = "metadata";
    for (auto& [key, value] : span.metadata)
      see(std::as_const(usage), value);
  }
  for (ingest::TraceIo& io : batch.trace_io) {
    if (io.input) see(Usage{.trace_id = io.trace_id, .field = "input"}, *io.input);
    if (io.output) see(Usage{.trace_id = io.trace_id, .field = "output"}, *io.output);
  }
}

}  // namespace clew::media
