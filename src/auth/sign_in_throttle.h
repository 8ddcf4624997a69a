// Slows down guessing of passwords, across restarts and processes (contract/security.md SEC-R3): per account from the
// fifth failure on 1, 2, 4, … 300 s between attempts; per source network (/24, /64) 50 failures in ten minutes.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "meta/database.h"

namespace clew::auth {

class SignInThrottle {
 public:
  SignInThrottle(meta::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  struct Admission {
    bool account_waits = false;    // this attempt must not be checked; say the same as for a wrong password
    int source_retry_after_s = 0;  // > 0: the whole network waits; say so with 429
    bool admitted() const { return !account_waits && source_retry_after_s == 0; }
  };
  // Counts the attempt as failed before it is checked, so that parallel attempts cannot outrun the count. An empty
  // account counts for the source only.
  Result<Admission> admit(std::string_view account, std::string_view remote_address);
  // The attempt was right: forgets the account's failures and takes back the source's.
  Result<> succeeded(std::string_view account, std::string_view remote_address);

 private:
  meta::Database& database_;
  const Clock& clock_;
};

// "198.51.100.0/24" or "2001:db8:1:2::/64"; the text itself when it is no address.
std::string source_network(std::string_view remote_address);

}  // namespace clew::auth
