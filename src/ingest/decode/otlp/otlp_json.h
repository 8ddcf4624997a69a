// An OTLP trace export as the JSON text of its `resourceSpans`, for whoever reads no protobuf (masking callbacks).
// Everything the mapping looks at is in it: decoding {"resourceSpans": <this>} gives the rows of the original.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "ingest/decode/decoded_batch.h"

namespace clew::ingest {

// `door` is kOtlpProtobuf or kOtlpJson. kInvalidArgument: the body cannot be read.
Result<std::string> resource_spans_json(std::string_view body, Door door);

}  // namespace clew::ingest
