// Applies what was decided about scores that name a score config (contract/ingestion.md 5.4), at once when a request is
// accepted and again on replay: both times from the rulings in the context, so that both give the same scores.
#pragma once

#include "ingest/decode/decoded_batch.h"

namespace clew::ingest {

// For every ruling of `batch.context`: a refused score moves from `events` to `errors`, an accepted one takes its name,
// type and number from its config. To be called once per batch, while `accepted_ids` belong to `events`.
void apply_score_rulings(DecodedBatch& batch);

}  // namespace clew::ingest
