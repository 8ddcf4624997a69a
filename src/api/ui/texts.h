// Inputs and outputs: how much of them a page gets at once, and each of them whole.
#pragma once

#include "analytics/engine.h"
#include "api/endpoint.h"
#include "query/payloads.h"

namespace clew::api {

// A page that shows a trace or a step gets the beginning of a text above a megabyte; people ask for the rest.
inline constexpr query::PayloadCut kShownTexts{.whole_bytes_max = 1U << 20U, .head_characters = 50'000};

// GET …/traces/{traceId}/texts/{field} and …/traces/{traceId}/observations/{observationId}/texts/{field} with the field
// input or output: the stored text as it is, as a file to save. `engine` outlives the routes.
void register_ui_texts(Endpoints& endpoints, analytics::Engine& engine);

}  // namespace clew::api
