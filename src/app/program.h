// The composition root: settings → stores → features → routes → server, and back in the opposite order.
//
// Start: open and migrate the stores, provision, replay the log (in the background), listen. Stop: stop accepting, let
// requests finish, store what the log holds, close the stores; each step has a deadline and a log line. What is left is
// replayed at the next start.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/result.h"
#include "config/settings.h"
#include "config/table.h"
#include "telemetry/log.h"

namespace clew::app {

class Program {
 public:
  // `settings`, `sink` and `table` (for the operator's page; may be null) must outlive the program.
  static Result<std::unique_ptr<Program>> start(const config::Settings& settings, telemetry::LogSink& sink,
                                                const config::Table* table = nullptr);
  ~Program();

  std::uint16_t port() const;
  std::uint16_t metrics_port() const;  // 0: not served
  // What to show at the start, several lines.
  std::string banner() const;
  // Reads again what may change while it runs: the price lists. The result is in the log and in lf_reloads_total; what
  // is refused leaves everything as it was. Any thread.
  bool reload();
  void stop();
  // Whether it asked for its end itself (by SIGTERM) because a disk failed.
  bool failed() const;

 private:
  struct Parts;
  explicit Program(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace clew::app
