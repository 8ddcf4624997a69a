// What is known of one trace, observation or score that came through the JSON door, and which message said so: the unit
// of merging (contract/ingestion.md 7). Applying messages is commutative, idempotent and incremental: the order of
// arrival does not matter, a repeated message changes nothing, and history is never read again.
//
// Input and output text are not part of the state; it keeps their clocks, lengths, 200-character previews and the tool
// definitions and calls found in them. Everything a narrow row shows can be made from the state alone.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "domain/observation.h"
#include "ingest/decode/decoded_batch.h"
#include "ingest/merge/message_clock.h"
#include "ingest/merge/metadata_tree.h"

namespace clew::ingest {

inline constexpr std::size_t kPreviewCharacters = 200;

// Where and when a message was received.
struct Receipt {
  TimeUs received_us = 0;
  std::uint32_t position = 0;  // among the events of its request
  const domain::Attribution* attribution = nullptr;
};

// What applying a message did.
struct Applied {
  bool changed = false;
  bool input = false;   // the message's input is the newest: it replaces the stored text
  bool output = false;  // likewise
};

struct SpanVersion;  // span_version.h

// The version of the OTLP span that counts, when the record came through that door too.
struct SpanPart {
  domain::Observation row;  // without texts
  MessageClock clock;
  bool is_complete = false;
  std::uint64_t seq = 0;
};

class EntityState {
 public:
  EntityState(EntityKind kind, std::string id) : kind_(kind), id_(std::move(id)) {}

  // The text of to_text(). kCorruption: damaged or of a format we do not know.
  static Result<EntityState> parse(EntityKind kind, std::string id, std::string_view text);
  std::string to_text() const;  // compact JSON

  // `event` must be of this kind and id.
  Applied apply(const EntityEvent& event, const Receipt& receipt);
  // Trace input and output found on a span; traces only.
  Applied apply(const TraceIo& io, const Receipt& receipt);

  // A whole span of the same identity; observations only. Its tools must be those of `version.row`.
  Applied apply(const SpanVersion& version);

  EntityKind kind() const { return kind_; }
  const std::string& id() const { return id_; }
  TimeUs created_us() const { return created_us_; }  // first receipt
  TimeUs updated_us() const;                         // receipt of the latest message that still counts
  // The merged value of a field in its stored form (see fields.h), nullptr when never given; null = cleared.
  const json::Value* field(std::string_view name) const;
  // The message (or span) that settled a field, nullptr when never given.
  const MessageClock* clock(std::string_view name) const;
  const SpanPart* span() const { return span_ ? &*span_ : nullptr; }
  // The sending time of the oldest message, null when there was none with a time of its own (only TraceIo).
  std::optional<TimeUs> first_sent_us() const;
  json::Object metadata() const { return metadata_.value(); }
  const MetadataTree& metadata_tree() const { return metadata_; }
  const std::set<std::string>& tags() const { return tags_; }

 private:
  struct Stamped {
    MessageClock clock;
    json::Value value;
  };

  bool is_repeated(const MessageClock& clock) const;
  bool set_newest(std::string_view name, const MessageClock& clock, json::Value value);
  bool set_oldest(std::string_view name, const MessageClock& clock, json::Value value);
  bool apply_fields(const EntityEvent& event, const MessageClock& clock);
  bool apply_observation(const EntityEvent& event, const MessageClock& clock);
  bool apply_score(const json::Object& body, const MessageClock& clock);
  bool apply_metadata(const json::Object& body, const MessageClock& clock);
  bool apply_tags(const json::Object& body);
  bool set_payload(std::string_view name, const MessageClock& clock, std::string_view text);
  bool set_span_text(std::string_view name, const SpanVersion& version, const MessageClock& clock,
                     const std::optional<MessageClock>& replaced);
  bool receive(const MessageClock& clock, const Receipt& receipt);
  std::set<MessageClock> referenced_clocks() const;
  void keep_messages(const MessageClock& latest);

  EntityKind kind_;
  std::string id_;
  std::map<std::string, Stamped, std::less<>> fields_;
  MetadataTree metadata_;
  std::set<std::string> tags_;
  std::optional<SpanPart> span_;
  // Messages that still count, and those sent at the same time as one of them: a repeated message among them is
  // recognised, so that it cannot win by having been received last.
  std::set<MessageClock> messages_;
  TimeUs created_us_ = 0;
};

}  // namespace clew::ingest
