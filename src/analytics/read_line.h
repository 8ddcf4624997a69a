// Where reads wait for their turn at the store, so that many readers never take the cores from ingestion or the memory
// from everybody.
//
// A few statements work at once; the others stand in a bounded line. Who is next: first a project with fewer at work,
// then whoever has the lower rank, which is when its request came plus a few times what this request has used and what
// statements of its kind lately took. So short ones overtake long ones, a request of many statements lines up once and
// not for each of them, and one that has used much waits for those that came at most a few of its own durations later.
// Long statements never take all places. Any thread (decision 35).
#pragma once

#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/cancellation.h"
#include "base/result.h"
#include "telemetry/metrics.h"

namespace clew::analytics {

struct ReadLineOptions {
  int places = 2;       // statements at work at once
  int long_places = 1;  // of them for kinds that take long
  int guests = 2;       // beyond `places`, each for a project that has nothing at work
  int per_project = 8;  // at work at once for one project
  int waiting_max = 60;
  int waiting_per_project_max = 45;
  int wait_ms_max = 10'000;
  std::int64_t long_us = 300'000;
};

class ReadLine {
 public:
  // `metrics` must outlive the line.
  ReadLine(const ReadLineOptions& options, telemetry::Metrics& metrics);
  ReadLine(const ReadLine&) = delete;
  ReadLine& operator=(const ReadLine&) = delete;

  // A place at the store; left when this is destroyed.
  class Place {
   public:
    Place(Place&& other) noexcept;
    Place& operator=(Place&&) = delete;
    ~Place();
    // Whether nobody else was at work or waiting when this place was given.
    bool is_alone() const { return alone_; }
    // The statement was ended early: what it took says nothing about its kind.
    void forget_duration() { counts_ = false; }

   private:
    friend class ReadLine;
    Place() = default;
    ReadLine* line_ = nullptr;
    std::string project_, kind_;
    std::int64_t began_us_ = 0;
    Served* served_ = nullptr;
    bool long_ = false, alone_ = false, counts_ = true;
  };

  // Waits for a place. kOverloaded: the line is full, or it took too long; kCancelled: `stop` was requested.
  // `served`: the request that asks, null when there is none; must outlive the place, which adds what it took.
  Result<Place> enter(std::string_view name, std::string_view project_id, const std::stop_token& stop,
                      Served* served = nullptr);

  // What a statement took that went through: its kind is taken to last as long from now on, about.
  void learn(std::string_view name, std::string_view project_id, std::int64_t took_us);

  int waiting() const;
  int running() const;

 private:
  struct Waiter {
    std::string project;
    std::int64_t rank_us = 0;
    bool is_long = false, started = false;
    std::condition_variable_any called;
  };

  bool may_start(const Waiter& waiter) const;
  void call_next();
  int running_of(const std::string& project) const;
  void note_duration(const std::string& kind, std::int64_t took_us);
  std::int64_t usual_us(const std::string& kind) const;
  void leave(const Place& place);

  const ReadLineOptions options_;
  telemetry::Counter &line_full_, &waited_too_long_, &left_waiting_;
  telemetry::Histogram& wait_seconds_;
  mutable std::mutex mutex_;
  std::list<Waiter*> waiting_;
  std::map<std::string, int, std::less<>> running_by_project_, waiting_by_project_;
  std::map<std::string, std::int64_t, std::less<>> usual_us_;  // by kind: statement and project
  int running_ = 0, long_running_ = 0;
};

}  // namespace clew::analytics
