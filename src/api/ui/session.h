// Signing in and out of the web UI (contract/openapi/ui.yaml).
//
//   GET  /api/ui/session   public      who am I, what can I see
//   POST /api/ui/sign-in   public      sets the cookie
//   POST /api/ui/sign-up   public      creates the user, sets the cookie
//   POST /api/ui/sign-out  signed in   ends the session
//   PUT  /api/ui/account/password  signed in   ends every session, starts a new one here
#pragma once

#include <optional>
#include <string>

#include "api/endpoint.h"
#include "auth/access.h"
#include "auth/accounts.h"
#include "auth/browser_guard.h"
#include "auth/sessions.h"
#include "projects/organizations.h"

namespace clew::api {

// What the sign-in page shows besides.
struct SessionPage {
  std::string version;
  struct Demo {
    std::string email;
    std::string password;
  };
  std::optional<Demo> demo;  // only where everybody may use it
};

// References outlive the routes.
struct SessionRoutes {
  auth::Accounts& accounts;
  auth::Sessions& sessions;
  projects::Organizations& organizations;
  const auth::BrowserGuard& guard;
  SessionPage page;
  auth::Access* access = nullptr;  // tells who operates the instance; null: nobody
};
void register_session(Endpoints& endpoints, SessionRoutes routes);

}  // namespace clew::api
