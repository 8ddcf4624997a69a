#include "oracle.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace clew::exactness {

namespace {

std::string join(const std::map<std::string, std::string>& map) {
  std::string out;
  for (const auto& [key, value] : map)
    out += key + "=" + value + ";";
  return out;
}

template <class Number>
std::string text_of(const std::optional<Number>& number) {
  return number ? std::to_string(*number) : "none";
}

void compare(const char* what, const std::map<std::string, std::string>& expected,
             const std::map<std::string, std::string>& actual, std::string& out) {
  for (const auto& [key, line] : expected) {
    const auto found = actual.find(key);
    if (found == actual.end()) {
      out += std::string(what) + " " + key + " is missing: " + line + "\n";
    } else if (found->second != line) {
      out += std::string(what) + " " + key + "\n  expected " + line + "\n  actual   " + found->second + "\n";
    }
  }
  for (const auto& [key, line] : actual) {
    if (!expected.contains(key)) out += std::string(what) + " " + key + " should not be: " + line + "\n";
  }
}

// gpt-4o: 2.50 and 10 dollar per million tokens.
std::optional<std::int64_t> cost_of(const std::string& model, const std::pair<std::int64_t, std::int64_t>& usage) {
  if (model != "gpt-4o") return std::nullopt;
  return usage.first * 2'500'000 + usage.second * 10'000'000;
}

}  // namespace

std::string ObservationView::text() const {
  return "parent=" + parent + " name=" + name + " type=" + type + " level=" + level + " status=" + status +
         " model=" + model + " version=" + version + " input=" + input + " output=" + output +
         " start=" + std::to_string(start) + " end=" + text_of(end) + " tokens=" + std::to_string(input_tokens) + "+" +
         std::to_string(output_tokens) + " cost=" + text_of(cost) + " metadata=" + join(metadata) +
         " created=" + std::to_string(created);
}

std::string TraceView::text() const {
  std::string out = "name=" + name + " user=" + user + " session=" + session + " level=" + level + " input=" + input +
                    " output=" + output + " timestamp=" + std::to_string(timestamp) +
                    " latency=" + std::to_string(latency) + " observations=" + std::to_string(observations) +
                    " errors=" + std::to_string(errors) + " tokens=" + std::to_string(input_tokens) + "+" +
                    std::to_string(output_tokens) + " cost=" + text_of(cost) + " tags=";
  for (const std::string& tag : tags)
    out += tag + ",";
  return out;
}

std::string View::difference(const View& actual) const {
  std::string out;
  compare("observation", observations, actual.observations, out);
  compare("trace", traces, actual.traces, out);
  compare("session", sessions, actual.sessions, out);
  compare("score", scores, actual.scores, out);
  return out;
}

void Oracle::accept(const Span& span, Time received) {
  ++place_;
  if (deleted_traces_.contains(span.trace)) return;
  spans_[span.id].push_back({span, place_, received});
}

void Oracle::accept(const Message& message, Time received) {
  ++place_;
  const auto trace = message.texts.find("traceId");
  if (trace != message.texts.end() && deleted_traces_.contains(trace->second.value_or(""))) return;
  const bool of_trace = message.type.starts_with("trace-"), of_score = message.type.starts_with("score-");
  if (of_trace && deleted_traces_.contains(message.id)) return;
  if (!of_trace && !of_score && deleted_ids_.contains(message.id)) return;
  Messages& messages = (of_trace ? traces_ : of_score ? scores_ : observations_)[message.id];
  const bool is_update = message.type.ends_with("-update");
  for (const Received& known : messages) {
    if (known.message.envelope == message.envelope && known.clock.sent == message.sent) return;
  }
  messages.push_back({message, {message.sent, is_update, received, place_}});
}

// The first that is said stays.
std::string Oracle::trace_of(const Messages& messages, const std::string& id) {
  const Received* first = nullptr;
  for (const Received& one : messages) {
    if (one.message.texts.contains("traceId") && (!first || one.clock < first->clock)) first = &one;
  }
  return first ? *first->message.texts.at("traceId") : id;
}

void Oracle::delete_trace(const std::string& trace) {
  deleted_traces_.insert(trace);
  for (auto at = observations_.begin(); at != observations_.end();) {
    const auto spans = spans_.find(at->first);
    const std::string home = spans == spans_.end() ? trace_of(at->second, at->first) : spans->second.front().span.trace;
    if (home == trace) deleted_ids_.insert(at->first);
    at = home == trace ? observations_.erase(at) : std::next(at);
  }
  std::erase_if(spans_, [&](const auto& entry) { return entry.second.front().span.trace == trace; });
  std::erase_if(scores_, [&](const auto& entry) { return trace_of(entry.second, "") == trace; });
  traces_.erase(trace);
}

ObservationView Oracle::observation(const Messages& given, const std::vector<Version>& versions) {
  Messages messages = given;
  std::ranges::sort(messages, {}, &Received::clock);
  const Version* best = nullptr;
  ObservationView out;
  out.created = std::numeric_limits<Time>::max();
  for (const Version& version : versions) {
    out.created = std::min(out.created, version.received);
    if (!best || std::tuple(version.is_complete(), version.place) > std::tuple(best->is_complete(), best->place)) {
      best = &version;
    }
  }
  for (const Received& one : messages)
    out.created = std::min(out.created, one.clock.received);
  const Clock span_clock = best ? best->clock() : Clock{};

  // Last writer over both doors; an empty value of the span says nothing.
  const auto newest = [&](const char* field, const std::string& of_span, bool null_clears) {
    std::string value;
    bool span_is_due = best && !of_span.empty();
    for (const Received& one : messages) {
      if (span_is_due && span_clock < one.clock) {
        value = of_span;
        span_is_due = false;
      }
      const auto said = one.message.texts.find(field);
      if (said == one.message.texts.end()) continue;
      if (said->second) value = *said->second;
      if (!said->second && null_clears) value.clear();
    }
    return span_is_due ? of_span : value;
  };
  const Span none;
  const Span& span = best ? best->span : none;
  out.name = newest("name", span.name, true);
  out.model = newest("model", span.model, true);
  out.level = newest("level", span.level, true);
  if (out.level.empty()) out.level = "DEFAULT";
  out.status = newest("statusMessage", span.status, false);
  out.version = newest("version", "", false);
  out.parent = newest("parentObservationId", span.parent, false);
  out.input = newest("input", span.input, false);
  out.output = newest("output", span.output, false);

  std::optional<Clock> first_start, first_message, last_end, last_usage, last_type;
  std::optional<std::pair<std::int64_t, std::int64_t>> usage;
  for (const Received& one : messages) {
    const Message& m = one.message;
    if (!first_message) out.start = m.sent;
    first_message = first_message.value_or(one.clock);
    if (const auto start = m.times.find("startTime"); start != m.times.end() && !first_start) {
      out.start = start->second;
      first_start = one.clock;
    }
    if (const auto end = m.times.find("endTime"); end != m.times.end()) {
      out.end = end->second;
      last_end = one.clock;
    }
    if (m.usage) {
      usage = m.usage;
      last_usage = one.clock;
    }
    out.type = m.type.starts_with("generation-") ? "GENERATION" : "SPAN";
    last_type = one.clock;
  }
  if (best) {
    if (!first_start || span_clock < *first_start) out.start = span.start;
    if (!last_end || (span.end > out.start && *last_end < span_clock)) out.end = span.end;
    if (!last_usage || (span.usage && *last_usage < span_clock)) usage = span.usage;
    if (!last_type || *last_type < span_clock) out.type = span.type;
  }
  if (out.end) out.end = std::max(*out.end, out.start);
  if (usage) {
    out.input_tokens = usage->first;
    out.output_tokens = usage->second;
    out.cost = cost_of(out.model, *usage);
  }

  std::map<std::string, Clock> written;
  const auto write = [&](const std::map<std::string, std::string>& metadata, const Clock& clock) {
    for (const auto& [key, value] : metadata) {
      const auto [at, added] = written.try_emplace(key, clock);
      if (!added && clock < at->second) continue;
      at->second = clock;
      out.metadata[key] = value;
    }
  };
  for (const Received& one : messages)
    write(one.message.metadata, one.clock);
  if (best) write(span.metadata, span_clock);
  return out;
}

std::map<std::pair<std::string, std::string>, ObservationView> Oracle::all_observations() const {
  std::map<std::pair<std::string, std::string>, ObservationView> out;
  for (const auto& [id, versions] : spans_) {
    const auto messages = observations_.find(id);
    out[{versions.front().span.trace, id}] =
        observation(messages == observations_.end() ? Messages{} : messages->second, versions);
  }
  for (const auto& [id, messages] : observations_) {
    if (!spans_.contains(id)) out[{trace_of(messages, id), id}] = observation(messages, {});
  }
  return out;
}

View Oracle::view() const {
  View view;
  std::map<std::string, TraceView> traces;
  std::map<std::string, std::tuple<bool, Time, std::string>> roots;
  std::map<std::string, Time> ends;
  for (const auto& [key, row] : all_observations()) {
    const auto& [trace_id, id] = key;
    view.observations[trace_id + "/" + id] = row.text();
    const bool is_new = !traces.contains(trace_id);
    TraceView& trace = traces[trace_id];
    trace.timestamp = is_new ? row.start : std::min(trace.timestamp, row.start);
    ends[trace_id] = std::max({ends[trace_id], row.start, row.end.value_or(0)});
    ++trace.observations;
    trace.errors += row.level == "ERROR";
    trace.input_tokens += row.input_tokens;
    trace.output_tokens += row.output_tokens;
    if (row.cost) trace.cost = trace.cost.value_or(0) + *row.cost;
    if (row.parent.empty()) {
      const std::tuple rank(false, row.start, id);
      const auto [root, first] = roots.try_emplace(trace_id, rank);
      if (first || rank < root->second) {
        root->second = rank;
        trace.input = row.input;
        trace.output = row.output;
      }
    }
    const auto spans = spans_.find(id);
    if (spans == spans_.end()) continue;
    trace.user = spans->second.front().span.user;
    trace.session = spans->second.front().span.session;
  }
  for (auto& [id, trace] : traces) {
    trace.latency = ends[id] - trace.timestamp;
    trace.level = trace.errors > 0 ? "ERROR" : "DEFAULT";
  }
  // The name of the earliest root that has one.
  std::map<std::string, std::pair<Time, std::string>> named;
  for (const auto& [key, row] : all_observations()) {
    if (!row.parent.empty() || row.name.empty()) continue;
    const std::pair rank(row.start, key.second);
    const auto [at, first] = named.try_emplace(key.first, rank);
    if (!first && at->second < rank) continue;
    at->second = rank;
    traces[key.first].name = row.name;
  }
  for (const auto& [id, given] : traces_) {
    Messages messages = given;
    std::ranges::sort(messages, {}, &Received::clock);
    TraceView& trace = traces[id];
    if (trace.level.empty()) trace.level = "DEFAULT";
    trace.timestamp = messages.front().message.sent;
    std::map<std::string, std::optional<std::string>> said;
    std::optional<Time> timestamp;
    std::set<std::string> tags;
    for (const Received& one : messages) {
      for (const auto& [field, value] : one.message.texts) {
        if (value || (field != "input" && field != "output")) said[field] = value;
      }
      if (const auto given_time = one.message.times.find("timestamp"); given_time != one.message.times.end()) {
        timestamp = timestamp.value_or(given_time->second);
      }
      tags.insert(one.message.tags.begin(), one.message.tags.end());
    }
    if (timestamp) trace.timestamp = *timestamp;
    for (const auto& [field, out] : {std::pair{"name", &trace.name},
                                     {"userId", &trace.user},
                                     {"sessionId", &trace.session},
                                     {"input", &trace.input},
                                     {"output", &trace.output}}) {
      if (said.contains(field) && said[field]) *out = *said[field];
    }
    trace.tags.assign(tags.begin(), tags.end());
  }
  for (const auto& [id, trace] : traces) {
    view.traces[id] = trace.text();
    if (!trace.session.empty()) view.sessions[trace.session] += id + ",";
  }
  for (const auto& [id, given] : scores_) {
    Messages messages = given;
    std::ranges::sort(messages, {}, &Received::clock);
    std::string name, comment;
    for (const Received& one : messages) {
      if (one.message.texts.contains("name")) name = *one.message.texts.at("name");
      if (one.message.texts.contains("comment")) comment = one.message.texts.at("comment").value_or("");
    }
    view.scores[id] = trace_of(messages, "") + " " + name + "=" +
                      std::to_string(static_cast<std::int64_t>(messages.back().message.value)) + " " + comment;
  }
  return view;
}

}  // namespace clew::exactness
