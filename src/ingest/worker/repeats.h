// Spans that come again: sent twice, sent while they run and when they end, or with another start time. One row stays
// (contract/ingestion.md 6): a complete version wins over one without end
// (OTLP: one that ends when it starts), then the later in the log; `created_at` is
// the first. The sort key of the store begins with the start time, so a row under an old start time must be deleted
// when the span comes with a new one.
//
// Nearly every span is new, and the filter says so without asking the store.
#pragma once

#include <functional>

#include "ingest/worker/flush.h"
#include "ingest/worker/span_filter.h"

namespace clew::ingest {

// Fills `input.repeats` and `input.dropped`, and adds all spans of `input` to the filter. Calls `before_lookup` before
// it reads the store, which must know all earlier spans then. Errors are those of reading; may be repeated then.
Result<> settle_repeats(FlushInput& input, SpanFilter& filter, analytics::Engine& engine,
                        const std::function<Result<>()>& before_lookup);

}  // namespace clew::ingest
