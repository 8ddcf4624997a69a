// Price lists from files: definitions laid over those that are part of the program, so that new models and prices need
// no new version of it.
#pragma once

#include <string>
#include <vector>

#include "ingest/enrich/model_definition.h"

namespace clew::ingest {

// `path` is a file in the form of contract/model-prices.json, or a folder whose *.json files count in order of their
// names. kNotFound: there is nothing; kInvalidArgument names the file and the definition that breaks a rule.
Result<std::vector<ModelDefinition>> read_price_files(const std::string& path);

// Changes whenever a file of `path` is added, removed or written; "" when there is none. For noticing, not for proof.
std::string price_files_version(const std::string& path);

// `over` replaces definitions of equal id in `base`, the others come after them. kInvalidArgument: two have one name.
Result<std::vector<ModelDefinition>> lay_over(std::vector<ModelDefinition> base, std::vector<ModelDefinition> over);

}  // namespace clew::ingest
