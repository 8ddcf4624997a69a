#include "ingest/enrich/model_definition.h"

namespace clew::ingest {

namespace {

constexpr unsigned char kModelPrices[] = {
#include "model_prices.inc"
};

}  // namespace

std::string_view builtin_model_prices() {
  return {reinterpret_cast<const char*>(kModelPrices), sizeof(kModelPrices)};
}

}  // namespace clew::ingest
