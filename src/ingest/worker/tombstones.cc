#include "ingest/worker/tombstones.h"

#include <algorithm>
#include <chrono>
#include <functional>

#include "base/json.h"

namespace clew::ingest {

namespace {

constexpr std::int64_t kRefreshUs = 5'000'000;
constexpr std::int64_t kReloadUs = 86'400'000'000;  // forgets those that have expired
constexpr std::chrono::seconds kWaitMax{20};
constexpr TimeUs kClockSkewUs = 600'000'000;  // between the processes that delete

std::string_view to_text(Tombstones::Kind kind) {
  constexpr std::string_view kNames[] = {"project", "trace", "observation"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::uint64_t hash_of(std::string_view project_id, std::string_view kind, std::string_view id) {
  const std::hash<std::string_view> hash;
  std::uint64_t mixed = hash(project_id) * 0x9e3779b97f4a7c15ULL + hash(kind);
  mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93ULL + hash(id);
  mixed = (mixed ^ (mixed >> 29)) * 0xbf58476d1ce4e5b9ULL;
  mixed ^= mixed >> 32;
  return mixed == 0 ? 1 : mixed;
}

}  // namespace

Result<> Tombstones::add(std::string_view project_id, Kind kind, const std::vector<std::string>& ids, TimeUs at_us) {
  if (ids.empty()) return ok();
  analytics::NativeBlock block(
      {{"project_id", "String"}, {"kind", "String"}, {"id", "String"}, {"deleted_at", "DateTime64(6, 'UTC')"}});
  for (const std::string& id : ids) {
    block[0].text(project_id);
    block[1].text(to_text(kind));
    block[2].text(id);
    block[3].fixed(at_us);
  }
  CLEW_CHECK(engine_.insert("deletions", block, {}));
  {
    const std::unique_lock<std::shared_mutex> lock(mutex_);
    for (const std::string& id : ids)
      remember(hash_of(project_id, to_text(kind), id));
  }
  version_.fetch_add(1, std::memory_order_release);
  // From here on a new flush drops them; wait for the one that may not have seen them.
  const std::unique_lock<std::timed_mutex> idle(storing_, kWaitMax);
  if (!idle.owns_lock()) return Error{Errc::kUnavailable, "ingestion is busy: try again"};
  return ok();
}

Result<> Tombstones::refresh() {
  const std::int64_t now = monotonic_us();
  if (refreshed_us_ != 0 && now - refreshed_us_ < kRefreshUs) return ok();
  const bool everything = loaded_us_ == 0 || now - loaded_us_ > kReloadUs;
  analytics::SystemParams params;  // of all projects: the worker stores for all of them
  params.time("since", everything ? 0 : clock_.now_us() - kClockSkewUs);
  CLEW_TRY(const analytics::Rows rows,
           engine_.select("read_deletions",
                          "SELECT project_id, kind, id FROM deletions WHERE deleted_at >= {since:DateTime64(6,'UTC')}",
                          params));
  const std::unique_lock<std::shared_mutex> lock(mutex_);
  const std::size_t before = used_;
  if (everything && loaded_us_ != 0) {
    slots_.clear();
    used_ = 0;
  }
  for (std::size_t row = 0; row < rows.size(); ++row)
    remember(hash_of(rows.text(row, 0), rows.text(row, 1), rows.text(row, 2)));
  if (used_ != before) version_.fetch_add(1, std::memory_order_release);
  refreshed_us_ = now;
  if (everything) loaded_us_ = now;
  return ok();
}

bool Tombstones::contains(std::string_view project_id, Kind kind, std::string_view id) const {
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  if (slots_.empty()) return false;
  const std::uint64_t hash = hash_of(project_id, to_text(kind), id);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask; slots_[at] != 0; at = (at + 1) & mask) {
    if (slots_[at] == hash) return true;
  }
  return false;
}

void Tombstones::remember(std::uint64_t hash) {
  if ((used_ + 1) * 2 > slots_.size()) grow();
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  for (; slots_[at] != 0; at = (at + 1) & mask) {
    if (slots_[at] == hash) return;
  }
  slots_[at] = hash;
  ++used_;
}

void Tombstones::grow() {
  std::vector<std::uint64_t> old =
      std::exchange(slots_, std::vector<std::uint64_t>(std::max<std::size_t>(64, slots_.size() * 2)));
  const std::size_t mask = slots_.size() - 1;
  for (const std::uint64_t hash : old) {
    if (hash == 0) continue;
    std::size_t at = hash & mask;
    while (slots_[at] != 0)
      at = (at + 1) & mask;
    slots_[at] = hash;
  }
}

namespace {

// The others keep their places, and with them their versions.
std::uint64_t erase_spans(DecodedBatch& batch, const std::function<bool(const domain::Observation&)>& is_deleted) {
  std::vector<std::uint32_t> places;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < batch.spans.size(); ++i) {
    if (is_deleted(batch.spans[i])) continue;
    places.push_back(batch.span_places.empty() ? static_cast<std::uint32_t>(i) : batch.span_places[i]);
    if (kept != i) batch.spans[kept] = std::move(batch.spans[i]);
    ++kept;
  }
  const std::size_t removed = batch.spans.size() - kept;
  if (removed == 0) return 0;
  batch.spans.resize(kept);
  batch.span_places = std::move(places);
  return removed;
}

}  // namespace

std::uint64_t remove_deleted(FlushInput& input, const Tombstones& tombstones) {
  using Kind = Tombstones::Kind;
  if (tombstones.version() == 0) return 0;
  std::uint64_t removed = 0;
  for (DecodedRecord& record : input.records) {
    const std::string& project_id = record.batch->context.project_id;
    if (tombstones.contains(project_id, Kind::kProject, project_id)) {
      removed += record.batch->spans.size();
      record.batch->spans.clear();
      continue;
    }
    removed += erase_spans(*record.batch, [&](const domain::Observation& span) {
      return tombstones.contains(project_id, Kind::kTrace, span.trace_id);
    });
  }
  removed += std::erase_if(input.merges, [&](const auto& project) {
    return tombstones.contains(project.first, Kind::kProject, project.first);
  });
  for (auto& [project_id, requests] : input.merges) {
    const auto is_of_deleted = [&](const EntityEvent& event) {
      if (event.kind == EntityKind::kTrace) return tombstones.contains(project_id, Kind::kTrace, event.entity_id);
      if (event.kind == EntityKind::kObservation &&
          tombstones.contains(project_id, Kind::kObservation, event.entity_id)) {
        return true;
      }
      const json::Value* trace = json::find(event.body, "traceId");
      return trace && trace->is_string() && tombstones.contains(project_id, Kind::kTrace, trace->get_string());
    };
    for (MergeInput& request : requests) {
      removed += std::erase_if(request.events, is_of_deleted);
      removed += std::erase_if(request.trace_io, [&](const TraceIo& io) {
        return tombstones.contains(project_id, Kind::kTrace, io.trace_id);
      });
    }
  }
  return removed;
}

}  // namespace clew::ingest
