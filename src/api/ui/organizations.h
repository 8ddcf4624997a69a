// Organisations, their members and their projects in the web UI (contract/openapi/ui.yaml).
//
//   POST  /api/ui/organizations                            signed in            the caller becomes OWNER
//   PATCH /api/ui/organizations/{organizationId}           kOrganizationUpdate  name
//   POST  /api/ui/organizations/{organizationId}/projects  kProjectsCreate
//   GET   /api/ui/organizations/{organizationId}/members   kMembersRead
//   PUT   /api/ui/organizations/{organizationId}/members   kMembersWrite        role by e-mail, NONE removes
//   PATCH /api/ui/projects/{projectId}                     kProjectUpdate       name
#pragma once

#include "api/endpoint.h"
#include "auth/accounts.h"
#include "projects/organizations.h"
#include "projects/projects.h"

namespace clew::api {

// References outlive the routes.
struct OrganizationRoutes {
  auth::Accounts& accounts;
  projects::Organizations& organizations;
  projects::Projects& projects;
};
void register_organizations(Endpoints& endpoints, OrganizationRoutes routes);

}  // namespace clew::api
