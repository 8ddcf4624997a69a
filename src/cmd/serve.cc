// clew serve: everything in one process, until SIGTERM or SIGINT.
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

}  // namespace

int serve(std::vector<std::string> arguments) {
  // Blocked in every thread and waited for here, so that no handler runs in the middle of anything.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  auto loaded = config::load(config::process_sources(std::move(arguments)));
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
  sigwait(&signals, &received);
  (*program)->stop();
  sink.flush();
  // Everything is durable. Closing the engine would wait for merges that go on at the next start anyway, for seconds
  // that a supervisor may not grant.
  std::_Exit((*program)->failed() ? 1 : 0);
}

}  // namespace clew::cmd
