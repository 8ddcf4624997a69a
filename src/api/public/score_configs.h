// Score configs (contract/evaluation.md 1.7, contract/api.md B.8).
//
//   GET   /api/public/score-configs              kProjectRead         page form, newest first
//   POST  /api/public/score-configs              kScoreConfigsWrite
//   GET   /api/public/score-configs/{configId}   kProjectRead
//   PATCH /api/public/score-configs/{configId}   kScoreConfigsWrite   null clears description and bounds
//
// The same below /api/ui/projects/{projectId}/score-configs for signed-in users.
#pragma once

#include "api/endpoint.h"
#include "scores/score_configs.h"

namespace clew::api {

// `configs` outlives the routes.
void register_score_configs(Endpoints& endpoints, scores::ScoreConfigs& configs);

}  // namespace clew::api
