#include "ingest/intake/intake.h"

#include <algorithm>

#include "base/time.h"
#include "ingest/intake/record.h"
#include "ingest/intake/sampling.h"

namespace clew::ingest {

Result<> Intake::has_room(const std::string& project_id, std::string_view request_id, std::uint64_t bytes) {
  Result<> room = log_.has_room(owner_of(project_id), bytes);
  if (!room && ledger_ != nullptr) ledger_->turned_away(project_id, request_id, room.error());
  return room;
}

void Intake::accept(DecodedBatch batch, std::string_view body, std::move_only_function<void(Result<>)> done) {
  const std::size_t items = batch.items_total - std::min(batch.items_total, batch.errors.size());
  const std::size_t before = batch.spans.size() + batch.events.size();
  apply_sampling(batch);
  const std::size_t sampled_out = std::min(items, before - batch.spans.size() - batch.events.size());
  if (ledger_ != nullptr) {
    ledger_->refused_items(batch);
    done = [ledger = ledger_, context = batch.context, items = items - sampled_out, sampled_out,
            body_bytes = body.size(), began = monotonic_us(), done = std::move(done)](Result<> stored) mutable {
      if (stored) {
        ledger->committed(context, items, body_bytes, monotonic_us() - began);
        ledger->sampled_out(context, sampled_out);
      } else {
        ledger->not_taken(context, items + sampled_out, stored.error());
      }
      done(std::move(stored));
    };
  }
  // Nothing to apply: nothing to store.
  if (batch.spans.empty() && batch.events.empty() && batch.trace_io.empty()) return done(ok());
  std::string record = encode_record(batch.context, body);
  const std::size_t bytes = batch.bytes();
  const std::uint32_t owner = owner_of(batch.context.project_id);
  Attachment attachment{.object = std::make_shared<DecodedBatch>(std::move(batch)), .bytes = bytes, .owner = owner};
  log_.append(std::move(record), std::move(attachment),
              [done = std::move(done)](const Result<LogPosition>& position) mutable {
                done(position ? ok() : Result<>(position.error()));
              });
}

}  // namespace clew::ingest
