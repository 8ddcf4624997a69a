#include "ingest/worker/dead_letters.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"

namespace clew::ingest {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kErrorMax = 1'000;

Result<> write_durably(const std::string& path, std::string_view bytes) {
  const std::string fresh = path + ".new";
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  bool done = fd >= 0;
  for (std::size_t at = 0; done && at < bytes.size();) {
    const ssize_t n = ::write(fd, bytes.data() + at, bytes.size() - at);
    if (n < 0)
      done = false;
    else
      at += static_cast<std::size_t>(n);
  }
  done = done && fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  done = done && std::rename(fresh.c_str(), path.c_str()) == 0;
  if (!done) return Error{Errc::kUnavailable, fmt::format("write {}: {}", path, std::strerror(errno))};
  return ok();
}

Result<> sync_directory(const std::string& dir) {
  const int fd = ::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool done = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!done) return Error{Errc::kUnavailable, fmt::format("sync {}: {}", dir, std::strerror(errno))};
  return ok();
}

std::string head_text(const DeadLetter& letter) {
  json::Object head;
  head["position"] = letter.position;
  head["project"] = letter.project_id;
  head["reason"] = letter.reason;
  head["error"] = letter.error;
  head["failedAt"] = letter.failed_at_us;
  head["bytes"] = letter.bytes;
  head["source"] = letter.source;
  head["receivedAt"] = letter.received_at_us;
  head["request"] = letter.request_id;
  head["sdk"] = letter.sdk;
  head["replayOf"] = letter.replay_of;
  head["attempts"] = letter.attempts;
  head["payload"] = letter.has_payload;
  if (!letter.items.empty()) head["items"] = json::Array(letter.items.begin(), letter.items.end());
  return json::to_text(head);
}

std::optional<DeadLetter> read_letter(const fs::path& path) {
  std::ifstream in(path);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto value = json::parse(text);
  const json::Object* object = value ? value->if_object() : nullptr;
  if (!object) return std::nullopt;
  const auto number = [&](std::string_view key, std::int64_t otherwise = 0) {
    const json::Value* found = object->if_contains(key);
    return found && found->is_number() ? found->to_number<std::int64_t>() : otherwise;
  };
  const auto word = [&](std::string_view key) { return std::string(json::find_text(*object, key).value_or("")); };
  DeadLetter letter;
  letter.position = static_cast<LogPosition>(number("position"));
  letter.project_id = word("project");
  letter.reason = word("reason").empty() ? "refused" : word("reason");
  letter.error = word("error");
  letter.failed_at_us = number("failedAt");
  letter.bytes = static_cast<std::uint64_t>(number("bytes"));
  letter.source = word("source");
  letter.received_at_us = number("receivedAt");
  letter.request_id = word("request");
  letter.sdk = word("sdk");
  letter.replay_of = static_cast<LogPosition>(number("replayOf"));
  letter.attempts = static_cast<std::uint64_t>(number("attempts", 1));
  const json::Value* payload = object->if_contains("payload");
  if (const json::Value* items = object->if_contains("items"); items != nullptr && items->is_array()) {
    for (const json::Value& name : items->get_array()) {
      if (name.is_string()) letter.items.emplace_back(name.get_string());
    }
  }
  letter.has_payload = payload == nullptr || !payload->is_bool() || payload->get_bool();
  return letter;
}

bool matches(const DeadLetter& letter, const DeadLetterFilter& filter) {
  if (filter.project_id && *filter.project_id != letter.project_id) return false;
  if (filter.reason && *filter.reason != letter.reason) return false;
  if (filter.from_us && letter.failed_at_us < *filter.from_us) return false;
  return !filter.to_us || letter.failed_at_us < *filter.to_us;
}

}  // namespace

DeadLetters::DeadLetters(std::string dir, DeadLetterLimits limits) : dir_(std::move(dir)), limits_(limits) {
  load();
}

void DeadLetters::load() {
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(dir_, ec)) {
    if (entry.path().extension() != ".json") continue;
    auto letter = read_letter(entry.path());
    if (!letter) continue;
    if (letter->has_payload) {
      bytes_ += letter->bytes;
      project_bytes_[letter->project_id] += letter->bytes;
    }
    const LogPosition position = letter->position;
    letters_.emplace(position, *std::move(letter));
  }
}

std::string DeadLetters::path(LogPosition position, std::string_view ending) const {
  return fmt::format("{}/{:020}{}", dir_, position, ending);
}

std::string DeadLetters::excess(const std::string& project_id, std::uint64_t bytes) const {
  if (bytes_ + bytes > limits_.bytes_max) return "the space for dead letters is used up";
  const auto at = project_bytes_.find(project_id);
  const double of_project = static_cast<double>((at == project_bytes_.end() ? 0 : at->second) + bytes);
  if (of_project > limits_.project_share_max * static_cast<double>(limits_.bytes_max)) {
    return "the project's share of the space for dead letters is used up";
  }
  return {};
}

Result<> DeadLetters::add(const DeadLetter& letter, std::string_view record) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (letters_.contains(letter.position)) return ok();
  if (letters_.size() >= limits_.letters_max) {
    ++letters_dropped_;
    return Error{Errc::kOverloaded, fmt::format("not kept: there are {} dead letters already", letters_.size())};
  }
  DeadLetter kept = letter;
  kept.error = text::prefix(text::sanitize_utf8(kept.error), kErrorMax);
  kept.bytes = record.size();
  const std::string too_much = record.empty() ? std::string() : excess(kept.project_id, record.size());
  kept.has_payload = !record.empty() && too_much.empty();
  std::error_code ec;
  fs::create_directories(dir_, ec);
  if (kept.has_payload) CLEW_CHECK(write_durably(path(kept.position, ".bin"), record));
  CLEW_CHECK(write_durably(path(kept.position, ".json"), head_text(kept)));
  CLEW_CHECK(sync_directory(dir_));
  if (kept.has_payload) {
    bytes_ += kept.bytes;
    project_bytes_[kept.project_id] += kept.bytes;
  }
  const LogPosition position = kept.position;
  letters_.emplace(position, std::move(kept));
  if (too_much.empty()) return ok();
  ++payloads_dropped_;
  return Error{Errc::kOverloaded, "kept without its payload: " + too_much};
}

Result<std::vector<DeadLetter>> DeadLetters::list() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<DeadLetter> out;
  for (const auto& [position, letter] : letters_)
    out.push_back(letter);
  return out;
}

std::vector<DeadLetter> DeadLetters::page(const DeadLetterFilter& filter, LogPosition before, std::size_t limit) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<DeadLetter> out;
  auto at = before == 0 ? letters_.end() : letters_.lower_bound(before);
  while (at != letters_.begin() && out.size() < limit) {
    --at;
    if (matches(at->second, filter)) out.push_back(at->second);
  }
  return out;
}

std::uint64_t DeadLetters::count(const DeadLetterFilter& filter) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<std::uint64_t>(
      std::ranges::count_if(letters_, [&](const auto& entry) { return matches(entry.second, filter); }));
}

Result<DeadLetter> DeadLetters::find(LogPosition position) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto at = letters_.find(position);
  if (at == letters_.end()) return Error{Errc::kNotFound, fmt::format("no dead letter at {}", position)};
  return at->second;
}

Result<std::string> DeadLetters::record(LogPosition position) const {
  std::ifstream in(path(position, ".bin"), std::ios::binary);
  if (!in) return Error{Errc::kNotFound, fmt::format("no payload of a dead letter at {}", position)};
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

Result<> DeadLetters::remove(LogPosition position) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto at = letters_.find(position);
  if (at == letters_.end()) return ok();
  // The head first: a payload without a head is nothing, a head without its payload would be a lie.
  for (const std::string_view ending : {".json", ".bin"}) {
    std::error_code ec;
    fs::remove(path(position, ending), ec);
    if (ec) return Error{Errc::kUnavailable, fmt::format("remove {}: {}", path(position, ending), ec.message())};
  }
  CLEW_CHECK(sync_directory(dir_));
  if (at->second.has_payload) {
    bytes_ -= at->second.bytes;
    const auto project = project_bytes_.find(at->second.project_id);
    project->second -= at->second.bytes;
    if (project->second == 0) project_bytes_.erase(project);
  }
  letters_.erase(at);
  return ok();
}

DeadLetterTotals DeadLetters::totals() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  DeadLetterTotals out{.letters = letters_.size(),
                       .bytes = bytes_,
                       .oldest_us = {},
                       .payloads_dropped = payloads_dropped_,
                       .letters_dropped = letters_dropped_,
                       .bytes_max = limits_.bytes_max};
  for (const auto& [position, letter] : letters_) {
    if (!out.oldest_us || letter.failed_at_us < *out.oldest_us) out.oldest_us = letter.failed_at_us;
  }
  return out;
}

std::uint64_t DeadLetters::count_of(std::string_view reason) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<std::uint64_t>(
      std::ranges::count_if(letters_, [&](const auto& entry) { return entry.second.reason == reason; }));
}

}  // namespace clew::ingest
