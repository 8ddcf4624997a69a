// Texts of merged observations whose tokens have to be counted: what arrived now, else what is stored.
#pragma once

#include <string>

#include "analytics/engine.h"
#include "ingest/enrich/model_catalog.h"
#include "ingest/merge/merger.h"

namespace clew::ingest {

// Sets input and output of the rows that enrich() would count; of longer texts than it counts, nothing. Errors are
// those of reading.
Result<> add_counted_texts(const std::string& project_id, MergeOutput& merged, analytics::Engine& engine,
                           ModelCatalog& models);

}  // namespace clew::ingest
