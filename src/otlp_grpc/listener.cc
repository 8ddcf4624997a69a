#include "otlp_grpc/listener.h"

#include <algorithm>
#include <climits>
#include <utility>

#include <grpc/support/log.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "otlp_grpc/call.h"

namespace clew::otlp_grpc {

namespace {

// Exporters that ask "are you there" more often than this are told to calm down by gRPC.
constexpr int kPingIntervalMinMs = 5'000;

class Service final : public grpc::CallbackGenericService {
 public:
  explicit Service(Shared& shared) : shared_(shared) {}

 private:
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    return Call::begin(*context, shared_);
  }

  Shared& shared_;
};

std::string listening_address(const ListenerOptions& options) {
  const bool is_v6 = options.address.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + options.address + "]" : options.address;
  return host + ":" + std::to_string(options.port);
}

int clamped(std::size_t bytes) {
  return static_cast<int>(std::min<std::size_t>(bytes, INT_MAX));
}

void configure(grpc::ServerBuilder& builder, const ListenerOptions& options) {
  builder.SetMaxReceiveMessageSize(clamped(options.wire_bytes_max));
  // Its decompression has no bound: a message of 64 MiB could become 64 GiB. See message.h.
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  // With it a second program listens on the same port in silence and takes half of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, clamped(options.metadata_bytes_max));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.streams_per_connection_max);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS,
                             clamped(static_cast<std::size_t>(options.idle_timeout.count())));
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kPingIntervalMinMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
}

}  // namespace

struct Listener::Impl {
  Impl(ListenerOptions options, http::ProxyList proxies, http::Application& application,
       std::shared_ptr<http::MemoryBudget> body_memory)
      : shared(std::move(options), std::move(proxies), application, std::move(body_memory)) {}

  Shared shared;
  Service service{shared};
  std::unique_ptr<grpc::Server> server;
  int port = 0;
};

Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Listener>> Listener::start(ListenerOptions options, http::Application& application,
                                                  std::shared_ptr<http::MemoryBudget> body_memory) {
  if (!http::parse_ip(options.address)) {
    return Error{Errc::kInvalidArgument, "not an IP address: " + options.address};
  }
  CLEW_TRY(auto proxies, http::ProxyList::parse(options.trusted_proxies));
  // gRPC writes to stderr in a form of its own; what matters of it is in our results and in the access log.
  gpr_set_log_function([](gpr_log_func_args*) {});
  const std::string address = listening_address(options);
  auto impl = std::make_unique<Impl>(std::move(options), std::move(proxies), application, std::move(body_memory));
  grpc::ServerBuilder builder;
  configure(builder, impl->shared.options);
  // What gRPC holds of messages that are still arriving: with little left it shrinks windows, then ends connections.
  grpc::ResourceQuota quota("otlp");
  quota.Resize(impl->shared.body_memory->bytes_max());
  builder.SetResourceQuota(quota);
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &impl->port);
  builder.RegisterCallbackGenericService(&impl->service);
  impl->server = builder.BuildAndStart();
  if (!impl->server || impl->port == 0) return Error{Errc::kUnavailable, "cannot listen on " + address};
  return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

Listener::~Listener() {
  stop(std::chrono::milliseconds(0));
}

std::uint16_t Listener::port() const {
  return static_cast<std::uint16_t>(impl_->port);
}

void Listener::stop(std::chrono::milliseconds deadline) {
  if (!impl_->server) return;
  impl_->server->Shutdown(std::chrono::system_clock::now() + deadline);
  impl_->server->Wait();
  impl_->shared.calls.wait_until_none();
  impl_->server.reset();
}

}  // namespace clew::otlp_grpc
