// Projects in the public API (contract/api.md B.21, sdk5.md 2.3).
//
//   GET    /api/public/projects                                 kAnyKey         the key's own project
//   POST   /api/public/projects                                 kProjectsCreate
//   PUT    /api/public/projects/{projectId}                     kProjectUpdate
//   DELETE /api/public/projects/{projectId}                     kProjectUpdate  202; a job removes its data
//   GET    /api/public/projects/{projectId}/apiKeys             kApiKeysRead
//   POST   /api/public/projects/{projectId}/apiKeys             kApiKeysWrite   the secret is in this answer only
//   DELETE /api/public/projects/{projectId}/apiKeys/{apiKeyId}  kApiKeysWrite
//   GET    /api/public/projects/{projectId}/memberships         kMembersRead
//   PUT    /api/public/projects/{projectId}/memberships         kMembersWrite
//   DELETE /api/public/projects/{projectId}/memberships         kMembersWrite
#pragma once

#include "api/endpoint.h"
#include "projects/api_keys.h"
#include "projects/projects.h"

namespace clew::api {

// References outlive the routes.
struct ProjectRoutes {
  projects::Projects& projects;
  projects::ApiKeys& keys;
};
void register_projects(Endpoints& endpoints, ProjectRoutes routes);

}  // namespace clew::api
