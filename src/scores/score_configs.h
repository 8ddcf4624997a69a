// The score configs of projects: stored in the relational store, read through a small cache, because every score that
// names a config is checked against it before its sender has an answer.
//
// Thread-safe. Everything but find_cached() blocks on the store.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "auth/audit.h"
#include "base/result.h"
#include "meta/database.h"
#include "scores/score_config.h"

namespace clew::scores {

// What a change sets; null keeps. An inner null clears.
struct ConfigPatch {
  std::optional<bool> is_archived;
  std::optional<std::string> name;
  std::optional<std::optional<std::string>> description;
  std::optional<std::optional<double>> min_value, max_value;
  std::optional<std::vector<Category>> categories;
};

struct ConfigPage {
  std::vector<ScoreConfig> configs;  // newest first
  std::uint64_t total = 0;
};

using ConfigPtr = std::shared_ptr<const ScoreConfig>;

class ScoreConfigs {
 public:
  ScoreConfigs(meta::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // Id and times of `config` are set here. kInvalidArgument: what problem_of() says. kNotFound: no such project.
  Result<ScoreConfig> create(ScoreConfig config, const auth::Actor& actor);
  // The merge of what is stored and the patch must be valid. kNotFound, kInvalidArgument.
  Result<ScoreConfig> update(const std::string& project_id, const std::string& id, const ConfigPatch& patch,
                             const auth::Actor& actor);
  // kNotFound; kCorruption: the stored row makes no config.
  Result<ScoreConfig> get(const std::string& project_id, const std::string& id);
  Result<ConfigPage> list(const std::string& project_id, std::size_t page, std::size_t limit);

  // From memory, at most a few seconds old when another process changed it; null: has to be looked up. Does not block.
  ConfigPtr find_cached(const std::string& project_id, const std::string& id) const;
  // get(), remembered for find_cached().
  Result<ConfigPtr> find(const std::string& project_id, const std::string& id);

 private:
  static constexpr std::size_t kCachedMax = 10'000;  // beyond, all are forgotten
  static constexpr TimeUs kCachedUs = 5'000'000;

  struct Cached {
    ConfigPtr config;
    TimeUs read_at = 0;
  };
  static std::string cache_key(const std::string& project_id, const std::string& id);
  void forget(const std::string& project_id, const std::string& id);

  meta::Database& database_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::uint64_t changes_ = 0;  // a config read before a change must not be remembered after it
  std::unordered_map<std::string, Cached> cache_;
};

}  // namespace clew::scores
