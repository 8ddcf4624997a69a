// The write path up to the answer: a decoded request goes into the ingest log; once it is durable the client may be
// told. Everything later (merging, rows) is the worker's, driven by the log.
//
// Any thread. `done` is called on the log's thread (or at once when refused) and must not block.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "ingest/decode/decoded_batch.h"
#include "ingest/intake/ledger.h"
#include "ingest/log/log.h"

namespace clew::ingest {

class Intake {
 public:
  // With a ledger every item is counted. Both must outlive the intake.
  explicit Intake(Log& log, IntakeLedger* ledger = nullptr) : log_(log), ledger_(ledger) {}

  // `body` is what `batch` was decoded from. kOverloaded: not stored, the client shall retry later.
  void accept(DecodedBatch batch, std::string_view body, std::move_only_function<void(Result<>)> done);

  // Before anything of a request is read: kOverloaded when the log would not take it. `bytes`: as far as announced.
  Result<> has_room(const std::string& project_id, std::string_view request_id, std::uint64_t bytes);

  // For a door that answers an invalid item without accept(): its refused items are counted.
  void refuse(const DecodedBatch& batch) {
    if (ledger_ != nullptr) ledger_->refused_items(batch);
  }

  LogState state() const { return log_.state(); }

 private:
  Log& log_;
  IntakeLedger* ledger_;
};

}  // namespace clew::ingest
