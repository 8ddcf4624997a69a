#include "ingest/masking/masking.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "ingest/decode/otlp/otlp_json.h"
#include "ingest/decode/tolerant_json.h"
#include "ingest/intake/record.h"

namespace clew::ingest {

namespace {

constexpr std::chrono::milliseconds kPauseMax{1'000};
constexpr std::string_view kHelp = "Requests given to the masking callback, by outcome";

// The callback is the operator's and may stand anywhere, except where nobody may be sent.
net::HttpClientOptions client_options(const MaskingOptions& options) {
  std::string host;
  net::EgressPolicy policy{.user_controlled = true, .allowed_hosts = {}, .allowed_networks = {}};
  static_cast<void>(net::refuse_url({}, options.callback_url, host));
  policy.allowed_hosts.push_back(host);
  return {.connect_timeout = options.timeout, .idle_handles_max = options.threads, .egress = std::move(policy)};
}

// What the callback gets: always a list.
Result<std::string> payload_of(const MaskableRequest& request) {
  const Door door = request.batch.context.door;
  switch (door) {
    case Door::kOtlpProtobuf:
    case Door::kOtlpJson:
      return resource_spans_json(request.body, door);
    case Door::kEventBatch: {
      CLEW_TRY(json::Value root, parse_body(request.body));
      const json::Value* batch = json::find(root, "batch");
      return batch ? json::to_text(*batch) : std::string("[]");
    }
    case Door::kScore:
    case Door::kScoreList: {
      CLEW_TRY(json::Value root, parse_body(request.body));
      const std::string text = json::to_text(root);
      return door == Door::kScore ? "[" + text + "]" : text;
    }
  }
  return Error{Errc::kInternal, "not a request that can be masked"};
}

// The body that stands for the callback's answer. kInvalidArgument: it is not of the form that was sent.
Result<std::string> body_of(Door door, std::string answer) {
  const std::string_view list = text::trim(answer);
  if (!list.starts_with('[')) return Error{Errc::kInvalidArgument, "the answer is not a JSON list"};
  switch (door) {
    case Door::kOtlpProtobuf:
    case Door::kOtlpJson:
      return R"({"resourceSpans":)" + answer + "}";
    case Door::kEventBatch:
      return R"({"batch":)" + answer + "}";
    case Door::kScoreList:
      return answer;
    case Door::kScore: {
      CLEW_TRY(const json::Value root, json::parse(answer));
      if (!root.is_array() || root.get_array().size() != 1) {
        return Error{Errc::kInvalidArgument, "the answer is not a list of one score"};
      }
      return json::to_text(root.get_array()[0]);
    }
  }
  return Error{Errc::kInternal, "not a request that can be masked"};
}

// Masking may change what is said, never whose it is: the same records must come back.
std::vector<std::string> identities_of(const DecodedBatch& batch) {
  std::vector<std::string> out;
  for (const domain::Observation& span : batch.spans)
    out.push_back(span.trace_id + "/" + span.span_id);
  for (const EntityEvent& event : batch.events) {
    out.push_back(event.type + "/" + event.entity_id + "/" + event.envelope_id + "/" +
                  std::string(json::find_text(event.body, "traceId").value_or("")));
  }
  std::ranges::sort(out);
  return out;
}

std::string_view door_name(Door door) {
  if (door == Door::kEventBatch) return "events";
  return door == Door::kScore || door == Door::kScoreList ? "scores" : "otlp";
}

}  // namespace

Masker::Masker(MaskingOptions options, telemetry::Logger log, telemetry::Metrics& metrics)
    : options_(std::move(options)),
      log_(log),
      masked_(metrics.counter("lf_ingest_masking_total", kHelp, {{"outcome", "masked"}})),
      failed_open_(metrics.counter("lf_ingest_masking_total", kHelp, {{"outcome", "failed_open"}})),
      failed_closed_(metrics.counter("lf_ingest_masking_total", kHelp, {{"outcome", "failed_closed"}})),
      overloaded_(metrics.counter("lf_ingest_masking_total", kHelp, {{"outcome", "overloaded"}})),
      client_(client_options(options_)),
      pool_({.threads = options_.threads, .queue_max = options_.queue_max}) {}

Masker::~Masker() {
  stop();
}

void Masker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wakes_.notify_all();
  pool_.stop();
}

bool Masker::wait(std::chrono::milliseconds pause) {
  std::unique_lock lock(mutex_);
  return !wakes_.wait_for(lock, pause, [this] { return stopping_; });
}

void Masker::mask(MaskableRequest request, Done done) {
  struct Waiting {
    MaskableRequest request;
    Done done;
  };
  // Shared, because the pool may refuse the task and the answer is then given here.
  auto waiting = std::make_shared<Waiting>(std::move(request), std::move(done));
  http::ThreadPool::Task task = [this, waiting] { waiting->done(run(std::move(waiting->request))); };
  if (pool_.try_submit(task)) return;
  overloaded_.add();
  waiting->done(Error{Errc::kOverloaded, "too many requests wait for the masking callback"});
}

Result<MaskedRequest> Masker::run(MaskableRequest request) {
  Result<MaskedRequest> outcome = Error{Errc::kUnavailable, "masking failed"};
  auto payload = payload_of(request);
  if (!payload) {
    outcome = std::move(payload).error();
  } else {
    std::chrono::milliseconds pause = options_.retry_pause;
    for (int tried = 0; tried <= options_.retries_max; ++tried) {
      if (tried > 0) {
        if (!wait(pause)) break;
        pause = std::min(pause * 2, kPauseMax);
      }
      outcome = attempt(request, *payload);
      if (outcome) {
        masked_.add();
        return outcome;
      }
    }
  }
  log_.error(options_.fail_closed ? "masking.failed_closed" : "masking.failed_open",
             {{"project", request.batch.context.project_id},
              {"request_id", request.batch.context.request_id},
              {"reason", outcome.error().message}});
  if (options_.fail_closed) {
    failed_closed_.add();
    return Error{Errc::kUnavailable, outcome.error().message};
  }
  failed_open_.add();
  return MaskedRequest{.batch = std::move(request.batch), .body = std::move(request.body)};
}

Result<MaskedRequest> Masker::attempt(const MaskableRequest& request, std::string_view payload) {
  const RequestContext& context = request.batch.context;
  net::HttpRequest call{.method = "POST",
                        .url = options_.callback_url,
                        .headers = request.headers,
                        .body = payload,
                        .deadline = options_.timeout,
                        .response_bytes_max = payload.size() * 2 + (1UL << 20)};
  call.headers.emplace_back("Content-Type", "application/json");
  call.headers.emplace_back("X-Langfuse-Org-Id", request.organization_id);
  call.headers.emplace_back("X-Langfuse-Project-Id", context.project_id);
  call.headers.emplace_back("X-Clew-Door", std::string(door_name(context.door)));
  CLEW_TRY(net::HttpResponse answer, client_.send(call));
  if (answer.status < 200 || answer.status > 299) {
    return Error{Errc::kUnavailable, "the masking callback answered " + std::to_string(answer.status)};
  }
  MaskedRequest out;
  CLEW_TRY(out.body, body_of(context.door, std::move(answer.body)));
  RequestContext masked_context = context;
  if (context.door == Door::kOtlpProtobuf) masked_context.door = Door::kOtlpJson;
  CLEW_TRY(out.batch, decode(out.body, masked_context));
  if (identities_of(out.batch) != identities_of(request.batch)) {
    return Error{Errc::kInvalidArgument, "the answer has other spans, events or ids than the request"};
  }
  return out;
}

}  // namespace clew::ingest
