// Random sequences of what clients do to a few traces, small enough that the same records meet again and again.
#pragma once

#include <random>
#include <string>
#include <variant>
#include <vector>

#include "oracle.h"

namespace clew::exactness {

struct Export {
  std::vector<Span> spans;
};
struct Batch {
  std::vector<Message> messages;
};
struct DeleteTrace {
  std::string trace;
};
// What happens to the server between requests.
struct Settle {};   // everything accepted is stored
struct Restart {};  // an orderly stop
struct Crash {
  int inserts = 0;  // the store goes away after so many inserts, then the process ends
};
using Step = std::variant<Export, Batch, DeleteTrace, Settle, Restart, Crash>;

struct Sequence {
  std::vector<Step> steps;
  std::size_t records_per_flush = 1;
};

Sequence random_sequence(std::uint64_t seed);

// Request bodies.
std::string otlp_json(const Export& request);
std::string event_batch(const Batch& request);

}  // namespace clew::exactness
