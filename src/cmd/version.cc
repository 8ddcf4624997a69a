#include "api/version.h"

#include <cstdio>

#include "cmd/commands.h"

namespace clew::cmd {

int version() {
  std::printf("clew %.*s (API of Langfuse %.*s)\n", static_cast<int>(api::kVersion.size()), api::kVersion.data(),
              static_cast<int>(api::kReferenceVersion.size()), api::kReferenceVersion.data());
  return 0;
}

}  // namespace clew::cmd
