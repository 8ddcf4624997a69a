#include "ingest/intake/intake.h"

#include "ingest/intake/record.h"
#include "ingest/intake/sampling.h"

namespace clew::ingest {

void Intake::accept(DecodedBatch batch, std::string_view body, std::move_only_function<void(Result<>)> done) {
  apply_sampling(batch);
  // Nothing to apply: nothing to store.
  if (batch.spans.empty() && batch.events.empty() && batch.trace_io.empty()) return done(ok());
  std::string record = encode_record(batch.context, body);
  const std::size_t bytes = batch.bytes();
  Attachment attachment{.object = std::make_shared<DecodedBatch>(std::move(batch)), .bytes = bytes};
  log_.append(std::move(record), std::move(attachment),
              [done = std::move(done)](const Result<LogPosition>& position) mutable {
                done(position ? ok() : Result<>(position.error()));
              });
}

}  // namespace clew::ingest
