// Scores against their configs (contract/ingestion.md 5.4): decided before the sender has an answer, and kept with the
// request in the ingest log.
#pragma once

#include <string>
#include <vector>

#include "ingest/decode/decoded_batch.h"
#include "scores/score_configs.h"

namespace clew::scores {

// The configs that the scores of a batch name, each once.
std::vector<std::string> configs_named_by(const ingest::DecodedBatch& batch);

// What `config` makes of a score; null `config`: there is none of this id in the project.
ingest::ScoreRuling rule(const ingest::EntityEvent& score, const ScoreConfig* config);

// Rules every score of the batch that names a config and applies the rulings, so that `context`, `events`,
// `accepted_ids` and `errors` are as they will be stored and answered. False, nothing changed: a config is not in the
// cache, and `rule_scores_blocking` has to be used. Does not block.
bool try_rule_scores(const ScoreConfigs& configs, ingest::DecodedBatch& batch);
// kUnavailable: the store cannot be asked; nothing may be stored.
Result<> rule_scores_blocking(ScoreConfigs& configs, ingest::DecodedBatch& batch);

}  // namespace clew::scores
