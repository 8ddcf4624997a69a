// What a record shows that came through both doors: the OTLP span with what JSON messages say of it.
#pragma once

#include "ingest/merge/merged_rows.h"

namespace clew::ingest {

// `messages` is what the messages alone make of the state, which has a span. Per field the newer clock wins, except
// where the older one is to win (environment, start time); what one side does not give the other fills in. A null of
// a message that is newer clears what a null may clear (contract/ingestion.md 7.3).
MergedObservation merge_with_span(const EntityState& state, MergedObservation messages);

}  // namespace clew::ingest
