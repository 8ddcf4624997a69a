// OTLP trace export → observations (contract/otel-mapping.md, contract/otlp.md).
//
// Both encodings are read into one form (wire.h) and mapped by one set of rules (mapping/…). Decoding is a
// deterministic function of body and context, so that a replay of the ingest log gives the same rows. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "ingest/decode/decoded_batch.h"

namespace clew::ingest {

// Decodes one ExportTraceServiceRequest. `body` is already decompressed; `context.door` is kOtlpProtobuf or kOtlpJson;
// `context.received_at_us` stands in for times that are missing or impossible.
//
// Valid spans are rows of the batch, the others are errors of the batch; neither affects the other.
// kInvalidArgument: the body cannot be read, or nothing in it was usable; the message is the one the client gets.
Result<DecodedBatch> decode_otlp(std::string_view body, const RequestContext& context);

// How many spans of the batch cannot be stored, and why: "2 of 3 span(s) rejected: spanId:absent".
std::string otlp_rejections(const DecodedBatch& batch);

// The ExportTraceServiceResponse for a decoded batch in the encoding of its request; names rejected spans in
// partialSuccess.
std::string otlp_answer(Door door, const DecodedBatch& batch);

}  // namespace clew::ingest
