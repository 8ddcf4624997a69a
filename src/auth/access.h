// What a principal may reach: fills project, organisation and role. Whoever may not know that something exists is told
// kNotFound, never kForbidden (contract/security.md SEC-R41).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "domain/principal.h"
#include "meta/database.h"

namespace clew::auth {

// Thread-safe; asks the store each time, so that a removed role ends at the next request.
class Access {
 public:
  // The OWNERs of `operator_organization` operate the instance; "": nobody does.
  explicit Access(meta::Database& database, std::string operator_organization = {})
      : database_(database), operator_organization_(std::move(operator_organization)) {}

  // Users: their effective role, which is that of the project membership if there is one, else of the organisation.
  // Project keys pass for their own project, organisation keys for projects of their organisation.
  Result<domain::Principal> authorize_project(domain::Principal principal, std::string_view project_id);
  // Users: their role in the organisation. Organisation keys pass for their own.
  Result<domain::Principal> authorize_organization(domain::Principal principal, std::string_view organization_id);
  // Users who operate the instance get `is_operator`; everybody else passes unchanged.
  Result<domain::Principal> authorize_operator(domain::Principal principal);

 private:
  meta::Database& database_;
  const std::string operator_organization_;
};

}  // namespace clew::auth
