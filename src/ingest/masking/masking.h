// The masking callback (contract/ingestion.md 13, contract/security.md 10): a service of the operator sees every
// request before anything of it is written anywhere, and answers with what may be kept.
//
// Threads of its own, bounded; callers on io threads never wait. Off means that nobody makes a Masker.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/thread_pool.h"
#include "ingest/decode/decoded_batch.h"
#include "net/http_client.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace clew::ingest {

struct MaskingOptions {
  std::string callback_url;
  std::chrono::milliseconds timeout{500};      // of one attempt
  int retries_max = 1;                         // after the first
  std::chrono::milliseconds retry_pause{100};  // before the first retry; doubled up to a second
  bool fail_closed = false;
  std::vector<std::string> propagated_headers;  // names of request headers the callback gets as well
  std::size_t threads = 8;                      // requests being masked at the same time
  std::size_t queue_max = 256;                  // waiting for a thread; beyond, clients are asked to come back
};

// A request that was decoded, with the body it came from.
struct MaskableRequest {
  DecodedBatch batch;
  std::string body;
  std::string organization_id;
  std::vector<std::pair<std::string, std::string>> headers;  // those of propagated_headers that the request has
};

// What may be kept: decoded anew, with the body that goes into the log. `batch.context.door` may differ from the
// original's: a protobuf export comes back as JSON.
struct MaskedRequest {
  DecodedBatch batch;
  std::string body;
};

class Masker {
 public:
  Masker(MaskingOptions options, telemetry::Logger log, telemetry::Metrics& metrics);
  ~Masker();

  const std::vector<std::string>& propagated_headers() const { return options_.propagated_headers; }

  // Calls `done` once, on a thread of the masker or at once: with what may be kept; with the original when masking
  // failed and the setting allows it; or with kOverloaded (too many waiting) or kUnavailable (failed, closed), and then
  // nothing may be kept.
  using Done = std::move_only_function<void(Result<MaskedRequest>)>;
  void mask(MaskableRequest request, Done done);

  // Finishes what was taken, without further retries; later requests are refused.
  void stop();

 private:
  Result<MaskedRequest> run(MaskableRequest request);
  bool wait(std::chrono::milliseconds pause);  // false when stopping
  Result<MaskedRequest> attempt(const MaskableRequest& request, std::string_view payload);

  const MaskingOptions options_;
  const telemetry::Logger log_;
  telemetry::Counter& masked_;
  telemetry::Counter& failed_open_;
  telemetry::Counter& failed_closed_;
  telemetry::Counter& overloaded_;
  net::HttpClient client_;
  std::mutex mutex_;
  std::condition_variable wakes_;
  bool stopping_ = false;
  http::ThreadPool pool_;  // last: its threads use the rest
};

}  // namespace clew::ingest
