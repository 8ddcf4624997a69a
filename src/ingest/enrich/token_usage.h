// Usage of observations whose client reported neither usage nor cost: tokens of the text, by the tokeniser of the model
// definition (contract/cost.md 5).
#pragma once

#include <optional>
#include <string>

#include "domain/observation.h"
#include "ingest/enrich/model_definition.h"
#include "tokenizer/tokenizers.h"

namespace clew::ingest {

// Longer texts are not counted: their counts are missing.
inline constexpr std::size_t kCountedBytesMax = 1 << 20;

// {input, output, total} as far as they can be counted; empty when nothing can, and no total when all counts are zero.
// Never an estimate. `input` and `output` are the stored texts.
domain::UsageMap count_usage(const ModelDefinition& model, const std::optional<std::string>& input,
                             const std::optional<std::string>& output, tokenizer::Tokenizers& tokenizers);

// Whether the definition names a tokeniser that exists.
bool can_count(const ModelDefinition& model);

}  // namespace clew::ingest
