// What all connections of a server have in common.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "http/memory_budget.h"
#include "http/remote_address.h"
#include "http/server.h"

namespace clew::http {

// Connections by peer address. Any thread.
class AddressCounts {
 public:
  bool try_add(const std::string& address, std::size_t max) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::size_t& count = counts_[address];
    if (count >= max) return false;
    ++count;
    return true;
  }
  void remove(const std::string& address) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = counts_.find(address);
    if (found != counts_.end() && --found->second == 0) counts_.erase(found);
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> counts_;
};

struct Shared {
  Shared(ServerOptions server_options, ProxyList proxy_list, Application& served)
      : options(std::move(server_options)),
        proxies(std::move(proxy_list)),
        application(served),
        own_body_memory(options.body_memory_max),
        body_memory(options.body_memory ? *options.body_memory : own_body_memory) {}

  const ServerOptions options;
  const ProxyList proxies;
  Application& application;
  MemoryBudget own_body_memory;
  MemoryBudget& body_memory;
  AddressCounts addresses;
  std::atomic<std::size_t> connections{0};
  std::atomic<std::uint64_t> refused{0};
};

}  // namespace clew::http
