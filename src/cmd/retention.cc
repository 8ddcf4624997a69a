// clew retention --dry-run [--project ID] [--days N]: what the limits of the projects would take now. Deletes nothing;
// deleting is the hourly job of `clew serve`.
//
// Exit status: 0 counted; 1 a store could not be read, or there is no such project; 2 arguments or settings are wrong.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "app/media.h"
#include "app/paths.h"
#include "app/stores.h"
#include "base/time.h"
#include "cmd/commands.h"
#include "config/load.h"
#include "retention/outlook.h"

namespace clew::cmd {

namespace {

struct Asked {
  bool dry_run = false;
  std::optional<std::string> project;
  std::optional<std::int64_t> days;
};

// Takes `--name VALUE` or `--name=VALUE` out of the arguments.
std::optional<std::string> take(std::vector<std::string>& arguments, const std::string& name) {
  for (auto at = arguments.begin(); at != arguments.end(); ++at) {
    if (at->starts_with(name + "=")) {
      const std::string value = at->substr(name.size() + 1);
      arguments.erase(at);
      return value;
    }
    if (*at == name && at + 1 != arguments.end()) {
      const std::string value = *(at + 1);
      arguments.erase(at, at + 2);
      return value;
    }
  }
  return {};
}

Result<Asked> read_arguments(std::vector<std::string>& arguments) {
  Asked asked{.dry_run = std::erase(arguments, "--dry-run") > 0, .project = take(arguments, "--project"), .days = {}};
  if (const auto text = take(arguments, "--days")) {
    std::int64_t days = 0;
    const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), days);
    if (failure != std::errc() || end != text->data() + text->size() || days < 1)
      return Error{Errc::kInvalidArgument, "--days: expected a number of days, at least 1"};
    asked.days = days;
  }
  if (!asked.dry_run) {
    return Error{Errc::kInvalidArgument,
                 "say --dry-run: this command only counts; what is too old leaves by itself, each hour, where "
                 "`clew serve` runs"};
  }
  return asked;
}

void print(const retention::ProjectOutlook& project) {
  const std::string name = fmt::format("{} ({})", project.name, project.project_id);
  if (project.days == 0) {
    std::printf("%s: keeps its data for ever\n", name.c_str());
    return;
  }
  const retention::Outlook& out = project.outlook;
  std::printf("%s: older than %lld days (before %s)\n", name.c_str(), static_cast<long long>(project.days),
              iso_ms(out.before_us).c_str());
  std::fputs(fmt::format("  observations  {} of {} traces, {} bytes of text\n  scores        {}\n"
                         "  files         {}, {} bytes\n",
                         out.observations, out.traces, out.text_bytes, out.scores, out.files.files, out.files.bytes)
                 .c_str(),
             stdout);
  if (out.oldest_us) std::printf("  the oldest observation began %s\n", iso_ms(*out.oldest_us).c_str());
}

int count(const config::Settings& settings, const Asked& asked) {
  const app::DataPaths paths(settings.data_dir);
  const auto database = app::open_database(settings, paths);
  if (!database) return std::fprintf(stderr, "relational store: %s\n", database.error().message.c_str()), 1;
  const auto engine = app::open_engine(settings, paths);
  if (!engine) {
    std::fprintf(stderr, "analytics store: %s (stop a running Clew on this directory first)\n",
                 engine.error().message.c_str());
    return 1;
  }
  const std::vector<retention::Followers> followers{
      {.traces_deleted = {}, .project_deleted = {}, .data_expired = {}, .would_expire = app::outlook_of(**database)}};
  const auto projects =
      retention::dry_run(**engine, **database, followers, asked.project, asked.days, SystemClock().now_us());
  if (!projects) return std::fprintf(stderr, "%s\n", projects.error().message.c_str()), 1;
  for (const retention::ProjectOutlook& project : *projects)
    print(project);
  std::fputs("Nothing was deleted.\n", stdout);
  return 0;
}

}  // namespace

int retention(std::vector<std::string> arguments) {
  const auto asked = read_arguments(arguments);
  if (!asked) return std::fprintf(stderr, "clew retention: %s\n", asked.error().message.c_str()), 2;
  auto loaded = config::load(config::process_sources(std::move(arguments)));
  if (!loaded) return std::fprintf(stderr, "%s\n", loaded.error().message.c_str()), 2;
  const int status = count(*loaded->settings, *asked);
  std::fflush(stdout);
  // As in serve: closing the engine would wait for merges.
  std::_Exit(status);
}

}  // namespace clew::cmd
