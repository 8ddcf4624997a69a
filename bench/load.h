// The load itself: connections that send prebuilt bodies for a while and measure the answers.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bench/bodies.h"
#include "bench/figures.h"
#include "bench/http_client.h"

namespace clew::bench {

struct LoadOptions {
  Mode mode = Mode::kOtlpProtobuf;
  std::size_t spans_per_request = 100;
  std::size_t connections = 8;
  double seconds = 20;
  std::uint64_t spans_max = 0;  // 0 = as many as fit into the time
  double spans_per_second = 0;  // 0 = as fast as answers come; else a fixed schedule that waits for nobody
  std::uint64_t run = 0;        // part of every id; another one for every run
};

struct LoadResult {
  std::uint64_t spans_acknowledged = 0;
  std::uint64_t requests = 0;  // acknowledged
  double seconds = 0;          // from the first request to the last answer
  Durations acks;              // with a schedule: since the request was due, so that a stall counts for all it delayed
  Durations late;  // with a schedule: how long after it was due a request was sent, because all connections were
                   // waiting or because this machine had no core for the generator
  std::map<std::string, std::uint64_t> errors;  // by status or reason
  std::vector<std::string> trace_ids;           // the last trace of each connection, for a look at what was stored
};

// Bodies for all connections, at least `bytes` of them, shared out evenly.
std::vector<std::vector<Body>> build_bodies(const LoadOptions& options, const Corpus& corpus, std::size_t text_bytes,
                                            std::size_t bytes);

LoadResult run_load(const Target& target, const LoadOptions& options, std::vector<std::vector<Body>>& bodies);

// True when the server took every item of the request.
bool accepted_whole(Mode mode, const Answer& answer);

}  // namespace clew::bench
