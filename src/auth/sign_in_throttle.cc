#include "auth/sign_in_throttle.h"

#include <algorithm>
#include <chrono>

#include "auth/digest.h"
#include "auth/sql/accounts.sql.h"
#include "base/text.h"
#include "http/remote_address.h"

namespace clew::auth {

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kAccountFailuresFree = 5;
constexpr std::int64_t kAccountDelayMaxS = 300;
constexpr TimeUs kAccountWindow = 24 * 3600 * kSecond;
constexpr std::int64_t kSourceFailuresMax = 50;
constexpr TimeUs kSourceWindow = 600 * kSecond;
constexpr std::chrono::seconds kTurnWaitMax{10};
constexpr int kTurnWaitersMax = 32;

struct Attempts {
  std::int64_t failures = 0;
  TimeUs window_started_at = 0;
  TimeUs blocked_until = 0;
};

Result<Attempts> read(meta::Session& session, const std::string& subject, TimeUs now, TimeUs window) {
  CLEW_TRY(const meta::ResultSet rows, session.run(sql::kFindAttempts, {subject}));
  const Attempts fresh{.window_started_at = now};
  if (rows.empty()) return fresh;
  const Attempts stored{rows.integer(0, 0), rows.integer(0, 1), rows.integer(0, 2)};
  if (stored.blocked_until <= now && stored.window_started_at + window <= now) return fresh;
  return stored;
}

Result<> write(meta::Session& session, const std::string& subject, const Attempts& attempts, TimeUs now) {
  auto put = session.run(sql::kPutAttempts,
                         {subject, attempts.failures, attempts.window_started_at, attempts.blocked_until, now});
  if (!put) return put.error();
  return ok();
}

TimeUs account_delay(std::int64_t failures) {
  if (failures < kAccountFailuresFree) return 0;
  const std::int64_t doublings = std::min<std::int64_t>(failures - kAccountFailuresFree, 9);
  return std::min(std::int64_t{1} << doublings, kAccountDelayMaxS) * kSecond;
}

// Addresses are hashed: the table does not need to know who tried.
std::string account_subject(std::string_view account) {
  return "account:" + sha256_hex(account);
}
std::string source_subject(std::string_view remote_address) {
  return "source:" + source_network(remote_address);
}

Result<> count_source(meta::Session& session, std::string_view remote_address, TimeUs now) {
  const std::string key = source_subject(remote_address);
  CLEW_TRY(Attempts source, read(session, key, now, kSourceWindow));
  source.failures += 1;
  if (source.failures >= kSourceFailuresMax) source.blocked_until = source.window_started_at + kSourceWindow;
  return write(session, key, source, now);
}

}  // namespace

std::string source_network(std::string_view remote_address) {
  const auto address = http::parse_ip(remote_address);
  if (!address) return std::string(remote_address);
  const auto& b = address->bytes;
  const bool v4 = std::all_of(b.begin(), b.begin() + 10, [](auto byte) { return byte == 0; }) && b[10] == 0xFF;
  if (v4) {
    return std::to_string(b[12]) + "." + std::to_string(b[13]) + "." + std::to_string(b[14]) + ".0/24";
  }
  const std::string hex = text::to_hex(std::string(b.begin(), b.begin() + 8));
  return hex.substr(0, 4) + ":" + hex.substr(4, 4) + ":" + hex.substr(8, 4) + ":" + hex.substr(12, 4) + "::/64";
}

Result<SignInThrottle::Admission> SignInThrottle::look(const std::string& account, std::string_view remote_address,
                                                       std::int64_t& failures) {
  const TimeUs now = clock_.now_us();
  Admission admission;
  CLEW_CHECK(database_.transaction([&](meta::Session& session) -> Result<> {
    CLEW_TRY(const Attempts source, read(session, source_subject(remote_address), now, kSourceWindow));
    admission.source_retry_after_s =
        source.blocked_until > now ? static_cast<int>((source.blocked_until - now + kSecond - 1) / kSecond) : 0;
    CLEW_TRY(const Attempts attempts, read(session, account_subject(account), now, kAccountWindow));
    admission.account_waits = attempts.blocked_until > now;
    failures = attempts.failures;
    return ok();
  }));
  return admission;
}

Result<SignInThrottle::Admission> SignInThrottle::admit(const std::string& account, std::string_view remote_address) {
  const auto deadline = std::chrono::steady_clock::now() + kTurnWaitMax;
  std::unique_lock lock(mutex_);
  for (;;) {
    const std::uint64_t ended = queues_[account].ended;
    ++queues_[account].waiting;
    lock.unlock();
    std::int64_t failures = 0;
    auto admission = look(account, remote_address, failures);
    lock.lock();
    Queue& queue = queues_[account];
    --queue.waiting;
    if (!admission || !admission->admitted()) {
      drop_if_idle(account);
      return admission;
    }
    if (queue.ended != ended) continue;
    if (queue.running < std::max<std::int64_t>(1, kAccountFailuresFree - failures)) {
      ++queue.running;
      admission->attempt = Attempt(*this, account);
      return admission;
    }
    if (queue.waiting >= kTurnWaitersMax) return Error{Errc::kOverloaded, "too many sign-ins of one account at once"};
    ++queue.waiting;
    const bool turn = left_.wait_until(lock, deadline, [&] { return queues_[account].ended != ended; });
    --queues_[account].waiting;
    if (!turn) return Error{Errc::kOverloaded, "too many sign-ins of one account at once"};
  }
}

void SignInThrottle::leave(const std::string& account) {
  {
    const std::lock_guard lock(mutex_);
    Queue& queue = queues_[account];
    --queue.running;
    ++queue.ended;
    drop_if_idle(account);
  }
  left_.notify_all();
}

void SignInThrottle::drop_if_idle(const std::string& account) {
  const auto at = queues_.find(account);
  if (at != queues_.end() && at->second.running == 0 && at->second.waiting == 0) queues_.erase(at);
}

Result<> SignInThrottle::failed(std::string_view account, std::string_view remote_address) {
  const TimeUs now = clock_.now_us();
  return database_.transaction([&](meta::Session& session) -> Result<> {
    const std::string key = account_subject(account);
    CLEW_TRY(Attempts attempts, read(session, key, now, kAccountWindow));
    attempts.failures += 1;
    attempts.blocked_until = now + account_delay(attempts.failures);
    CLEW_CHECK(write(session, key, attempts, now));
    return count_source(session, remote_address, now);
  });
}

Result<SignInThrottle::Admission> SignInThrottle::admit_source(std::string_view remote_address) {
  const TimeUs now = clock_.now_us();
  Admission admission;
  CLEW_CHECK(database_.transaction([&](meta::Session& session) -> Result<> {
    CLEW_TRY(const Attempts source, read(session, source_subject(remote_address), now, kSourceWindow));
    admission.source_retry_after_s =
        source.blocked_until > now ? static_cast<int>((source.blocked_until - now + kSecond - 1) / kSecond) : 0;
    return admission.admitted() ? count_source(session, remote_address, now) : ok();
  }));
  return admission;
}

Result<> SignInThrottle::succeeded(std::string_view account) {
  const TimeUs now = clock_.now_us();
  return database_.transaction([&](meta::Session& session) -> Result<> {
    if (auto forgotten = session.run(sql::kForgetAttempts, {account_subject(account)}); !forgotten) {
      return forgotten.error();
    }
    if (auto dropped = session.run(sql::kDropOldAttempts, {now - kAccountWindow, now}); !dropped) {
      return dropped.error();
    }
    return ok();
  });
}

}  // namespace clew::auth
