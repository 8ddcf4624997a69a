#include "ingest/intake/sampling.h"

#include <charconv>
#include <limits>

#include <openssl/sha.h>

#include "base/text.h"

namespace clew::ingest {

namespace {

std::string_view trace_of(const EntityEvent& event) {
  if (event.kind == EntityKind::kTrace) return event.entity_id;
  return json::find_text(event.body, "traceId").value_or("");
}

bool is_left_out(std::string_view trace_id, double rate) {
  return !trace_id.empty() && !is_sampled(trace_id, rate);
}

}  // namespace

Result<SampleRates> SampleRates::parse(std::string_view setting) {
  SampleRates out;
  for (const std::string_view part : text::split(setting, ',')) {
    const std::string_view entry = text::trim(part);
    if (entry.empty()) continue;
    const std::size_t colon = entry.rfind(':');
    const std::string_view project = text::trim(entry.substr(0, colon));
    const std::string_view number = colon == std::string_view::npos ? "" : text::trim(entry.substr(colon + 1));
    double rate = -1;
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), rate);
    const bool is_number = parsed.ec == std::errc{} && parsed.ptr == number.data() + number.size();
    if (project.empty() || !is_number || !(rate >= 0 && rate <= 1)) {
      return Error{Errc::kInvalidArgument,
                   "'" + std::string(entry) + "' is not projectId:rate with a rate from 0 to 1"};
    }
    out.rates_.insert_or_assign(std::string(project), rate);
  }
  return out;
}

std::optional<double> SampleRates::of(std::string_view project_id) const {
  const auto found = rates_.find(project_id);
  if (found == rates_.end() || found->second >= 1) return std::nullopt;
  return found->second;
}

bool is_sampled(std::string_view trace_id, double rate) {
  if (rate >= 1) return true;
  if (rate <= 0) return false;
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(trace_id.data()), trace_id.size(), digest);
  const std::uint32_t first = static_cast<std::uint32_t>(digest[0]) << 24 |
                              static_cast<std::uint32_t>(digest[1]) << 16 | static_cast<std::uint32_t>(digest[2]) << 8 |
                              digest[3];
  return static_cast<double>(first) / static_cast<double>(std::numeric_limits<std::uint32_t>::max()) < rate;
}

void apply_sampling(DecodedBatch& batch) {
  if (!batch.context.sample_rate) return;
  const double rate = *batch.context.sample_rate;
  std::erase_if(batch.spans, [&](const domain::Observation& span) { return is_left_out(span.trace_id, rate); });
  std::erase_if(batch.trace_io, [&](const TraceIo& io) { return is_left_out(io.trace_id, rate); });
  std::erase_if(batch.events, [&](const EntityEvent& event) { return is_left_out(trace_of(event), rate); });
}

}  // namespace clew::ingest
