// The items of a request: its spans, what its spans say about their traces, its events. Each can be stored or refused
// on its own, so each has an ordinal (in that order) within the decoded request, and a name that outlives the decoder.
#pragma once

#include <string>
#include <vector>

#include "ingest/decode/decoded_batch.h"

namespace clew::ingest {

std::size_t item_count(const DecodedBatch& batch);
// "span:<trace>:<span>", "trace:<trace>" or "event:<index in the request>". Spans sent twice share a name.
std::string item_name(const DecodedBatch& batch, std::size_t ordinal);
// A request of only these items, copied; spans keep their places (DecodedBatch::span_places).
DecodedBatch items_within(const DecodedBatch& batch, std::size_t begin, std::size_t end);
// Leaves only the items with these names.
void keep_items(DecodedBatch& batch, const std::vector<std::string>& names);

}  // namespace clew::ingest
