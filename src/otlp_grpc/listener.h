// OTLP over gRPC: one more transport in front of the same application.
//
// A call becomes the HTTP request that says the same (POST PREFIX/v1/traces, metadata as headers, the message as an
// application/x-protobuf body), is admitted, read, handled and noted by the http::Application that serves HTTP, and the
// answer becomes a gRPC status (status.h). So credentials, limits, durability and error texts have one home.
//
// Nothing of a message is read before the application has admitted the call, and its bytes count against the budget
// that HTTP bodies count against. gRPC does not decompress: messages go through our own bounded decompressor.
//
// Threads: gRPC's own. The application is called on them and must not block; it may answer from any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/memory_budget.h"
#include "http/server.h"

namespace clew::otlp_grpc {

struct ListenerOptions {
  std::string address = "127.0.0.1";  // an IP address
  std::uint16_t port = 0;             // 0: any free port
  std::string path_prefix;            // of the routes behind: "/api/public/otel"
  std::size_t metadata_bytes_max = 32UL * 1024;
  std::size_t wire_bytes_max = 64UL * 1024 * 1024;   // of one message as sent, whatever the application admits
  std::size_t body_bytes_max = 128UL * 1024 * 1024;  // the same after decompression
  std::size_t compression_ratio_max = 200;
  int streams_per_connection_max = 100;
  std::chrono::milliseconds read_timeout{60'000};   // from admission to the end of the message
  std::chrono::milliseconds idle_timeout{300'000};  // of a connection without calls
  std::vector<std::string> trusted_proxies;         // addresses or CIDR blocks whose X-Forwarded-For is believed
};

class Listener {
 public:
  // kInvalidArgument: bad address or proxy list; kUnavailable: the port is taken. `application` must outlive the
  // listener. Costs nothing before it is called.
  static Result<std::unique_ptr<Listener>> start(ListenerOptions options, http::Application& application,
                                                 std::shared_ptr<http::MemoryBudget> body_memory);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  std::uint16_t port() const;
  // Stops accepting, tells clients to go, lets calls in work finish until the deadline and cancels the rest. Waits
  // until the application has let go of every call. Idempotent.
  void stop(std::chrono::milliseconds deadline);

 private:
  struct Impl;
  explicit Listener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace clew::otlp_grpc
