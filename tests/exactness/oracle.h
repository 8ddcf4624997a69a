// What the store must show after a sequence of accepted requests, computed the slow and obvious way: keep everything,
// sort, fold (contract/ingestion.md 6.2, 7 and 9.3; reliability.md 6). Knows nothing of the product's code.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace clew::exactness {

using Time = std::int64_t;  // microseconds

// One span of an OTLP request.
struct Span {
  std::string trace, id, parent, name, type, level, status, model, input, output;  // "" = not given
  Time start = 0, end = 0;
  std::optional<std::pair<std::int64_t, std::int64_t>> usage;  // input, output
  std::map<std::string, std::string> metadata;
  std::string user, session;
};

// One event of a JSON request. A field that is absent from `texts` is not given; a null is `nullopt`.
struct Message {
  std::string envelope, type, id;  // "generation-update"
  Time sent = 0;
  std::map<std::string, std::optional<std::string>> texts;  // name, traceId, model, level, userId, comment, ...
  std::map<std::string, Time> times;                        // startTime, endTime, timestamp
  std::optional<std::pair<std::int64_t, std::int64_t>> usage;
  std::map<std::string, std::string> metadata;
  std::vector<std::string> tags;
  double value = 0;  // of scores
};

struct ObservationView {
  std::string parent, name, type, level, status, model, version, input, output;
  Time start = 0;
  std::optional<Time> end;
  std::int64_t input_tokens = 0, output_tokens = 0;
  std::optional<std::int64_t> cost;  // picodollars
  std::map<std::string, std::string> metadata;
  Time created = 0;

  std::string text() const;
};

struct TraceView {
  std::string name, user, session, level, input, output;
  Time timestamp = 0, latency = 0;
  std::uint64_t observations = 0, errors = 0;
  std::int64_t input_tokens = 0, output_tokens = 0;
  std::optional<std::int64_t> cost;
  std::vector<std::string> tags;

  std::string text() const;
};

// Everything a project shows, as lines of text by identity: two views are equal when their lines are.
struct View {
  std::map<std::string, std::string> observations;  // by "trace/span"
  std::map<std::string, std::string> traces;
  std::map<std::string, std::string> sessions;  // ids of their traces
  std::map<std::string, std::string> scores;

  // What differs, for people; "" = nothing.
  std::string difference(const View& actual) const;
};

class Oracle {
 public:
  // In log order.
  void accept(const Span& span, Time received);
  void accept(const Message& message, Time received);
  void delete_trace(const std::string& trace);

  View view() const;

 private:
  struct Clock {
    Time sent = 0;
    bool is_update = false;
    Time received = 0;
    std::size_t place = 0;
    friend auto operator<=>(const Clock&, const Clock&) = default;
  };
  struct Received {
    Message message;
    Clock clock;
  };
  struct Version {
    Span span;
    std::size_t place = 0;
    Time received = 0;
    bool is_complete() const { return span.end > span.start; }
    Clock clock() const { return {std::max(span.start, span.end), false, received, place}; }
  };
  using Messages = std::vector<Received>;

  static std::string trace_of(const Messages& messages, const std::string& id);
  static ObservationView observation(const Messages& messages, const std::vector<Version>& versions);
  std::map<std::pair<std::string, std::string>, ObservationView> all_observations() const;

  std::size_t place_ = 0;
  std::map<std::string, Messages> observations_, traces_, scores_;  // by id, in log order, no repetitions
  std::map<std::string, std::vector<Version>> spans_;               // by span id; ids have one trace each
  std::set<std::string> deleted_traces_, deleted_ids_;
};

}  // namespace clew::exactness
