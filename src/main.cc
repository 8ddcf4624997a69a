// The command line: picks the subcommand.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/commands.h"

namespace {

constexpr std::string_view kHelp = R"(clew: observability, evaluation and control for LLM applications

Usage: clew COMMAND [OPTIONS]

Commands
  serve            run everything in this process until it is stopped
  doctor           open every store and say what is wrong
  fsck [--strict]  read everything a stopped Clew has stored and say what is damaged
  retention --dry-run [--project ID] [--days N]
                   count what the limits of the projects would delete now
  config check     say what is wrong with the settings, without starting
  config print     show every setting with its value and where it comes from
  config explain NAME
                   what a setting means, by key or variable
  prices check PATH
                   say what is wrong with a price list, or a folder of them
  version          print the version

Options of serve, doctor, fsck, retention and config
  --data-dir DIR        where data lives (default ./data)
  --listen HOST:PORT    where to listen (default 0.0.0.0:3000)
  --config FILE         a settings file
  --set KEY=VALUE       any setting
  --log-level LEVEL     debug, info, warn or error
  --web-dir DIR         serve the UI from a directory (development)

Every setting is also an environment variable; the names Langfuse uses are understood. See docs/configuration.md.
)";

}  // namespace

int main(int argc, char** argv) {
  // The engine takes its time zone from here, and a wrong value would keep it from starting.
  setenv("TZ", "UTC", 1);
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const std::string command = arguments.empty() ? "help" : arguments.front();
  if (!arguments.empty()) arguments.erase(arguments.begin());
  for (const std::string& argument : arguments) {
    if (argument == "--help" || argument == "-h") {
      std::fputs(kHelp.data(), stdout);
      return 0;
    }
  }
  if (command == "serve") return clew::cmd::serve(std::move(arguments));
  if (command == "doctor") return clew::cmd::doctor(std::move(arguments));
  if (command == "fsck") return clew::cmd::fsck(std::move(arguments));
  if (command == "retention") return clew::cmd::retention(std::move(arguments));
  if (command == "config") return clew::cmd::config(std::move(arguments));
  if (command == "prices") return clew::cmd::prices(std::move(arguments));
  if (command == "version" || command == "--version") return clew::cmd::version();
  const bool asked = command == "help" || command == "--help" || command == "-h";
  if (!asked) std::fprintf(stderr, "clew: unknown command '%s'\n\n", command.c_str());
  std::fputs(kHelp.data(), asked ? stdout : stderr);
  return asked ? 0 : 2;
}
