// What somebody asks a model definition to be, checked by every rule of contract/cost.md 9. Fields that are not part
// of a definition are ignored.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "ingest/enrich/model_definition.h"

namespace clew::models {

// From the body of a POST or PUT of the models API. The definition has no id, no creation time, and tiers without ids.
// kInvalidArgument names the first field that breaks a rule.
Result<ingest::ModelDefinition> parse_wish(const json::Object& body);

// Whether a regular expression repeats something that is repeated already, as in `(a+)+`: such patterns run away in
// engines that backtrack, and definitions must stay portable to them.
bool has_nested_repetition(std::string_view pattern);

}  // namespace clew::models
