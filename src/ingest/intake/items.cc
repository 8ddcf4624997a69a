#include "ingest/intake/items.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

namespace clew::ingest {

namespace {

std::uint32_t place_of(const DecodedBatch& batch, std::size_t index) {
  return batch.span_places.empty() ? static_cast<std::uint32_t>(index) : batch.span_places[index];
}

// Copies what of `from` has ordinals in [begin, end) when the first of them has the ordinal `offset`.
template <class Item>
std::vector<Item> within(const std::vector<Item>& from, std::size_t offset, std::size_t begin, std::size_t end) {
  const auto index = [&](std::size_t ordinal) {
    return static_cast<std::ptrdiff_t>(std::clamp(ordinal, offset, offset + from.size()) - offset);
  };
  return {from.begin() + index(begin), from.begin() + index(end)};
}

}  // namespace

std::size_t item_count(const DecodedBatch& batch) {
  return batch.spans.size() + batch.trace_io.size() + batch.events.size();
}

std::string item_name(const DecodedBatch& batch, std::size_t ordinal) {
  if (ordinal < batch.spans.size()) {
    const domain::Observation& span = batch.spans[ordinal];
    return fmt::format("span:{}:{}", span.trace_id, span.span_id);
  }
  ordinal -= batch.spans.size();
  if (ordinal < batch.trace_io.size()) return "trace:" + batch.trace_io[ordinal].trace_id;
  return fmt::format("event:{}", batch.events.at(ordinal - batch.trace_io.size()).index);
}

DecodedBatch items_within(const DecodedBatch& batch, std::size_t begin, std::size_t end) {
  DecodedBatch out;
  out.context = batch.context;
  out.spans = within(batch.spans, 0, begin, end);
  out.trace_io = within(batch.trace_io, batch.spans.size(), begin, end);
  out.events = within(batch.events, batch.spans.size() + batch.trace_io.size(), begin, end);
  for (std::size_t i = 0; i < out.spans.size(); ++i)
    out.span_places.push_back(place_of(batch, begin + i));
  return out;
}

void keep_items(DecodedBatch& batch, const std::vector<std::string>& names) {
  const std::unordered_set<std::string> wanted(names.begin(), names.end());
  DecodedBatch kept = items_within(batch, 0, 0);
  for (std::size_t ordinal = 0; ordinal < item_count(batch); ++ordinal) {
    if (!wanted.contains(item_name(batch, ordinal))) continue;
    DecodedBatch one = items_within(batch, ordinal, ordinal + 1);
    std::ranges::move(one.spans, std::back_inserter(kept.spans));
    std::ranges::move(one.span_places, std::back_inserter(kept.span_places));
    std::ranges::move(one.trace_io, std::back_inserter(kept.trace_io));
    std::ranges::move(one.events, std::back_inserter(kept.events));
  }
  batch.spans = std::move(kept.spans);
  batch.span_places = std::move(kept.span_places);
  batch.trace_io = std::move(kept.trace_io);
  batch.events = std::move(kept.events);
}

}  // namespace clew::ingest
