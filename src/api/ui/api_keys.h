// The API keys of a project, and of an organisation, in the web UI (contract/openapi/ui.yaml).
//
//   GET    /api/ui/projects/{projectId}/api-keys          kApiKeysRead   newest first
//   POST   /api/ui/projects/{projectId}/api-keys          kApiKeysWrite  the secret is in this answer only
//   DELETE /api/ui/projects/{projectId}/api-keys/{keyId}  kApiKeysWrite
//   and the same below /api/ui/organizations/{organizationId}/api-keys, all with kOrganizationKeys
#pragma once

#include "api/endpoint.h"
#include "projects/api_keys.h"

namespace clew::api {

// `keys` outlives the routes.
void register_api_keys(Endpoints& endpoints, projects::ApiKeys& keys);

}  // namespace clew::api
