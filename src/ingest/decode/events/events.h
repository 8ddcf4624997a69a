// The JSON door: what POST /api/public/ingestion, POST /api/public/scores and the single writes of old clients mean
// (contract/ingestion.md 2–8, contract/sdk5.md 2.1). Pure functions of (body, context): the ingest log stores only
// these, so a replay gives the same events with the same ids. Any thread.
//
// Validity only: rules that need stored data (score configs) are checked by the caller.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "ingest/decode/decoded_batch.h"

namespace clew::ingest {

// The body of POST /ingestion. Bad events become entries of `errors`, never a failure; `events` and `accepted_ids` are
// in processing order (updates after everything else, each by timestamp). kInvalidArgument: not JSON, or without a list
// `batch`; the message is the one issue to answer with.
Result<DecodedBatch> decode_event_batch(std::string_view body, const RequestContext& context);

// One object of POST /scores. Its id, given or derived from the request id, is `accepted_ids[0]`.
// kInvalidArgument: what is wrong with it, as one line.
Result<DecodedBatch> decode_score(std::string_view body, const RequestContext& context);

// A list of scores. Bad items become `errors` in list order, with `message` "<name or #index>: <reason>"; the rest is
// accepted, two items of one id in order of their timestamps. kInvalidArgument: the body is not a list.
Result<DecodedBatch> decode_score_list(std::string_view body, const RequestContext& context);

// Decodes by `context.door`, which must be one of kEventBatch, kScore and kScoreList. For replay.
Result<DecodedBatch> decode_events(std::string_view body, const RequestContext& context);

// The 207 body of POST /ingestion.
std::string event_batch_answer(const DecodedBatch& batch);

struct ScoreListAnswer {
  int status = 202;
  std::string body;
};
// 202 when every item was accepted, else 207 with counts and messages.
ScoreListAnswer score_list_answer(const DecodedBatch& batch);

// The endpoints for one record, from the time before batches.
enum class SingleWrite {
  kTrace,             // POST /traces
  kSpan,              // POST /spans
  kSpanUpdate,        // PATCH /spans: `spanId`
  kGeneration,        // POST /generations: `prompt` and `completion` are input and output
  kGenerationUpdate,  // PATCH /generations: `generationId`
  kEvent,             // POST /events
};

struct SingleWriteBatch {
  std::string id;    // of the record, for the answer {"id"}
  std::string body;  // a body of POST /ingestion with one event: what is decoded, and stored in the log as kEventBatch
};
// kInvalidArgument: not a JSON object, or an update without an id. Whether the record is valid, decode_event_batch
// says.
Result<SingleWriteBatch> single_write_batch(SingleWrite kind, std::string_view body, const RequestContext& context);

}  // namespace clew::ingest
