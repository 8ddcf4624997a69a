// From the Authorization header to the principal of an API key (contract/api.md A.2, security.md 5).
//
// Resolved keys are kept in memory so that ingestion needs no database: an answer is used as it is for a minute, and
// for up to five minutes when the store is away. A background thread compares a counter in the store twice a second;
// every change of a key, by whichever process, moves it and makes all answers old. Deleting a key thus works at once
// here and within a second elsewhere.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>

#include "auth/digest.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/principal.h"
#include "http/message.h"
#include "meta/database.h"

namespace clew::auth {

struct KeyOptions {
  std::string salt;           // SALT: changing it makes every key unknown
  bool strict_pairs = false;  // CLEW_STRICT_KEYPAIR: the public key must be the secret's own
  std::size_t cached_max = 20'000;
  bool background = true;  // false: somebody calls refresh(); for tests
};

// Thread-safe. The store must outlive it.
class KeyAuthenticator {
 public:
  KeyAuthenticator(meta::Database& database, const Clock& clock, KeyOptions options);
  ~KeyAuthenticator();  // writes pending last-used times
  KeyAuthenticator(const KeyAuthenticator&) = delete;
  KeyAuthenticator& operator=(const KeyAuthenticator&) = delete;

  // kUnauthenticated: the message is the answer. kUnavailable: the store is away and the key is not known from before.
  // kRateLimited: too many unknown keys from this address. Blocks when the key is not in memory.
  Result<domain::Principal> authenticate(const http::Request& request);

  // The same without blocking: null when the store would have to be asked. For threads that must not wait.
  std::optional<Result<domain::Principal>> try_authenticate(const http::Request& request);

  // Keys were changed by this process: what is in memory is old from now on.
  void keys_changed();
  // One round of the background thread: notices changes by others, asks again for known keys, writes last-used times.
  void refresh();

  const KeyHasher& hasher() const { return hasher_; }
  // How often the secret of one key came with the public key of another.
  std::int64_t mismatched_pairs() const { return mismatched_pairs_.load(); }

 private:
  struct Credential;
  struct Entry;
  struct Guesses {
    std::int64_t window_started_us = 0;
    int unknown = 0;
  };

  static Result<Credential> read_credential(const http::Request& request);
  using EntryPtr = std::shared_ptr<Entry>;  // shared with requests that are judged while the memory changes

  EntryPtr cached(const std::string& name, std::int64_t age_max_us);
  Result<EntryPtr> resolve(const std::string& name, std::string_view remote_address);
  Result<EntryPtr> ask_store(const std::string& name);
  Result<domain::Principal> judge(const Credential& credential, Entry& entry);
  std::string name_of(const Credential& credential) const;
  void keep(const std::string& name, EntryPtr entry);
  bool is_guessing(std::string_view remote_address);
  void count_guess(std::string_view remote_address);
  void note_use(Entry& entry);
  void write_last_used();
  void run();

  meta::Database& database_;
  const Clock& clock_;
  const KeyOptions options_;
  const KeyHasher hasher_;
  std::atomic<std::int64_t> mismatched_pairs_{0};

  std::mutex mutex_;  // all below
  std::unordered_map<std::string, EntryPtr> entries_;
  std::unordered_map<std::string, Guesses> guesses_;
  std::unordered_map<std::string, TimeUs> used_unwritten_;  // key id → time to write
  std::int64_t epoch_ = 0;                                  // moves with every change of keys
  std::optional<std::int64_t> counter_;                     // of the store, as last read
  bool stopping_ = false;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace clew::auth
