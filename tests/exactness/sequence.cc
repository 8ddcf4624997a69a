#include "sequence.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "base/time.h"

namespace clew::exactness {

namespace {

constexpr Time kBegin = 1'767'225'600'000'000;  // 2026-01-01T00:00:00Z
constexpr Time kMs = 1'000;

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  Sequence sequence() {
    Sequence out;
    out.records_per_flush = 1 + below(4);
    const std::size_t steps = 10 + below(12);
    for (std::size_t i = 0; i < steps; ++i)
      out.steps.push_back(step());
    return out;
  }

 private:
  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }
  bool chance(int percent) { return static_cast<int>(below(100)) < percent; }
  std::string word(const char* prefix) { return prefix + std::to_string(below(1'000)); }
  Time moment() { return kBegin + static_cast<Time>(below(40)) * 100 * kMs; }

  Time moment_before(Time end) { return std::min(moment(), end - 100 * kMs); }

  // Four ids in each of three traces.
  std::size_t any_id() { return below(12); }
  static std::string trace_of(std::size_t id) { return fmt::format("{:032x}", 0xabc0 + id / 4); }
  static std::string name_of(std::size_t id) { return fmt::format("{:016x}", 0xf0 + id); }

  // Of these, versions come in the order of their ends, and messages bring texts. The others come in any order.
  static bool has_order(std::size_t id) { return id % 4 != 3; }
  bool may_repeat(const Span& span) {
    for (std::size_t id = 0; id < 12; ++id) {
      if (name_of(id) == span.id) return !has_order(id) || span.end == ends_[id];
    }
    return false;
  }

  Step step() {
    if (!sent_.empty() && chance(15)) {  // a client repeats itself
      const Step& again = sent_[below(sent_.size())];
      const auto* request = std::get_if<Export>(&again);
      if (!request || std::ranges::all_of(request->spans, [&](const Span& span) { return may_repeat(span); }))
        return again;
    }
    const std::size_t kind = below(100);
    if (kind < 40) return keep(exported());
    if (kind < 76) return keep(batch());
    if (kind < 84) return Settle{};
    if (kind < 90) return Restart{};
    if (kind < 96) return Crash{static_cast<int>(below(7))};
    return DeleteTrace{trace_of(any_id())};
  }
  Step keep(Step step) {
    sent_.push_back(step);
    return step;
  }

  Export exported() {
    Export out;
    for (std::size_t n = 1 + below(4); n > 0; --n)
      out.spans.push_back(span(any_id()));
    return out;
  }

  Span span(std::size_t id) {
    Span out{.trace = trace_of(id), .id = name_of(id)};
    // Children first, as exporters send them; the parent's name is known before the parent.
    if (id % 4 != 0) out.parent = name_of(id - id % 4);
    out.start = moment();
    if (has_order(id)) out.start = std::max(out.start, ends_[id]);
    out.end = out.start;  // it still runs
    if (chance(75)) out.end += static_cast<Time>(1 + below(8)) * 100 * kMs;
    if (has_order(id) && out.end > out.start && chance(50)) out.start = moment_before(out.end);
    ends_[id] = out.end;
    out.name = word("otlp-");
    out.type = chance(50) ? "GENERATION" : "SPAN";
    if (chance(30)) out.level = "ERROR";
    if (chance(30)) out.status = word("status-");
    if (out.type == "GENERATION") {
      if (chance(70)) out.model = chance(70) ? "gpt-4o" : "house-model";
      if (chance(60))
        out.usage = {static_cast<std::int64_t>(1 + below(500)), static_cast<std::int64_t>(1 + below(500))};
    }
    if (id % 3 != 0) out.input = word("question ");  // all versions of a span have it or none
    if (id % 3 != 1) out.output = word("answer ");
    for (const char* key : {"a", "b", "c"}) {
      if (chance(35)) out.metadata[key] = word("otlp-");
    }
    if (id / 4 != 1) out.user = fmt::format("user-{}", id / 4);
    if (id / 4 != 2) out.session = fmt::format("session-{}", id / 4);
    return out;
  }

  Batch batch() {
    Batch out;
    for (std::size_t n = 1 + below(3); n > 0; --n) {
      const std::size_t kind = below(10);
      out.messages.push_back(kind < 7 ? observation(any_id()) : kind < 9 ? trace() : score());
    }
    return out;
  }

  Message message(const std::string& type, const std::string& id) {
    return {.envelope = fmt::format("e-{}", ++envelopes_), .type = type, .id = id, .sent = moment()};
  }
  void say(Message& message, const char* field, const std::string& value, int percent, int percent_null = 0) {
    if (chance(percent)) {
      message.texts[field] = value;
    } else if (chance(percent_null)) {
      message.texts[field] = std::nullopt;
    }
  }

  Message observation(std::size_t id) {
    static constexpr const char* kTypes[] = {"span-create", "span-update", "generation-create", "generation-update"};
    Message out = message(kTypes[below(4)], name_of(id));
    say(out, "traceId", trace_of(id), 75);
    say(out, "name", word("json-"), 40, 15);
    const bool is_generation = out.type.starts_with("generation-");  // the body of a span has no model and no usage
    if (is_generation) say(out, "model", chance(50) ? "gpt-4o" : "other-model", 30, 15);
    say(out, "level", chance(50) ? "ERROR" : "DEFAULT", 20, 10);
    say(out, "statusMessage", word("said-"), 20, 10);
    say(out, "version", word("v"), 20, 10);
    say(out, "parentObservationId", name_of(id - id % 4), id % 4 == 0 ? 0 : 30);
    if (has_order(id)) say(out, "input", word("asked "), 30, 5);
    if (has_order(id)) say(out, "output", word("said "), 30, 5);
    if (chance(40)) out.times["startTime"] = moment();
    if (chance(40)) out.times["endTime"] = moment();
    if (is_generation && chance(40)) {
      out.usage = {static_cast<std::int64_t>(1 + below(500)), static_cast<std::int64_t>(1 + below(500))};
    }
    for (const char* key : {"a", "b", "d"}) {
      if (chance(30)) out.metadata[key] = word("json-");
    }
    return out;
  }

  Message trace() {
    const std::size_t id = any_id();
    Message out = message("trace-create", trace_of(id));
    say(out, "name", word("trace-"), 50, 15);
    say(out, "userId", word("u"), 30, 10);
    say(out, "sessionId", fmt::format("session-{}", below(2)), 30, 10);
    say(out, "input", word("trace asked "), 20, 5);
    say(out, "output", word("trace said "), 20, 5);
    if (chance(20)) out.times["timestamp"] = moment();
    for (const char* tag : {"x", "y", "z"}) {
      if (chance(20)) out.tags.emplace_back(tag);
    }
    return out;
  }

  Message score() {
    const std::size_t id = below(4);
    Message out = message("score-create", fmt::format("score-{}", id));
    out.texts["traceId"] = trace_of(id * 4 % 12);
    out.texts["name"] = word("quality-");
    say(out, "comment", word("because "), 40, 20);
    out.value = static_cast<double>(below(100));
    return out;
  }

  std::mt19937_64 random_;
  std::vector<Step> sent_;
  std::map<std::size_t, Time> ends_;
  int envelopes_ = 0;
};

json::Object attribute(std::string_view key, std::string_view value) {
  return {{"key", json::Value(boost::json::string_view(key))},
          {"value", json::Object{{"stringValue", json::Value(boost::json::string_view(value))}}}};
}

json::Object usage_object(const std::pair<std::int64_t, std::int64_t>& usage) {
  return {{"input", usage.first}, {"output", usage.second}};
}

json::Object span_object(const Span& span) {
  json::Array attributes;
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) attributes.push_back(attribute(key, value));
  };
  add("langfuse.observation.type", span.type == "GENERATION" ? "generation" : "span");
  add("langfuse.observation.level", span.level);
  add("langfuse.observation.status_message", span.status);
  add("langfuse.observation.model.name", span.model);
  add("langfuse.observation.input", span.input);
  add("langfuse.observation.output", span.output);
  if (span.usage) add("langfuse.observation.usage_details", json::to_text(usage_object(*span.usage)));
  add("user.id", span.user);
  add("session.id", span.session);
  for (const auto& [key, value] : span.metadata)
    add(("langfuse.observation.metadata." + key).c_str(), value);
  json::Object out{{"traceId", span.trace},
                   {"spanId", span.id},
                   {"name", span.name},
                   {"startTimeUnixNano", std::to_string(span.start * 1'000)},
                   {"endTimeUnixNano", std::to_string(span.end * 1'000)},
                   {"attributes", std::move(attributes)}};
  if (!span.parent.empty()) out["parentSpanId"] = span.parent;
  return out;
}

}  // namespace

Sequence random_sequence(std::uint64_t seed) {
  return Generator(seed).sequence();
}

std::string otlp_json(const Export& request) {
  json::Array spans;
  for (const Span& span : request.spans)
    spans.push_back(span_object(span));
  return json::to_text(json::Object{
      {"resourceSpans",
       json::Array{json::Object{{"scopeSpans", json::Array{json::Object{{"spans", std::move(spans)}}}}}}}});
}

std::string event_batch(const Batch& request) {
  json::Array events;
  for (const Message& message : request.messages) {
    json::Object body{{"id", message.id}};
    for (const auto& [field, value] : message.texts)
      body[field] = value ? json::Value(boost::json::string_view(*value)) : json::Value();
    for (const auto& [field, time] : message.times)
      body[field] = iso_ms(time);
    if (message.usage) body["usageDetails"] = usage_object(*message.usage);
    if (!message.metadata.empty()) {
      json::Object metadata;
      for (const auto& [key, value] : message.metadata)
        metadata[key] = value;
      body["metadata"] = std::move(metadata);
    }
    if (!message.tags.empty()) {
      json::Array tags;
      for (const std::string& tag : message.tags)
        tags.emplace_back(tag);
      body["tags"] = std::move(tags);
    }
    if (message.type == "score-create") body["value"] = message.value;
    events.push_back(json::Object{
        {"id", message.envelope}, {"type", message.type}, {"timestamp", iso_ms(message.sent)}, {"body", body}});
  }
  return json::to_text(json::Object{{"batch", std::move(events)}});
}

}  // namespace clew::exactness
