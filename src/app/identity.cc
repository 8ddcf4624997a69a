#include "app/identity.h"

namespace clew::app {

Identity::Identity(const config::Settings& settings, const config::AuthSettings& secrets, meta::Database& database,
                   const Clock& clock)
    : throttle(database, clock),
      accounts(
          database, clock, passwords, throttle,
          {.sign_up_enabled = !settings.auth.sign_up_disabled, .passwords_enabled = !settings.auth.passwords_disabled}),
      sessions(database, clock,
               {.lifetime_minutes = settings.auth.session_minutes,
                .idle_minutes = settings.auth.session_idle_minutes,
                .secure_cookie = settings.server.public_url.starts_with("https://")}),
      guard({settings.server.public_url}),
      keys(database, clock, {.salt = secrets.salt.reveal(), .strict_pairs = settings.auth.strict_key_pairs}),
      access(database, settings.auth.operator_organization.empty() ? settings.init.organization_id
                                                                   : settings.auth.operator_organization),
      authenticator(keys, sessions, access, guard),
      organizations(database, clock),
      projects(database, clock),
      api_keys(database, clock, keys) {}

}  // namespace clew::app
