// Everything about who somebody is, built once: keys, passwords, sessions, organisations, projects.
#pragma once

#include "auth/access.h"
#include "auth/accounts.h"
#include "auth/authenticator.h"
#include "auth/browser_guard.h"
#include "auth/key_authenticator.h"
#include "auth/password.h"
#include "auth/sessions.h"
#include "auth/sign_in_throttle.h"
#include "config/settings.h"
#include "projects/api_keys.h"
#include "projects/organizations.h"
#include "projects/projects.h"

namespace clew::app {

struct Identity {
  // `secrets` are the auth settings with what was missing filled in.
  Identity(const config::Settings& settings, const config::AuthSettings& secrets, meta::Database& database,
           const Clock& clock);

  auth::PasswordHasher passwords;
  auth::SignInThrottle throttle;
  auth::Accounts accounts;
  auth::Sessions sessions;
  auth::BrowserGuard guard;
  auth::KeyAuthenticator keys;
  auth::Access access;
  auth::Authenticator authenticator;
  projects::Organizations organizations;
  projects::Projects projects;
  projects::ApiKeys api_keys;
};

}  // namespace clew::app
