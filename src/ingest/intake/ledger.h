// The books of the doors: every item that arrived is counted once, as accepted or as refused with a reason, and of each
// reason the last examples are kept (contract/reliability.md REL-P16). What accepted items become later is the
// worker's.
//
// Any thread. Examples are in memory and bounded; the counters are metrics.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ingest/decode/decoded_batch.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace clew::ingest {

// A refusal as somebody who looks for their data needs it.
struct Refusal {
  TimeUs time_us = 0;
  std::string project_id;  // "" when the request did not get that far
  std::string source;      // "otlp", "otlp_json", "events", "scores", or "http" before the body was understood
  std::string reason;      // one of the closed set in ledger.cc
  std::string item_id;     // envelope or span id; "" for whole requests
  std::string detail;      // for the sender's developer; may repeat a value that was sent
  std::string sdk;
  std::string request_id;
  std::uint64_t items = 1;
};

class IntakeLedger {
 public:
  // `metrics` must outlive the ledger.
  IntakeLedger(telemetry::Metrics& metrics, telemetry::Logger log, const Clock& clock);

  // The items of a decoded request that are not valid.
  void refused_items(const DecodedBatch& batch);
  // All valid items of a request: durable after `waited_us` and `bytes` large, or not taken because of `why`.
  void committed(const RequestContext& context, std::uint64_t items, std::uint64_t bytes, std::int64_t waited_us);
  // Items of an accepted request that the project's sampling does not keep.
  void sampled_out(const RequestContext& context, std::uint64_t items);
  void not_taken(const RequestContext& context, std::uint64_t items, const Error& why);
  // An example for the project of a request that is refused unread; refused_request() counts it.
  void turned_away(const std::string& project_id, std::string_view request_id, const Error& why);
  // A request that was answered with an error, most before their items were known.
  struct RefusedRequest {
    std::string_view path;
    int status = 0;
    std::string_view project_id;  // "" when no key said whose it is
    std::string_view request_id;
    std::string_view sdk;
    std::string_view told;  // the reason in the answer; may repeat a value that was sent
  };
  void refused_request(const RefusedRequest& request);

  struct Count {
    std::string source, reason;
    std::uint64_t items = 0;
  };
  // Refused since the start, requests with reason and source "http"; accepted is accepted_items().
  std::vector<Count> refused() const;
  std::uint64_t accepted_items() const { return accepted_items_.load(std::memory_order_relaxed); }
  std::uint64_t refused_items() const { return refused_items_.load(std::memory_order_relaxed); }
  std::uint64_t refused_requests() const { return refused_requests_.load(std::memory_order_relaxed); }
  std::uint64_t accepted_bytes() const { return accepted_bytes_.load(std::memory_order_relaxed); }
  // Wall time of the last accepted item; null when there was none since the start.
  std::optional<TimeUs> last_accepted() const;

  // Newest first. Of one project, or (null) the last of every reason.
  std::vector<Refusal> examples(const std::optional<std::string>& project_id) const;

 private:
  // Whole requests are kept only where no example of the same request, which says more, is kept already.
  void keep(Refusal refusal);
  void count(std::string_view source, std::string_view reason, std::uint64_t items);

  telemetry::Metrics& metrics_;
  const telemetry::Logger log_;
  const Clock& clock_;
  telemetry::Histogram& ack_seconds_;
  std::array<telemetry::Counter*, 6> accepted_by_door_{};
  std::array<telemetry::Counter*, 6> bytes_by_door_{};
  std::atomic<std::uint64_t> accepted_items_ = 0, refused_items_ = 0, refused_requests_ = 0, accepted_bytes_ = 0;
  std::atomic<TimeUs> last_accepted_us_ = 0;

  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> counts_;  // source, reason
  std::map<std::string, std::deque<Refusal>> by_reason_;
  std::map<std::string, std::deque<Refusal>> by_project_;
};

// The label of a door.
std::string_view source_of(Door door);

}  // namespace clew::ingest
