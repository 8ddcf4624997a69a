// What a person does with dead letters: look, replay, discard; each step in the audit trail.
//
// Replay appends the record to the ingest log again and removes the letter once the log has it durably. A crash between
// the two leaves the letter, and replaying it again changes nothing: rows keep the identity and version they would have
// had (docs/decisions/0025-dead-letters.md). What fails again comes back as a letter with one more attempt.
#pragma once

#include <string>
#include <vector>

#include "auth/audit.h"
#include "base/time.h"
#include "ingest/log/log.h"
#include "ingest/worker/dead_letters.h"
#include "meta/database.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace clew::operations {

// Of a bulk action: what was done, and the first reason why the rest was not.
struct DeskOutcome {
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  std::string first_error;
};

class DeadLetterDesk {
 public:
  static constexpr std::size_t kBatchMax = 1'000;  // letters of one call; the caller repeats while some are left

  DeadLetterDesk(ingest::DeadLetters& letters, ingest::Log& log, meta::Database& database, const Clock& clock,
                 telemetry::Logger log_lines, telemetry::Metrics& metrics);

  const ingest::DeadLetters& letters() const { return letters_; }

  // Block until the log and the audit trail have it. An error is one of the audit trail, and nothing was done.
  Result<DeskOutcome> replay(const std::vector<ingest::LogPosition>& positions, const auth::Actor& who);
  Result<DeskOutcome> discard(const std::vector<ingest::LogPosition>& positions, const auth::Actor& who);

  // The body as it was sent, which is a tenant's data: `why` is written into the audit trail of the project first.
  Result<std::string> open(ingest::LogPosition position, const std::string& why, const auth::Actor& who);

 private:
  Result<> replay_one(ingest::LogPosition position);
  Result<> audit(const std::vector<ingest::LogPosition>& positions, const auth::Actor& who, const std::string& action,
                 const std::string& detail);

  ingest::DeadLetters& letters_;
  ingest::Log& log_;
  meta::Database& database_;
  const Clock& clock_;
  const telemetry::Logger log_lines_;
  telemetry::Counter& replayed_;
  telemetry::Counter& discarded_;
};

}  // namespace clew::operations
