// Ends statements whose reader has left. A thread of its own asks the engine to, because whoever notices that a reader
// left (an io thread) must not wait, and repeats it until the statement is gone: one that has just been sent may not be
// known to the engine yet.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace clew::analytics {

class StatementKiller {
 public:
  // Whether a statement can still be at work in the store when the call that sent it has returned.
  enum class Afterwards { kEnded, kMayGoOn };

  // `kill` asks the engine to end the statement with this id, if it knows one. Called on the killer's thread.
  StatementKiller(Afterwards afterwards, std::function<void(const std::string& id)> kill);
  // No watch may be left.
  ~StatementKiller();
  StatementKiller(const StatementKiller&) = delete;
  StatementKiller& operator=(const StatementKiller&) = delete;

  // Lives as long as the call that sent the statement. `stop` may be null: then nobody can leave.
  class Watch {
   public:
    Watch(StatementKiller& killer, std::string id, const std::stop_token* stop);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    struct Doom {
      Watch* watch;
      void operator()() const { watch->killer_.doom(watch->id_); }
    };
    StatementKiller& killer_;
    const std::string id_;
    std::optional<std::stop_callback<Doom>> callback_;
  };

 private:
  void doom(const std::string& id);
  void forget(const std::string& id);
  void run();

  const int asked_afterwards_;
  const std::function<void(const std::string&)> kill_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, int> doomed_;  // how often it will still be asked to end; kWatched: until its call returns
  bool stopping_ = false;
  std::thread thread_;  // from the first reader who leaves
};

}  // namespace clew::analytics
