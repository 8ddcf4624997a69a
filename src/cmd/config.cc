// clew config check | print | explain NAME
#include <cstdio>

#include "cmd/commands.h"
#include "config/load.h"

namespace clew::cmd {

int config(std::vector<std::string> arguments) {
  const std::string what = arguments.empty() ? "print" : arguments.front();
  std::string name;
  if (!arguments.empty()) arguments.erase(arguments.begin());
  if (what == "explain" && !arguments.empty()) {
    name = arguments.front();
    arguments.erase(arguments.begin());
  }
  auto loaded = clew::config::load(clew::config::process_sources(std::move(arguments)));
  if (!loaded) {
    std::fprintf(stderr, "%s\n", loaded.error().message.c_str());
    return 2;
  }
  if (what == "check") {
    for (const clew::config::Notice& notice : loaded->notices)
      std::printf("note: %s\n", notice.text.c_str());
    std::puts("The settings are good.");
    return 0;
  }
  if (what == "print") {
    std::fputs(clew::config::print(loaded->table).c_str(), stdout);
    return 0;
  }
  if (what == "explain") {
    const auto text = clew::config::explain(loaded->table, name);
    std::fprintf(text ? stdout : stderr, "%s\n", text ? text->c_str() : text.error().message.c_str());
    return text ? 0 : 1;
  }
  std::fprintf(stderr, "clew config: say `check`, `print` or `explain NAME`\n");
  return 2;
}

}  // namespace clew::cmd
