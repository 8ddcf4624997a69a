// Brings the schema of the analytics store up to date: the numbered files of schema/, in order, each once. Forward
// only.
#pragma once

#include "analytics/engine.h"

namespace clew::analytics {

// kUnavailable: the store is away. kInternal names the file and statement that was refused, or a store that was written
// by a newer program.
Result<> migrate(Engine& engine);

}  // namespace clew::analytics
