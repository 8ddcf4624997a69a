#include "ingest/merge/entity_state.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "ingest/decode/tools/tools.h"
#include "ingest/merge/fields.h"
#include "ingest/merge/provided_usage.h"
#include "ingest/merge/span_version.h"

namespace clew::ingest {

namespace {

// Messages kept only to recognise their repetition. More than this sent in one instant about one record is not a
// client's life but a loop; the oldest are forgotten.
constexpr std::size_t kTiesMax = 64;

json::Value text_value(std::string_view text) {
  return json::Value(boost::json::string_view(text));
}

// Null when the value counts as absent.
std::optional<json::Value> in_form(const json::Value& value, Form form) {
  switch (form) {
    case Form::kAsGiven:
      return value;
    case Form::kTime: {
      const auto time = value.is_string() ? parse_iso_time(value.get_string()) : std::nullopt;
      if (!time) return std::nullopt;
      return json::Value(*time);
    }
    case Form::kMap:
      if (!value.is_object() || value.get_object().empty()) return std::nullopt;
      return value;
    case Form::kNotEmpty:
      if (!value.is_string() || value.get_string().empty()) return std::nullopt;
      return value;
  }
  return std::nullopt;
}

std::string_view observation_type(const EntityEvent& event) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kByPrefix = {{
      {"span-", "SPAN"},
      {"event-", "EVENT"},
      {"generation-", "GENERATION"},
      {"agent-", "AGENT"},
      {"tool-", "TOOL"},
      {"chain-", "CHAIN"},
      {"retriever-", "RETRIEVER"},
      {"evaluator-", "EVALUATOR"},
      {"embedding-", "EMBEDDING"},
      {"guardrail-", "GUARDRAIL"},
  }};
  for (const auto& [prefix, type] : kByPrefix) {
    if (event.type.starts_with(prefix)) return type;
  }
  return json::find_text(event.body, "type").value_or("SPAN");
}

// What tier conditions may ask of the message that brought the usage. No condition compares with longer text.
json::Array pricing_facts(const json::Object& body) {
  constexpr std::size_t kTextBytesMax = 1000;
  const json::Value* parameters = json::find(body, "modelParameters");
  json::Object scalars;
  const json::Value* metadata = json::find(body, "metadata");
  if (metadata && metadata->is_object()) {
    for (const auto& [key, value] : metadata->get_object()) {
      const bool is_text = value.is_string() && value.get_string().size() <= kTextBytesMax;
      if (is_text || value.is_number() || value.is_bool()) scalars[key] = value;
    }
  }
  return {parameters && parameters->is_object() ? *parameters : json::Value(nullptr), std::move(scalars)};
}

json::Object tool_definitions(std::string_view input) {
  domain::Observation probe;
  probe.input = std::string(input);
  extract_tools(probe);
  json::Object out;
  for (const auto& [name, definition] : probe.tool_definitions)
    out[name] = definition;
  return out;
}

// The calls and, in the same order, the names of their tools.
std::pair<json::Array, json::Array> tool_calls(std::string_view output) {
  domain::Observation probe;
  probe.output = std::string(output);
  extract_tools(probe);
  json::Array calls;
  json::Array names;
  for (const std::string& call : probe.tool_calls)
    calls.emplace_back(call);
  for (const std::string& name : probe.tool_call_names)
    names.emplace_back(name);
  return {std::move(calls), std::move(names)};
}

}  // namespace

const json::Value* EntityState::field(std::string_view name) const {
  const auto found = fields_.find(name);
  return found == fields_.end() ? nullptr : &found->second.value;
}

const MessageClock* EntityState::clock(std::string_view name) const {
  const auto found = fields_.find(name);
  return found == fields_.end() ? nullptr : &found->second.clock;
}

std::optional<TimeUs> EntityState::first_sent_us() const {
  const auto found = fields_.find(field::kFirst);
  if (found == fields_.end()) return std::nullopt;
  return found->second.clock.sent_us;
}

bool EntityState::is_repeated(const MessageClock& clock) const {
  return std::any_of(messages_.begin(), messages_.end(),
                     [&](const MessageClock& known) { return known.repeats(clock); });
}

bool EntityState::set_newest(std::string_view name, const MessageClock& clock, json::Value value) {
  const auto found = fields_.find(name);
  if (found == fields_.end()) {
    fields_.emplace(std::string(name), Stamped{clock, std::move(value)});
    return true;
  }
  if (found->second.clock >= clock) return false;
  found->second = {clock, std::move(value)};
  return true;
}

bool EntityState::set_oldest(std::string_view name, const MessageClock& clock, json::Value value) {
  const auto found = fields_.find(name);
  if (found == fields_.end()) {
    fields_.emplace(std::string(name), Stamped{clock, std::move(value)});
    return true;
  }
  if (found->second.clock <= clock) return false;
  found->second = {clock, std::move(value)};
  return true;
}

bool EntityState::receive(const MessageClock& clock, const Receipt& receipt) {
  bool changed = false;
  if (created_us_ == 0 || receipt.received_us < created_us_) {
    created_us_ = receipt.received_us;
    changed = true;
  }
  if (receipt.attribution) {
    const domain::Attribution& by = *receipt.attribution;
    changed |= set_newest(field::kSender, clock,
                          json::Array{text_value(by.api_key), text_value(by.sdk_name), text_value(by.sdk_version)});
  }
  return changed;
}

Applied EntityState::apply(const EntityEvent& event, const Receipt& receipt) {
  const MessageClock clock{.sent_us = event.timestamp_us,
                           .is_update = !event.is_create,
                           .received_us = receipt.received_us,
                           .position = receipt.position,
                           .envelope = envelope_hash(event.envelope_id)};
  Applied applied;
  if (is_repeated(clock)) return applied;

  applied.changed = receive(clock, receipt);
  applied.changed |= set_oldest(field::kFirst, clock, nullptr);
  applied.changed |= apply_fields(event, clock);
  applied.changed |= apply_metadata(event.body, clock);
  if (kind_ == EntityKind::kScore) {
    applied.changed |= apply_score(event.body, clock);
  } else {
    if (const auto input = json::find_text(event.body, "input")) {
      applied.input = set_payload(field::kInput, clock, *input);
    }
    if (const auto output = json::find_text(event.body, "output")) {
      applied.output = set_payload(field::kOutput, clock, *output);
    }
    applied.changed |= applied.input || applied.output;
  }
  if (kind_ == EntityKind::kObservation) applied.changed |= apply_observation(event, clock);
  if (kind_ == EntityKind::kTrace) applied.changed |= apply_tags(event.body);
  keep_messages(clock);
  return applied;
}

Applied EntityState::apply(const TraceIo& io, const Receipt& receipt) {
  // These have no envelope: the same text at the same time is the same message.
  const std::uint64_t hash = envelope_hash(io.input.value_or("")) * 31 + envelope_hash(io.output.value_or(""));
  const MessageClock clock{.sent_us = io.timestamp_us,
                           .is_update = false,
                           .received_us = receipt.received_us,
                           .position = receipt.position,
                           .envelope = hash};
  Applied applied;
  if (is_repeated(clock)) return applied;
  applied.changed = receive(clock, receipt);
  if (io.input) applied.input = set_payload(field::kInput, clock, *io.input);
  if (io.output) applied.output = set_payload(field::kOutput, clock, *io.output);
  applied.changed |= applied.input || applied.output;
  keep_messages(clock);
  return applied;
}

// Text is kept once, so it has one clock for both doors. Among versions of the span their own order decides.
bool EntityState::set_span_text(std::string_view name, const SpanVersion& version, const MessageClock& clock,
                                const std::optional<MessageClock>& replaced) {
  const bool is_input = name == field::kInput;
  const TextSummary& text = is_input ? version.input : version.output;
  if (text.characters == 0) return false;
  const auto found = fields_.find(name);
  if (found != fields_.end() && found->second.clock >= clock && found->second.clock != replaced) return false;
  json::Array value{text_value(text.preview), text.characters};
  if (is_input && !version.row.tool_definitions.empty()) {
    json::Object definitions;
    for (const auto& [tool, definition] : version.row.tool_definitions)
      definitions[tool] = text_value(definition);
    value.emplace_back(std::move(definitions));
  }
  if (!is_input && !version.row.tool_calls.empty()) {
    json::Array calls, names;
    for (const std::string& call : version.row.tool_calls)
      calls.push_back(text_value(call));
    for (const std::string& tool : version.row.tool_call_names)
      names.push_back(text_value(tool));
    value.emplace_back(std::move(calls));
    value.emplace_back(std::move(names));
  }
  fields_.insert_or_assign(std::string(name), Stamped{clock, std::move(value)});
  return true;
}

Applied EntityState::apply(const SpanVersion& version) {
  Applied applied;
  const MessageClock clock = clock_of(version);
  if (span_ && std::tuple(span_->is_complete, span_->seq) >= std::tuple(version.is_complete(), version.seq)) {
    applied.changed = receive(clock, {.received_us = version.created_at_us});
    return applied;
  }
  applied.changed = true;
  receive(clock, {.received_us = version.created_at_us, .position = 0, .attribution = &version.attribution});
  const auto replaced = span_ ? std::optional(span_->clock) : std::nullopt;
  applied.input = set_span_text(field::kInput, version, clock, replaced);
  applied.output = set_span_text(field::kOutput, version, clock, replaced);
  span_ = SpanPart{.row = version.row, .clock = clock, .is_complete = version.is_complete(), .seq = version.seq};
  span_->row.input.reset();
  span_->row.output.reset();
  span_->row.events.clear();
  keep_messages(clock);
  return applied;
}

bool EntityState::apply_fields(const EntityEvent& event, const MessageClock& clock) {
  bool changed = false;
  for (const FieldRule& rule : field_rules(kind_)) {
    const json::Value* given = json::find(event.body, rule.name);
    if (!given) continue;
    if (given->is_null()) {
      if (rule.on_null == OnNull::kClear) changed |= set_newest(rule.name, clock, nullptr);
      continue;
    }
    auto value = in_form(*given, rule.form);
    if (!value) continue;
    changed |= rule.winner == Winner::kNewest ? set_newest(rule.name, clock, *std::move(value))
                                              : set_oldest(rule.name, clock, *std::move(value));
  }
  return changed;
}

bool EntityState::apply_observation(const EntityEvent& event, const MessageClock& clock) {
  bool changed = set_newest(field::kType, clock, text_value(observation_type(event)));
  if (const auto usage = provided_usage(event.body); !usage.empty()) {
    json::Object map;
    for (const auto& [key, count] : usage)
      map[key] = count;
    changed |= set_newest(field::kUsage, clock, std::move(map));
    changed |= set_newest(field::kUsageBy, clock, pricing_facts(event.body));
  }
  if (const auto cost = provided_cost(event.body); !cost.empty()) {
    json::Object map;
    for (const auto& [key, amount] : cost)
      map[key] = amount;
    changed |= set_newest(field::kCost, clock, std::move(map));
  }
  const auto name = json::find_text(event.body, "promptName");
  const json::Value* version = json::find(event.body, "promptVersion");
  if (name && version && version->is_int64()) {
    changed |= set_newest(field::kPrompt, clock, json::Array{text_value(*name), *version});
  }
  return changed;
}

bool EntityState::apply_score(const json::Object& body, const MessageClock& clock) {
  const json::Value* value = json::find(body, "value");
  if (!value) return false;
  const std::string_view inferred = value->is_string() ? "CATEGORICAL" : "NUMERIC";
  const std::string_view type = json::find_text(body, "dataType").value_or(inferred);
  json::Array settled{*value, text_value(type)};
  // The number of the category, where a score config knows one.
  if (const json::Value* number = json::find(body, "categoryValue")) settled.push_back(*number);
  return set_newest(field::kValue, clock, std::move(settled));
}

bool EntityState::apply_metadata(const json::Object& body, const MessageClock& clock) {
  const json::Value* metadata = json::find(body, "metadata");
  if (!metadata || metadata->is_null()) return false;
  if (const json::Object* object = metadata->if_object()) return metadata_.merge(*object, clock);
  // A value that is not an object becomes text under the key `metadata` (contract/ingestion.md 5.3).
  const std::string text = metadata->is_string() ? std::string(metadata->get_string()) : json::to_text(*metadata);
  return metadata_.merge(json::Object{{"metadata", text_value(text)}}, clock);
}

bool EntityState::apply_tags(const json::Object& body) {
  const json::Value* tags = json::find(body, "tags");
  if (!tags || !tags->is_array()) return false;
  bool changed = false;
  for (const json::Value& tag : tags->get_array()) {
    if (tag.is_string()) changed |= tags_.emplace(std::string_view(tag.get_string())).second;
  }
  return changed;
}

bool EntityState::set_payload(std::string_view name, const MessageClock& clock, std::string_view text) {
  const auto found = fields_.find(name);
  if (found != fields_.end() && found->second.clock >= clock) return false;
  json::Array value{text_value(text::prefix(text, kPreviewCharacters)), text::characters(text)};
  if (kind_ == EntityKind::kObservation && name == field::kInput) {
    if (auto definitions = tool_definitions(text); !definitions.empty()) value.emplace_back(std::move(definitions));
  }
  if (kind_ == EntityKind::kObservation && name == field::kOutput) {
    if (auto [calls, names] = tool_calls(text); !calls.empty()) {
      value.emplace_back(std::move(calls));
      value.emplace_back(std::move(names));
    }
  }
  return set_newest(name, clock, std::move(value));
}

std::set<MessageClock> EntityState::referenced_clocks() const {
  std::set<MessageClock> clocks;
  for (const auto& [name, stamped] : fields_)
    clocks.insert(stamped.clock);
  metadata_.for_each_clock([&](const MessageClock& clock) { clocks.insert(clock); });
  if (span_) clocks.insert(span_->clock);
  return clocks;
}

TimeUs EntityState::updated_us() const {
  TimeUs latest = created_us_;
  for (const MessageClock& clock : referenced_clocks())
    latest = std::max(latest, clock.received_us);
  return latest;
}

void EntityState::keep_messages(const MessageClock& latest) {
  const std::set<MessageClock> referenced = referenced_clocks();
  std::set<MessageClock> candidates = std::move(messages_);
  candidates.insert(latest);
  messages_ = referenced;
  std::size_t ties = 0;
  for (auto message = candidates.rbegin(); message != candidates.rend() && ties < kTiesMax; ++message) {
    if (referenced.contains(*message)) continue;
    const auto same_time = referenced.lower_bound({.sent_us = message->sent_us, .is_update = message->is_update});
    if (same_time == referenced.end() || same_time->sent_us != message->sent_us ||
        same_time->is_update != message->is_update) {
      continue;
    }
    messages_.insert(*message);
    ++ties;
  }
}

}  // namespace clew::ingest
