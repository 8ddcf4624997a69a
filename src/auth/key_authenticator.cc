#include "auth/key_authenticator.h"

#include <algorithm>
#include <chrono>

#include "auth/sign_in_throttle.h"
#include "auth/sql/keys.sql.h"
#include "base/text.h"

namespace clew::auth {

namespace {

using domain::Principal;
using domain::PrincipalKind;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kFreshUs = 60 * kSecond;         // then the store is asked again
constexpr std::int64_t kUnknownFreshUs = 10 * kSecond;  // the same for "no such key"
constexpr std::int64_t kStaleMaxUs = 300 * kSecond;     // how long an answer serves while the store is away
constexpr std::int64_t kGuessWindowUs = 60 * kSecond;
constexpr int kGuessesMax = 100;
constexpr std::size_t kGuessersMax = 10'000;
constexpr TimeUs kUseGranularity = 60 * kSecond;
// Names in memory: what the store is asked for, after how.
constexpr std::string_view kBearerName = "p:";
constexpr std::string_view kSecretName = "s:";
constexpr auto kRefreshInterval = std::chrono::milliseconds(500);

Error refused(std::string message) {
  return Error{Errc::kUnauthenticated, std::move(message)};
}
constexpr char kBadBasic[] = "Invalid credentials. Confirm that you've configured the correct host.";
constexpr char kBadBearer[] = "Invalid public key. Confirm that you've configured the correct host.";

std::optional<std::string_view> after_scheme(std::string_view header, std::string_view scheme) {
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ') return std::nullopt;
  if (!text::equals_ignore_case(header.substr(0, scheme.size()), scheme)) return std::nullopt;
  return text::trim(header.substr(scheme.size()));
}

}  // namespace

struct KeyAuthenticator::Credential {
  bool bearer = false;
  std::string public_key;
  std::string secret_key;  // Basic only
};

// Does not change once it is in memory, except for `noted_at`.
struct KeyAuthenticator::Entry {
  bool known = false;
  std::string key_id;
  Principal principal;
  std::optional<TimeUs> expires_at;
  std::int64_t asked_us = 0;  // monotonic
  std::int64_t epoch = 0;
  std::atomic<TimeUs> noted_at{0};  // when its use was noted last
};

KeyAuthenticator::KeyAuthenticator(meta::Database& database, const Clock& clock, KeyOptions options)
    : database_(database), clock_(clock), options_(std::move(options)), hasher_(options_.salt) {
  if (!options_.background) return;
  // The first look makes everything old that was asked before it: when it came late, and the store went away with it,
  // keys in use were unusable.
  refresh();
  thread_ = std::thread([this] { run(); });
}

KeyAuthenticator::~KeyAuthenticator() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  write_last_used();
}

Result<KeyAuthenticator::Credential> KeyAuthenticator::read_credential(const http::Request& request) {
  const auto header = request.headers.find("authorization");
  if (!header || text::trim(*header).empty()) return refused("No authorization header");
  const std::string_view value = text::trim(*header);
  if (const auto encoded = after_scheme(value, "Basic")) {
    const auto decoded = text::from_base64(*encoded);
    if (!decoded || !text::is_utf8(*decoded) || decoded->find('\0') != std::string::npos) return refused(kBadBasic);
    const std::vector<std::string_view> parts = text::split(*decoded, ':');
    if (parts.size() < 2 || parts[1].empty()) return refused(kBadBasic);
    return Credential{.public_key = std::string(parts[0]), .secret_key = std::string(parts[1])};
  }
  if (const auto token = after_scheme(value, "Bearer")) {
    if (token->empty() || !text::is_utf8(*token)) return refused(kBadBearer);
    return Credential{.bearer = true, .public_key = std::string(*token)};
  }
  return refused("Invalid authorization header");
}

std::string KeyAuthenticator::name_of(const Credential& credential) const {
  if (credential.bearer) return std::string(kBearerName) + credential.public_key;
  return std::string(kSecretName) + hasher_.hash(credential.secret_key);
}

Result<Principal> KeyAuthenticator::authenticate(const http::Request& request) {
  CLEW_TRY(const Credential credential, read_credential(request));
  const std::string name = name_of(credential);
  if (const EntryPtr entry = cached(name, kFreshUs)) return judge(credential, *entry);
  CLEW_TRY(const EntryPtr entry, resolve(name, request.remote_address));
  return judge(credential, *entry);
}

std::optional<Result<Principal>> KeyAuthenticator::try_authenticate(const http::Request& request) {
  Result<Credential> credential = read_credential(request);
  if (!credential) return std::move(credential).error();
  const EntryPtr entry = cached(name_of(*credential), kFreshUs);
  if (!entry) return std::nullopt;
  return judge(*credential, *entry);
}

KeyAuthenticator::EntryPtr KeyAuthenticator::cached(const std::string& name, std::int64_t age_max_us) {
  const std::int64_t now = monotonic_us();
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(name);
  if (found == entries_.end()) return nullptr;
  const Entry& entry = *found->second;
  const std::int64_t limit = entry.known ? age_max_us : std::min(age_max_us, kUnknownFreshUs);
  if (entry.epoch != epoch_ || entry.asked_us + limit <= now) return nullptr;
  return found->second;
}

Result<KeyAuthenticator::EntryPtr> KeyAuthenticator::resolve(const std::string& name, std::string_view remote_address) {
  if (is_guessing(remote_address)) {
    return Error{Errc::kRateLimited, "Too many requests with unknown API keys from this address."};
  }
  Result<EntryPtr> entry = ask_store(name);
  if (!entry) {
    if (const EntryPtr stale = cached(name, kStaleMaxUs); stale && stale->known) return stale;
    return Error{Errc::kUnavailable, "API keys cannot be looked up: " + entry.error().message};
  }
  if (!(*entry)->known) count_guess(remote_address);
  keep(name, *entry);
  return entry;
}

Result<KeyAuthenticator::EntryPtr> KeyAuthenticator::ask_store(const std::string& name) {
  auto entry = std::make_shared<Entry>();
  {
    // The epoch from before asking: a change in between makes the answer old at once.
    const std::lock_guard lock(mutex_);
    entry->epoch = epoch_;
  }
  entry->asked_us = monotonic_us();
  const bool bearer = name.starts_with(kBearerName);
  CLEW_TRY(const meta::ResultSet rows, database_.run(bearer ? sql::kFindKeyByPublicKey : sql::kFindKeyBySecretHash,
                                                     {name.substr(kBearerName.size())}));
  const bool deleted_project = !rows.empty() && !rows.is_null(0, 6);
  if (rows.empty() || deleted_project) return entry;
  entry->known = true;
  entry->key_id = rows.text(0, 0);
  entry->expires_at = rows.optional_integer(0, 3);
  const bool organization = rows.text(0, 1) == "ORGANIZATION";
  Principal& principal = entry->principal;
  principal.kind = organization ? PrincipalKind::kOrganizationKey
                   : bearer     ? PrincipalKind::kPublicKey
                                : PrincipalKind::kProjectKey;
  principal.public_key = rows.text(0, 2);
  principal.project_id = rows.text(0, 4);
  principal.organization_id = rows.text(0, 5);
  return entry;
}

Result<Principal> KeyAuthenticator::judge(const Credential& credential, Entry& entry) {
  if (!entry.known) return refused(credential.bearer ? kBadBearer : kBadBasic);
  if (entry.expires_at && *entry.expires_at <= clock_.now_us()) {
    return refused("Invalid credentials. The API key expired at " + iso_ms(*entry.expires_at) + ".");
  }
  if (credential.bearer && entry.principal.kind == PrincipalKind::kOrganizationKey) {
    return refused("Unauthorized: Cannot use organization key with bearer auth");
  }
  // People rotate the two halves separately, so the secret alone decides.
  if (credential.public_key != entry.principal.public_key) {
    mismatched_pairs_.fetch_add(1, std::memory_order_relaxed);
    if (options_.strict_pairs) return refused(kBadBasic);
  }
  note_use(entry);
  return entry.principal;
}

void KeyAuthenticator::keep(const std::string& name, EntryPtr entry) {
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= options_.cached_max) {
    std::erase_if(entries_, [](const auto& item) { return !item.second->known; });
    if (entries_.size() >= options_.cached_max) entries_.erase(entries_.begin());
  }
  EntryPtr& place = entries_[name];
  if (place) entry->noted_at = place->noted_at.load();
  place = std::move(entry);
}

bool KeyAuthenticator::is_guessing(std::string_view remote_address) {
  const std::int64_t now = monotonic_us();
  const std::lock_guard lock(mutex_);
  const auto found = guesses_.find(source_network(remote_address));
  return found != guesses_.end() && found->second.unknown >= kGuessesMax &&
         found->second.window_started_us + kGuessWindowUs > now;
}

void KeyAuthenticator::count_guess(std::string_view remote_address) {
  const std::int64_t now = monotonic_us();
  const std::lock_guard lock(mutex_);
  if (guesses_.size() >= kGuessersMax) guesses_.clear();
  Guesses& guesses = guesses_[source_network(remote_address)];
  if (guesses.window_started_us + kGuessWindowUs <= now) guesses = {.window_started_us = now};
  // From the moment the limit is reached the network waits a whole window.
  if (++guesses.unknown == kGuessesMax) guesses.window_started_us = now;
}

void KeyAuthenticator::note_use(Entry& entry) {
  const TimeUs now = clock_.now_us();
  TimeUs noted = entry.noted_at.load(std::memory_order_relaxed);
  if (noted != 0 && noted + kUseGranularity > now) return;
  if (!entry.noted_at.compare_exchange_strong(noted, now)) return;
  const std::lock_guard lock(mutex_);
  used_unwritten_[entry.key_id] = now;
}

void KeyAuthenticator::keys_changed() {
  const std::lock_guard lock(mutex_);
  ++epoch_;
}

void KeyAuthenticator::refresh() {
  write_last_used();
  const auto counter = database_.run(sql::kReadKeyChanges);
  if (!counter || counter->empty()) return;
  std::vector<std::string> old;
  {
    const std::lock_guard lock(mutex_);
    if (counter_ != counter->integer(0, 0)) {
      ++epoch_;  // also at the first look: what was asked before it may be old already
      counter_ = counter->integer(0, 0);
    }
    std::erase_if(entries_, [&](const auto& item) { return !item.second->known && item.second->epoch != epoch_; });
    for (const auto& [name, entry] : entries_) {
      if (entry->epoch != epoch_) old.push_back(name);
    }
  }
  // Asking again now, not at the next request, keeps the keys usable should the store go away next.
  for (const std::string& name : old) {
    if (Result<EntryPtr> entry = ask_store(name)) keep(name, *std::move(entry));
  }
}

void KeyAuthenticator::write_last_used() {
  std::unordered_map<std::string, TimeUs> used;
  {
    const std::lock_guard lock(mutex_);
    used.swap(used_unwritten_);
  }
  for (const auto& [key_id, time] : used) {
    if (database_.run(sql::kSetLastUsed, {key_id, time, time - kUseGranularity})) continue;
    const std::lock_guard lock(mutex_);
    used_unwritten_.try_emplace(key_id, time);
  }
}

void KeyAuthenticator::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    refresh();
    lock.lock();
    wake_.wait_for(lock, kRefreshInterval, [this] { return stopping_; });
  }
}

}  // namespace clew::auth
