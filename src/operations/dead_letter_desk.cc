#include "operations/dead_letter_desk.h"

#include <future>
#include <map>
#include <memory>

#include "base/json.h"
#include "ingest/intake/record.h"

namespace clew::operations {

using ingest::LogPosition;

namespace {

constexpr std::string_view kActions = "What was done with dead letters.";

void count(DeskOutcome& outcome, const Result<>& one) {
  if (one) {
    ++outcome.done;
    return;
  }
  ++outcome.failed;
  if (outcome.first_error.empty()) outcome.first_error = one.error().message;
}

}  // namespace

DeadLetterDesk::DeadLetterDesk(ingest::DeadLetters& letters, ingest::Log& log, meta::Database& database,
                               const Clock& clock, telemetry::Logger log_lines, telemetry::Metrics& metrics)
    : letters_(letters),
      log_(log),
      database_(database),
      clock_(clock),
      log_lines_(log_lines),
      replayed_(metrics.counter("lf_dead_letter_actions_total", kActions, {{"action", "replay"}})),
      discarded_(metrics.counter("lf_dead_letter_actions_total", kActions, {{"action", "discard"}})) {}

// One row for each letter, in the trail of the letter's project, all in one transaction before anything happens.
Result<> DeadLetterDesk::audit(const std::vector<LogPosition>& positions, const auth::Actor& who,
                               const std::string& action, const std::string& detail) {
  std::vector<auth::AuditEntry> entries;
  for (const LogPosition position : positions) {
    const auto letter = letters_.find(position);
    if (!letter) continue;
    json::Object before{{"reason", letter->reason},
                        {"bytes", letter->bytes},
                        {"requestId", letter->request_id},
                        {"attempts", letter->attempts}};
    if (!detail.empty()) before["why"] = detail;
    entries.push_back({.organization_id = {},
                       .project_id = letter->project_id,
                       .resource_type = "deadLetter",
                       .resource_id = std::to_string(position),
                       .action = action,
                       .before = json::to_text(before),
                       .after = {}});
  }
  return database_.transaction([&](meta::Session& session) -> Result<> {
    std::map<std::string, std::string> organizations;
    for (auth::AuditEntry entry : entries) {
      const auto [known, is_new] = organizations.try_emplace(entry.project_id);
      if (is_new && !entry.project_id.empty()) {
        CLEW_TRY(const meta::ResultSet found,
                 session.run("SELECT organization_id FROM projects WHERE id = $1", {entry.project_id}));
        if (!found.empty()) known->second = found.text(0, 0);
      }
      entry.organization_id = known->second;
      CLEW_CHECK(auth::record(session, clock_.now_us(), who, entry));
    }
    return ok();
  });
}

Result<> DeadLetterDesk::replay_one(LogPosition position) {
  CLEW_TRY(const ingest::DeadLetter letter, letters_.find(position));
  if (!letter.has_payload) return Error{Errc::kConflict, "The payload was not kept; there is nothing to replay."};
  CLEW_TRY(const std::string bytes, letters_.record(position));
  CLEW_TRY(std::string record, ingest::as_replay(bytes, position));
  // Shared: the log may call back after a deadline of ours has passed, were there ever one.
  auto appended = std::make_shared<std::promise<Result<LogPosition>>>();
  auto answer = appended->get_future();
  log_.append(std::move(record), {},
              [appended](Result<LogPosition> outcome) { appended->set_value(std::move(outcome)); });
  CLEW_TRY([[maybe_unused]] const LogPosition again, answer.get());
  CLEW_CHECK(letters_.remove(position));
  replayed_.add();
  log_lines_.info("dead_letter.replayed", {{"position", position}, {"project_id", letter.project_id}});
  return ok();
}

Result<DeskOutcome> DeadLetterDesk::replay(const std::vector<LogPosition>& positions, const auth::Actor& who) {
  CLEW_CHECK(audit(positions, who, "replay", {}));
  DeskOutcome outcome;
  for (const LogPosition position : positions)
    count(outcome, replay_one(position));
  return outcome;
}

Result<DeskOutcome> DeadLetterDesk::discard(const std::vector<LogPosition>& positions, const auth::Actor& who) {
  CLEW_CHECK(audit(positions, who, "discard", {}));
  DeskOutcome outcome;
  for (const LogPosition position : positions) {
    const auto letter = letters_.find(position);
    const Result<> removed = letter ? letters_.remove(position) : Result<>(letter.error());
    count(outcome, removed);
    if (!removed) continue;
    discarded_.add();
    log_lines_.info("dead_letter.discarded", {{"position", position}, {"project_id", letter->project_id}});
  }
  return outcome;
}

Result<std::string> DeadLetterDesk::open(LogPosition position, const std::string& why, const auth::Actor& who) {
  CLEW_TRY(const std::string bytes, letters_.record(position));
  CLEW_CHECK(audit({position}, who, "open", why));
  const auto record = ingest::parse_record(bytes);
  return record ? std::string(record->body) : bytes;
}

}  // namespace clew::operations
