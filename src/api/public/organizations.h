// The organisation of an organisation key in the public API (contract/api.md B.22).
//
//   GET    /api/public/organizations/projects     kOrganizationRead
//   GET    /api/public/organizations/apiKeys      kOrganizationKeys
//   GET    /api/public/organizations/memberships  kMembersRead
//   PUT    /api/public/organizations/memberships  kMembersWrite      upserts {userId, role}
//   DELETE /api/public/organizations/memberships  kMembersWrite      {userId}
#pragma once

#include "api/endpoint.h"
#include "projects/api_keys.h"
#include "projects/organizations.h"
#include "projects/projects.h"

namespace clew::api {

// References outlive the routes.
struct OrganizationKeyRoutes {
  projects::Organizations& organizations;
  projects::Projects& projects;
  projects::ApiKeys& keys;
};
void register_organization_keys(Endpoints& endpoints, OrganizationKeyRoutes routes);

}  // namespace clew::api
