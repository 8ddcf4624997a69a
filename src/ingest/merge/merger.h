// Merging of accepted requests with what is already known: field-wise events in, rows to store out
// (contract/ingestion.md 7). Called by the ingest worker; pure apart from reading states.
//
// Order of storing, so that a crash in between loses nothing: observations, payloads, trace attributes and scores
// first, states last. Merging the same requests again after a crash gives the same rows; once the states are stored it
// gives nothing.
//
// Requests of one project must be merged one call after the other (a state read must contain everything merged
// before); different projects may run in parallel.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/decode/decoded_batch.h"
#include "ingest/merge/merged_rows.h"
#include "ingest/merge/span_version.h"

namespace clew::ingest {

struct StoredState {
  EntityKind kind = EntityKind::kTrace;
  std::string id;
  std::string text;
};

std::string_view to_text(EntityKind kind);  // "trace", "observation", "score": `kind` in table merge_states

// A version of an OTLP span that messages speak about too (or spoke about before).
struct SpanOfRecord {
  SpanVersion version;
  std::vector<RowKey> stored;  // rows of this identity that stand in the store
};

// Where states live. Implemented by the worker over the analytics store.
class StateReader {
 public:
  virtual ~StateReader() = default;
  // The states that exist among `ids` (distinct), in any order.
  virtual Result<std::vector<StoredState>> read(std::string_view project_id, EntityKind kind,
                                                const std::vector<std::string>& ids) = 0;
  // OTLP spans that are stored under these ids, of any trace. Asked for observations that have no state yet.
  virtual Result<std::vector<SpanVersion>> read_spans(std::string_view, const std::vector<std::string>&) {
    return std::vector<SpanVersion>{};
  }
};

// One accepted request, as far as merging is concerned.
struct MergeInput {
  std::vector<EntityEvent> events;
  std::vector<TraceIo> trace_io;
  domain::Attribution attribution;
  TimeUs received_at_us = 0;
};

// Text that replaces the stored one; a null column keeps what is there.
struct PayloadPatch {
  std::string trace_id;
  std::string span_id;  // "" = input and output of the trace itself
  TimeUs start_time_us = 0;
  std::optional<std::string> input, output;
  std::string events;  // of an OTLP span; "" keeps what is there
};

// The stored text of an observation that has got another trace id. Copy it before applying patches.
struct PayloadMove {
  std::string span_id;
  std::string from_trace_id, to_trace_id;
  TimeUs start_time_us = 0;  // of the new row
};

struct MergeOutput {
  std::vector<MergedObservation> observations;  // not enriched yet
  std::vector<MergedTrace> traces;
  std::vector<MergedScore> scores;
  std::vector<PayloadMove> payload_moves;
  std::vector<PayloadPatch> payloads;
  std::vector<StoredState> states;
  // States that consist of a stored span only, to be stored before any row with a version below all others: the row is
  // about to be replaced by one from which the span could not be told any more.
  std::vector<StoredState> first_states;
};

// Merges requests of one project, given in log order. Records that nothing changes are not in the output.
// Errors are those of `states`, and kCorruption for a damaged state.
// `spans` are versions of records that `requests` or stored states speak about; two traces may not claim one id.
Result<MergeOutput> merge(std::string_view project_id, std::span<const MergeInput> requests,
                          std::span<const SpanOfRecord> spans, StateReader& states);
inline Result<MergeOutput> merge(std::string_view project_id, std::span<const MergeInput> requests,
                                 StateReader& states) {
  return merge(project_id, requests, {}, states);
}

}  // namespace clew::ingest
