// /api/ui/operator/dead-letters (contract/openapi/ui.yaml): list, look, replay, discard; operators only.
#pragma once

#include "api/endpoint.h"
#include "operations/dead_letter_desk.h"

namespace clew::api {

// The desk must outlive the routes.
void register_operator_dead_letters(Endpoints& endpoints, operations::DeadLetterDesk& desk);

}  // namespace clew::api
