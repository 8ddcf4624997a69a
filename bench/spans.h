// Lifelike spans without ids and times: traces of 10–20 steps (agents, generations, tools, retrievers) with parents,
// model, usage, user, session, metadata, and input and output of real text.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "bench/corpus.h"
#include "bench/random.h"

namespace clew::bench {

struct SpanTemplate {
  std::uint32_t position = 0;   // in its trace; 0 = root
  std::int32_t parent = -1;     // position of the parent; -1 = none
  std::uint64_t offset_ns = 0;  // start, after the start of the trace
  std::uint64_t duration_ns = 0;
  std::uint64_t trace_ns = 0;  // duration of the whole trace

  std::string name, type;     // type in lower case: "generation"
  std::string input, output;  // as an SDK sends them: JSON text
  std::string user, session, trace_name;
  std::vector<std::string> tags;  // root only
  std::string model;              // generations only, with the two below
  std::uint64_t input_tokens = 0, output_tokens = 0;
  std::vector<std::pair<std::string, std::string>> metadata;
};

class SpanSource {
 public:
  // `text_bytes`: of input and output together, on average.
  SpanSource(const Corpus& corpus, std::uint64_t seed, std::size_t text_bytes)
      : corpus_(corpus), random_(seed), text_bytes_(text_bytes) {}

  SpanTemplate next();

 private:
  void start_trace();
  void write_generation(SpanTemplate& span, std::size_t bytes);

  const Corpus& corpus_;
  Random random_;
  std::size_t text_bytes_;
  SpanTemplate trace_;  // what all spans of the trace share
  std::uint32_t trace_spans_ = 0;
  std::uint32_t position_ = 0;
  std::vector<std::int32_t> agents_;  // positions that may have children
};

}  // namespace clew::bench
