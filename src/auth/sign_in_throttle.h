// Slows down guessing of passwords, across restarts and processes (contract/security.md SEC-R3): per account from the
// fifth failure on 1, 2, 4, … 300 s between attempts; per source network (/24, /64) 50 failures in ten minutes.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "meta/database.h"

namespace clew::auth {

class SignInThrottle {
 public:
  SignInThrottle(meta::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // The right to check one password. Ends the attempt when it goes; an attempt that was neither right nor wrong (the
  // store failed) leaves no trace.
  class Attempt {
   public:
    Attempt() = default;
    Attempt(SignInThrottle& throttle, std::string account) : throttle_(&throttle), account_(std::move(account)) {}
    Attempt(Attempt&& other) noexcept : throttle_(std::exchange(other.throttle_, nullptr)) {
      account_ = std::move(other.account_);
    }
    Attempt& operator=(Attempt&& other) noexcept {
      std::swap(throttle_, other.throttle_);
      std::swap(account_, other.account_);
      return *this;
    }
    ~Attempt() {
      if (throttle_) throttle_->leave(account_);
    }

   private:
    SignInThrottle* throttle_ = nullptr;
    std::string account_;
  };

  struct Admission {
    bool account_waits = false;    // this attempt must not be checked; say the same as for a wrong password
    int source_retry_after_s = 0;  // > 0: the whole network waits; say so with 429
    Attempt attempt;               // hold it until failed() or succeeded() was called
    bool admitted() const { return !account_waits && source_retry_after_s == 0; }
  };
  // Only failures are counted, when they are known. So that parallel guesses cannot outrun the count, no more attempts
  // of one account are under way at once than it has failures left before it must wait, and never less than one; others
  // block here for their turn, at most ten seconds and a few of them, then kOverloaded. The limit holds per process.
  Result<Admission> admit(const std::string& account, std::string_view remote_address);
  // The password was wrong: counts for the account and its source.
  Result<> failed(std::string_view account, std::string_view remote_address);
  // The password was right: forgets the account's failures.
  Result<> succeeded(std::string_view account);
  // For what is limited per source alone: counts one at once.
  Result<Admission> admit_source(std::string_view remote_address);

 private:
  // The attempts of one account in this process.
  struct Queue {
    int running = 0;
    int waiting = 0;
    std::uint64_t ended = 0;  // attempts that ended: what was read from the store before may be old
  };

  Result<Admission> look(const std::string& account, std::string_view remote_address, std::int64_t& failures);
  void leave(const std::string& account);
  void drop_if_idle(const std::string& account);  // under mutex_

  meta::Database& database_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable left_;
  std::unordered_map<std::string, Queue> queues_;
};

// "198.51.100.0/24" or "2001:db8:1:2::/64"; the text itself when it is no address.
std::string source_network(std::string_view remote_address);

}  // namespace clew::auth
