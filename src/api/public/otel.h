// POST PREFIX/v1/traces · POST PREFIX/v1/metrics (contract/otel-mapping.md 1). There is no /v1/logs: a 404 tells
// whoever sends logs that they are not kept, where an answer of 200 would hide it.
#pragma once

#include "api/public/intake_request.h"

namespace clew::api {

struct OtelOptions {
  std::string prefix = "/api/public/otel";
  bool reject_invalid = false;  // an invalid span refuses the whole export, as in the reference
};

void register_otel(Endpoints& endpoints, IntakeDoors doors, OtelOptions options = {});

}  // namespace clew::api
