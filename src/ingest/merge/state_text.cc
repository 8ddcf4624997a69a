// The stored form of an EntityState:
//   {"v":1, "c":<first receipt>, "m":[[sent,is update,received,position,envelope],...],
//    "f":{<field>:[<index into m>,<value>],...}, "d":<metadata tree>, "t":[<tag>,...],
//    "o":[<index into m>,<is complete>,<seq>,{<field of the OTLP span>:<value>,...}]}
// Times are microseconds. "d", "t" and "o" are left out when empty.
#include <algorithm>

#include "ingest/merge/entity_state.h"
#include "ingest/merge/span_version.h"

namespace clew::ingest {

namespace {

constexpr std::int64_t kFormat = 1;

Error damaged(std::string_view what) {
  return {Errc::kCorruption, "merge state: " + std::string(what) + " is damaged"};
}

std::optional<std::uint64_t> unsigned_at(const json::Array& array, std::size_t index) {
  const json::Value& value = array[index];
  if (const auto* number = value.if_uint64()) return *number;
  if (const auto* number = value.if_int64(); number && *number >= 0) return static_cast<std::uint64_t>(*number);
  return std::nullopt;
}

std::optional<MessageClock> parse_clock(const json::Value& value) {
  const json::Array* parts = value.if_array();
  if (!parts || parts->size() != 5 || !(*parts)[0].is_int64() || !(*parts)[2].is_int64()) return std::nullopt;
  const auto is_update = unsigned_at(*parts, 1);
  const auto position = unsigned_at(*parts, 3);
  const auto envelope = unsigned_at(*parts, 4);
  if (!is_update || !position || !envelope) return std::nullopt;
  return MessageClock{.sent_us = (*parts)[0].get_int64(),
                      .is_update = *is_update != 0,
                      .received_us = (*parts)[2].get_int64(),
                      .position = static_cast<std::uint32_t>(*position),
                      .envelope = *envelope};
}

}  // namespace

std::string EntityState::to_text() const {
  const std::vector<MessageClock> order(messages_.begin(), messages_.end());
  const auto index_of = [&order](const MessageClock& clock) {
    return static_cast<std::size_t>(std::lower_bound(order.begin(), order.end(), clock) - order.begin());
  };
  json::Array messages;
  for (const MessageClock& clock : order) {
    messages.push_back(
        json::Array{clock.sent_us, clock.is_update ? 1 : 0, clock.received_us, clock.position, clock.envelope});
  }
  json::Object fields;
  for (const auto& [name, stamped] : fields_)
    fields[name] = json::Array{index_of(stamped.clock), stamped.value};

  json::Object out{{"v", kFormat}, {"c", created_us_}, {"m", std::move(messages)}, {"f", std::move(fields)}};
  if (!metadata_.empty()) out["d"] = metadata_.to_json(index_of);
  if (!tags_.empty()) {
    json::Array tags;
    for (const std::string& tag : tags_)
      tags.emplace_back(tag);
    out["t"] = std::move(tags);
  }
  if (span_) {
    out["o"] = json::Array{index_of(span_->clock), span_->is_complete ? 1 : 0, span_->seq, span_to_json(span_->row)};
  }
  return json::to_text(out);
}

Result<EntityState> EntityState::parse(EntityKind kind, std::string id, std::string_view text) {
  auto root = json::parse(text);
  if (!root || !root->is_object()) return damaged("the text");
  const json::Object& object = root->get_object();
  const json::Value* format = json::find(object, "v");
  if (!format || *format != kFormat) return damaged("the format number");

  EntityState state(kind, std::move(id));
  const json::Value* created = json::find(object, "c");
  const json::Value* messages = json::find(object, "m");
  const json::Value* fields = json::find(object, "f");
  if (!created || !created->is_int64() || !messages || !messages->is_array() || !fields || !fields->is_object()) {
    return damaged("the frame");
  }
  state.created_us_ = created->get_int64();
  std::vector<MessageClock> order;
  for (const json::Value& message : messages->get_array()) {
    const auto clock = parse_clock(message);
    if (!clock) return damaged("a message");
    order.push_back(*clock);
  }
  state.messages_.insert(order.begin(), order.end());
  const auto clock_at = [&order](const json::Value& index) -> const MessageClock* {
    if (!index.is_int64() || index.get_int64() < 0) return nullptr;
    const auto at = static_cast<std::size_t>(index.get_int64());
    return at < order.size() ? &order[at] : nullptr;
  };
  for (const auto& [name, entry] : fields->get_object()) {
    const json::Array* pair = entry.if_array();
    const MessageClock* clock = pair && pair->size() == 2 ? clock_at((*pair)[0]) : nullptr;
    if (!clock) return damaged(name);
    state.fields_.emplace(std::string(name), Stamped{*clock, (*pair)[1]});
  }
  if (const json::Value* metadata = json::find(object, "d")) {
    CLEW_TRY(state.metadata_, MetadataTree::parse(*metadata, clock_at));
  }
  if (const json::Value* tags = json::find(object, "t")) {
    if (!tags->is_array()) return damaged("the tags");
    for (const json::Value& tag : tags->get_array()) {
      if (tag.is_string()) state.tags_.emplace(std::string_view(tag.get_string()));
    }
  }
  if (const json::Value* span = json::find(object, "o")) {
    const json::Array* parts = span->if_array();
    const MessageClock* clock =
        parts && parts->size() == 4 && (*parts)[3].is_object() ? clock_at((*parts)[0]) : nullptr;
    const auto is_complete = clock ? unsigned_at(*parts, 1) : std::nullopt;
    const auto seq = clock ? unsigned_at(*parts, 2) : std::nullopt;
    if (!is_complete || !seq) return damaged("the span");
    state.span_ = SpanPart{.row = span_from_json((*parts)[3].get_object()),
                           .clock = *clock,
                           .is_complete = *is_complete != 0,
                           .seq = *seq};
  }
  return state;
}

}  // namespace clew::ingest
