// The HTTP/1.1 server: accepts, limits, parses, asks the application, writes. Knows no route.
//
// Threads: every connection belongs to one io thread; the application is called there and must not block. It answers
// through callbacks, at once or later, from any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/memory_budget.h"
#include "http/message.h"

namespace clew::http {

// What the application decides once the head of a request is there, before any of the body is kept.
struct Admission {
  // Set: the answer; the body is not wanted.
  std::optional<Response> answer;
  // Bounds of the body: as sent and after decompression. Over either: `refuse` with kTooLarge.
  std::size_t wire_bytes_max = 0;
  std::size_t body_bytes_max = 0;
  // Makes the answer for a body that could not be read (kTooLarge, kUnsupported, kInvalidArgument, kOverloaded).
  std::move_only_function<Response(const Error&)> refuse;
  // Called on the io thread when the body is complete.
  std::move_only_function<void(Respond)> handle;
  // Whether to notice that the client left while `handle` works (Request::cancelled). Costs a system call.
  bool watch_client = false;
  // The application's number for the route, handed back in RequestSummary.
  std::size_t route = 0;
};
using Admit = std::move_only_function<void(Admission)>;

// One finished request, for the access log.
struct RequestSummary {
  const Request& request;
  std::size_t route = 0;
  int status = 0;  // 0: the client left before it had its answer
  std::size_t bytes_in = 0;
  std::size_t bytes_out = 0;
  std::int64_t duration_us = 0;
  std::string_view answer = {};  // the body of the answer; valid during the call
};

// Called on io threads, concurrently. Must not block and must not throw.
class Application {
 public:
  virtual ~Application() = default;
  // The head of a request is complete. `request` may be kept as long as needed; its body is filled before
  // Admission::handle is called. `admit` may be called later from any thread; dropping it sends 500.
  virtual void admit(std::shared_ptr<Request> request, Admit admit) = 0;
  // The answer to what never became a request, or was never answered: 400, 408, 413, 431, 500, 503, 505.
  virtual Response failure(int status, std::string_view message, std::string_view request_id) = 0;
  virtual void finished(const RequestSummary& summary) = 0;
};

struct ServerOptions {
  std::string address = "127.0.0.1";  // an IP address
  std::uint16_t port = 0;             // 0: any free port
  std::size_t io_threads = 0;         // 0: one per core
  std::size_t header_bytes_max = 32UL * 1024;
  std::chrono::milliseconds header_timeout{10'000};  // from the first byte of a request to the end of its head
  std::chrono::milliseconds idle_timeout{75'000};    // between two requests
  std::chrono::milliseconds write_timeout{30'000};   // without any progress
  std::chrono::milliseconds body_grace{10'000};      // before the minimum rate of a body counts
  std::size_t body_bytes_per_second_min = 4UL * 1024;
  std::size_t connections_max = 10'000;               // at it, those that wait longest for their client make room
  std::size_t connections_per_address_max = 200;      // loopback and trusted proxies are not bounded
  bool limit_loopback = false;                        // apply the line above to loopback, too
  std::size_t wire_bytes_max = 64UL * 1024 * 1024;    // of one body as sent, whatever the application admits
  std::size_t body_bytes_max = 128UL * 1024 * 1024;   // the same after decompression
  std::size_t body_memory_max = 512UL * 1024 * 1024;  // bodies of all requests in work
  std::shared_ptr<MemoryBudget> body_memory;          // instead of the line above: shared with other listeners
  std::size_t compression_ratio_max = 200;
  std::vector<std::string> trusted_proxies;  // addresses or CIDR blocks whose X-Forwarded-For is believed
};

struct ServerCounts {
  std::size_t connections = 0;
  std::size_t body_bytes = 0;
  std::uint64_t connections_refused = 0;
};

class Server {
 public:
  // Listens and serves; raises the soft limit of open files towards what the connections need. kInvalidArgument: bad
  // address or proxy list; kUnavailable: the port is taken. `application` must outlive the server.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Application& application);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  std::uint16_t port() const;
  ServerCounts counts() const;
  // Stops accepting, closes idle connections, lets requests in work finish until the deadline, closes the rest and
  // joins. After it no callback runs; answers that come later are dropped. Idempotent.
  void stop(std::chrono::milliseconds deadline);

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace clew::http
