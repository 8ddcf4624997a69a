// clew serve: everything in one process, until SIGTERM or SIGINT. SIGHUP reads again what may change while it runs.
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include "app/program.h"
#include "cmd/commands.h"
#include "config/load.h"
#include "telemetry/log.h"

namespace clew::cmd {

namespace {

telemetry::LogOptions log_options(const config::LogSettings& log) {
  return {.level = telemetry::parse_level(log.level).value_or(telemetry::Level::kInfo),
          .format = log.format == "text" ? telemetry::Format::kText : telemetry::Format::kJson};
}

// SIGHUP: the log level from the settings, and the price lists.
void reload(const std::vector<std::string>& arguments, telemetry::LogSink& sink, app::Program& program) {
  const telemetry::Logger log(sink, "config");
  const auto fresh = config::load(config::process_sources(arguments));
  if (fresh) sink.set_level(log_options(fresh->settings->log).level);
  if (!fresh) log.error("config.reload_refused", {{"why", fresh.error().message}});
  const bool done = program.reload() && fresh;
  log.info("config.reloaded", {{"complete", done}, {"log_level", fresh ? fresh->settings->log.level : "as before"}});
}

}  // namespace

int serve(std::vector<std::string> arguments) {
  // Blocked in every thread and waited for here, so that no handler runs in the middle of anything.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  auto loaded = config::load(config::process_sources(arguments));
  if (!loaded) {
    std::fprintf(stderr, "%s\n", loaded.error().message.c_str());
    return 2;
  }
  const config::Settings& settings = *loaded->settings;
  const SystemClock clock;
  telemetry::LogSink sink(STDERR_FILENO, log_options(settings.log), clock);
  const telemetry::Logger log(sink, "config");
  for (const config::Notice& notice : loaded->notices) {
    log.write(notice.level == config::Notice::Level::kError  ? telemetry::Level::kError
              : notice.level == config::Notice::Level::kWarn ? telemetry::Level::kWarn
                                                             : telemetry::Level::kInfo,
              "config.notice", {{"text", notice.text}}, notice.text);
  }
  auto program = app::Program::start(settings, sink, &loaded->table);
  if (!program) {
    log.error("app.start_failed", {{"error", program.error().message}});
    sink.flush();
    std::fprintf(stderr, "clew: %s\n", program.error().message.c_str());
    return 1;
  }
  std::fputs((*program)->banner().c_str(), stdout);
  std::fflush(stdout);
  int received = 0;
  // A terminal that goes away says SIGHUP too: then it is the end.
  const bool has_terminal = ::isatty(STDIN_FILENO) == 1;
  while (sigwait(&signals, &received) == 0 && received == SIGHUP && (!has_terminal || ::isatty(STDIN_FILENO) == 1))
    reload(arguments, sink, **program);
  (*program)->stop();
  sink.flush();
  // Everything is durable. Closing the engine would wait for merges that go on at the next start anyway, for seconds
  // that a supervisor may not grant.
  std::_Exit((*program)->failed() ? 1 : 0);
}

}  // namespace clew::cmd
