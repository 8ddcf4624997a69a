// Brings the schema of the analytics store up to date: the numbered files of schema/, in order, each once by its
// number. Forward only; a number that appears below others is applied when it appears.
#pragma once

#include <span>

#include "analytics/engine.h"
#include "analytics/schema_files.h"

namespace clew::analytics {

// kUnavailable: the store is away. kInternal names the file and statement that was refused, or a store that was written
// by a newer program.
Result<> migrate(Engine& engine, std::span<const SchemaFile> files = schema_files());

}  // namespace clew::analytics
