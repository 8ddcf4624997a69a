// clew prices check PATH
#include <cstdio>

#include "cmd/commands.h"
#include "ingest/enrich/price_files.h"

namespace clew::cmd {

int prices(std::vector<std::string> arguments) {
  if (arguments.size() != 2 || arguments[0] != "check") {
    std::fprintf(stderr, "clew prices: say `check PATH`, the path of a price list or of a folder of them\n");
    return 2;
  }
  auto models = ingest::read_price_files(arguments[1]);
  auto builtin = ingest::parse_model_prices(ingest::builtin_model_prices());
  const std::size_t count = models ? models->size() : 0;
  const auto whole = models && builtin ? ingest::lay_over(*std::move(builtin), *std::move(models))
                                       : Result<std::vector<ingest::ModelDefinition>>(models.error());
  if (!whole) {
    std::fprintf(stderr, "%s\n", whole.error().message.c_str());
    return 1;
  }
  std::printf("The price list is good: %zu definitions, %zu with the built-in ones.\n", count, whole->size());
  return 0;
}

}  // namespace clew::cmd
