// Which fields beside input and output a text search looks at, for the index: names, users, sessions, tags, models,
// status messages, values of metadata. query/text_terms.cc has the same list as SQL.
#pragma once

#include "domain/observation.h"
#include "text_index/builder.h"

namespace clew::text_index {

// Each adds the words of the row that was added to `words` last.
void add_short_fields(Builder& words, const domain::Observation& row);
void add_short_fields(Builder& words, const domain::TraceAttributes& trace);

}  // namespace clew::text_index
