// The filter parameters that the observation lists of v1 and v2 share (contract/api.md B.observations).
#pragma once

#include "api/public/list_parameters.h"
#include "query/observation_reader.h"

namespace clew::api {

// Reads `filter` and the simple parameters; a condition of `filter` on a field wins over the parameter of that field.
// v2 knows more of them, and there an empty `parentObservationId` is a value: without parent. Faults stay in
// `parameters`.
query::ObservationFilter read_observation_filter(ListParameters& parameters, query::View view);

}  // namespace clew::api
