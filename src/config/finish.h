// What follows from several settings together: derived values, contradictions, secrets everybody knows.
#pragma once

#include <string>
#include <vector>

#include "config/load.h"

namespace clew::config {

// Fills derived values; adds to `problems` (the start is refused) and `notices`.
void finish(Settings& settings, std::vector<std::string>& problems, std::vector<Notice>& notices);

}  // namespace clew::config
