#include "ingest/intake/ledger.h"

#include <algorithm>

#include "base/text.h"

namespace clew::ingest {

namespace {

constexpr std::size_t kExamplesMax = 20;
constexpr std::size_t kProjectsMax = 2'000;  // beyond, the examples by project are forgotten: they are a convenience
constexpr std::size_t kDetailMax = 300;
constexpr std::string_view kItemsHelp = "Spans, events and scores that arrived, by what was decided.";
constexpr std::string_view kWhole = "http";  // the source of whole requests
constexpr std::string_view kAccepted = "accepted", kRefused = "refused";

// Reasons of items, by the status the client is told.
std::string_view item_reason(int status) {
  switch (status) {
    case 401:
    case 403:
      return "not_allowed";
    case 404:
      return "not_found";
    case 413:
      return "too_large";
    default:
      return status >= 500 ? "internal" : "invalid";
  }
}

std::string_view request_reason(int status) {
  switch (status) {
    case 401:
      return "unauthenticated";
    case 403:
      return "forbidden";
    case 404:
    case 405:
      return "no_such_route";
    case 408:
      return "timeout";
    case 413:
      return "too_large";
    case 415:
      return "unsupported_encoding";
    case 429:
      return "rate_limited";
    case 503:
      return "overloaded";
    default:
      return status >= 500 ? "internal" : "unreadable";
  }
}

std::string_view failure_reason(Errc code) {
  switch (code) {
    case Errc::kOverloaded:
      return "overloaded";
    case Errc::kTooLarge:
      return "too_large";
    case Errc::kRateLimited:
      return "rate_limited";
    case Errc::kUnavailable:
      return "unavailable";
    case Errc::kInvalidArgument:
      return "invalid";
    default:
      return "internal";
  }
}

std::string sdk_of(const RequestContext& context) {
  const auto& from = context.attribution;
  if (from.sdk_name.empty() || from.sdk_name == "unknown") return {};
  return from.sdk_name + " " + from.sdk_version;
}

std::string door_of_path(std::string_view path) {
  if (path.find("/api/public/otel") != path.npos) return "otlp";
  if (path.find("/api/public/ingestion") != path.npos) return "events";
  if (path.find("/api/public/scores") != path.npos) return "scores";
  return "other";
}

}  // namespace

std::string_view source_of(Door door) {
  switch (door) {
    case Door::kOtlpProtobuf:
      return "otlp";
    case Door::kOtlpJson:
      return "otlp_json";
    case Door::kEventBatch:
      return "events";
    case Door::kScore:
    case Door::kScoreList:
      return "scores";
  }
  return "other";
}

IntakeLedger::IntakeLedger(telemetry::Metrics& metrics, telemetry::Logger log, const Clock& clock)
    : metrics_(metrics),
      log_(log),
      clock_(clock),
      ack_seconds_(metrics.histogram("lf_ack_seconds", "From a decoded request to its group commit.",
                                     telemetry::latency_bounds())) {
  for (std::size_t door = 1; door < accepted_by_door_.size(); ++door) {
    const std::string source(source_of(static_cast<Door>(door)));
    accepted_by_door_[door] =
        &metrics.counter("lf_ingest_events_total", kItemsHelp,
                         {{"source", source}, {"outcome", std::string(kAccepted)}, {"reason", ""}});
    bytes_by_door_[door] =
        &metrics.counter("lf_ingest_bytes_total", "Bytes of accepted bodies, decompressed.", {{"source", source}});
  }
}

void IntakeLedger::count(std::string_view source, std::string_view reason, std::uint64_t items) {
  refused_items_ += items;
  metrics_
      .counter("lf_ingest_events_total", kItemsHelp,
               {{"source", std::string(source)}, {"outcome", std::string(kRefused)}, {"reason", std::string(reason)}})
      .add(items);
  const std::lock_guard<std::mutex> lock(mutex_);
  counts_[{std::string(source), std::string(reason)}] += items;
}

void IntakeLedger::keep(Refusal refusal) {
  refusal.time_us = clock_.now_us();
  refusal.detail = text::prefix(text::sanitize_utf8(std::move(refusal.detail)), kDetailMax);
  refusal.item_id = text::prefix(text::sanitize_utf8(std::move(refusal.item_id)), 64);
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto is_same = [&](const Refusal& other) { return other.request_id == refusal.request_id; };
  const auto push = [&](std::deque<Refusal>& ring) {
    if (refusal.source == kWhole && !refusal.request_id.empty() && std::ranges::any_of(ring, is_same)) return;
    ring.push_front(refusal);
    if (ring.size() > kExamplesMax) ring.pop_back();
  };
  push(by_reason_[refusal.reason]);
  if (refusal.project_id.empty()) return;
  if (by_project_.size() >= kProjectsMax && !by_project_.contains(refusal.project_id)) by_project_.clear();
  push(by_project_[refusal.project_id]);
}

void IntakeLedger::refused_items(const DecodedBatch& batch) {
  if (batch.errors.empty()) return;
  const std::string_view source = source_of(batch.context.door);
  std::map<std::string_view, std::uint64_t> reasons;
  for (const ItemError& error : batch.errors)
    ++reasons[item_reason(error.status)];
  for (const auto& [reason, items] : reasons) {
    count(source, reason, items);
    // No detail: it may repeat what was sent. It is kept as an example for members of the project.
    log_.warn("ingest.items_refused",
              {{"project_id", batch.context.project_id},
               {"source", source},
               {"reason", reason},
               {"items", items},
               {"request_id", batch.context.request_id}},
              reason);
  }
  const std::size_t examples = std::min(batch.errors.size(), kExamplesMax);
  for (std::size_t i = 0; i < examples; ++i) {
    const ItemError& error = batch.errors[i];
    keep({.project_id = batch.context.project_id,
          .source = std::string(source),
          .reason = std::string(item_reason(error.status)),
          .item_id = error.id,
          .detail = error.error.empty() ? error.message : error.error,
          .sdk = sdk_of(batch.context),
          .request_id = batch.context.request_id});
  }
}

void IntakeLedger::committed(const RequestContext& context, std::uint64_t items, std::uint64_t bytes,
                             std::int64_t waited_us) {
  const auto door = static_cast<std::size_t>(context.door);
  if (door < accepted_by_door_.size() && accepted_by_door_[door] != nullptr) {
    accepted_by_door_[door]->add(items);
    bytes_by_door_[door]->add(bytes);
  }
  accepted_items_ += items;
  accepted_bytes_ += bytes;
  last_accepted_us_ = clock_.now_us();
  ack_seconds_.observe(static_cast<double>(waited_us) / 1e6);
}

void IntakeLedger::sampled_out(const RequestContext& context, std::uint64_t items) {
  if (items == 0) return;
  metrics_
      .counter("lf_ingest_events_total", kItemsHelp,
               {{"source", std::string(source_of(context.door))}, {"outcome", "sampled"}, {"reason", ""}})
      .add(items);
}

void IntakeLedger::not_taken(const RequestContext& context, std::uint64_t items, const Error& why) {
  if (items == 0) return;
  const std::string_view source = source_of(context.door);
  const std::string_view reason = failure_reason(why.code);
  count(source, reason, items);
  log_.warn("ingest.items_refused",
            {{"project_id", context.project_id},
             {"source", source},
             {"reason", reason},
             {"items", items},
             {"request_id", context.request_id},
             {"why", why.message}},
            reason);
  keep({.project_id = context.project_id,
        .source = std::string(source),
        .reason = std::string(reason),
        .detail = why.message,
        .sdk = sdk_of(context),
        .request_id = context.request_id,
        .items = items});
}

void IntakeLedger::turned_away(const std::string& project_id, std::string_view request_id, const Error& why) {
  keep({.project_id = project_id,
        .source = std::string(kWhole),
        .reason = std::string(failure_reason(why.code)),
        .detail = why.message,
        .request_id = std::string(request_id)});
}

void IntakeLedger::refused_request(const RefusedRequest& request) {
  const std::string reason(request_reason(request.status));
  const std::string door = door_of_path(request.path);
  metrics_
      .counter("lf_ingest_requests_refused_total", "Ingestion requests answered with an error, by door and reason.",
               {{"door", door}, {"reason", reason}})
      .add();
  log_.warn("ingest.request_refused",
            {{"door", door},
             {"reason", reason},
             {"status", request.status},
             {"project_id", request.project_id},
             {"request_id", request.request_id}},
            reason);
  ++refused_requests_;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++counts_[{std::string(kWhole), reason}];
  }
  std::string detail = "answered " + std::to_string(request.status) + " at the door " + door;
  if (!request.told.empty()) detail += ": " + std::string(request.told);
  keep({.project_id = std::string(request.project_id),
        .source = std::string(kWhole),
        .reason = reason,
        .detail = std::move(detail),
        .sdk = text::sanitize_utf8(std::string(request.sdk)),
        .request_id = std::string(request.request_id)});
}

std::vector<IntakeLedger::Count> IntakeLedger::refused() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<Count> out;
  for (const auto& [key, items] : counts_)
    out.push_back({.source = key.first, .reason = key.second, .items = items});
  return out;
}

std::optional<TimeUs> IntakeLedger::last_accepted() const {
  const TimeUs last = last_accepted_us_.load();
  return last == 0 ? std::nullopt : std::optional(last);
}

std::vector<Refusal> IntakeLedger::examples(const std::optional<std::string>& project_id) const {
  std::vector<Refusal> out;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (project_id) {
      const auto at = by_project_.find(*project_id);
      if (at != by_project_.end()) out.assign(at->second.begin(), at->second.end());
    } else {
      for (const auto& [reason, ring] : by_reason_)
        out.insert(out.end(), ring.begin(), ring.end());
    }
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.time_us > b.time_us; });
  return out;
}

}  // namespace clew::ingest
