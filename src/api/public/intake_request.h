// What the ingestion routes share: from an HTTP request to the context that goes into the ingest log.
#pragma once

#include "api/endpoint.h"
#include "http/thread_pool.h"
#include "ingest/decode/decoded_batch.h"
#include "ingest/intake/arrivals.h"
#include "ingest/intake/intake.h"
#include "ingest/intake/sampling.h"
#include "ingest/masking/masking.h"
#include "scores/score_configs.h"
#include "telemetry/log.h"

namespace clew::api {

// What an installation asks of the doors beyond decoding; null is "not in use". Everything outlives the routes.
struct IntakeRules {
  scores::ScoreConfigs* score_configs = nullptr;
  http::ThreadPool* pool = nullptr;  // for what has to be looked up in a store; needed with score_configs
  const ingest::SampleRates* sample_rates = nullptr;
  ingest::Masker* masker = nullptr;
  telemetry::Logger sdk_log;  // gets what SDKs report about themselves
};

// The parts of the server that accept data. References outlive the routes.
struct IntakeDoors {
  ingest::Intake& intake;
  ingest::ArrivalLog& arrivals;
  const Clock& clock;
  IntakeRules rules = {};
};

// Project, time, attribution and id of a request for `door`.
ingest::RequestContext intake_context(const Context& context, ingest::Door door, const IntakeDoors& doors);

// Gives a decoded request to the masking callback and goes on with `next`, on a thread of the masker; without one at
// once. Answers 503 itself when nothing may be kept.
using WithBody = std::move_only_function<void(ingest::DecodedBatch batch, std::string body, http::Respond respond)>;
void mask(const IntakeDoors& doors, const Context& context, ErrorShape errors, ingest::DecodedBatch batch,
          std::string body, http::Respond respond, WithBody next);

// Decides about the scores of `batch` that name a score config and goes on with `next`: at once when there are none or
// the configs are in memory, else on a thread of the pool. Answers 503 itself when the configs cannot be read.
using WithBatch = std::move_only_function<void(ingest::DecodedBatch batch, http::Respond respond)>;
void rule_scores(const IntakeDoors& doors, const Context& context, ErrorShape errors, ingest::DecodedBatch batch,
                 http::Respond respond, WithBatch next);

// Writes what SDKs report about themselves to the server's log: cut, and without what looks like a credential.
void log_sdk_reports(const IntakeDoors& doors, const ingest::DecodedBatch& batch);
// The text of one report as it may be logged.
std::string loggable(std::string_view report);

// For Route::before_body: 503 while the log would refuse the request anyway.
std::function<Result<>(const Context&)> room_in_log(const IntakeDoors& doors);

// Stores what was decoded and answers with `answer` once it is durable, or with 503 in the route's shape.
void accept_and_respond(IntakeDoors doors, const Context& context, ErrorShape errors, ingest::DecodedBatch batch,
                        std::string_view body, http::Response answer, http::Respond respond);

// Whether a path belongs to a route that takes data.
bool is_intake_path(std::string_view path);

// The reason in an answer to a refused request, of any of the doors' shapes; "" when it names none.
std::string reason_told(std::string_view answer);

// For requests that were refused before they were understood: who they said they are, if they said it in a way we know.
// Called when the answer is out.
void note_refused(ingest::ArrivalLog& arrivals, const http::Request& request, int status, TimeUs now_us);

}  // namespace clew::api
