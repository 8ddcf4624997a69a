// One record of the ingest log: what is known of the request, then its body as received (decompressed).
//
//   varint bytes of context · context as compact JSON · body
//
// The context is JSON so that a later version can add to it; unknown keys are ignored.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ingest/decode/decoded_batch.h"

namespace clew::ingest {

std::string encode_record(const RequestContext& context, std::string_view body);
// The same record to be appended again, marked as what stood first at `position` (or where its context says). What
// else is in the context stays, also what this version does not know. kCorruption: not a record of ours.
Result<std::string> as_replay(std::string_view bytes, std::uint64_t position);

// The same record, of which only these items are meant (items.h). kCorruption: not a record of ours.
Result<std::string> with_items(std::string_view bytes, const std::vector<std::string>& items);

struct Record {
  RequestContext context;
  std::string_view body;  // into the record's bytes
};
// kCorruption: not a record of ours.
Result<Record> parse_record(std::string_view bytes);

// Decodes a body by its door.
Result<DecodedBatch> decode(std::string_view body, const RequestContext& context);
// parse_record, decode, then sampling as it was when the request was accepted, then its items: for replay.
Result<DecodedBatch> decode_record(std::string_view bytes);

}  // namespace clew::ingest
