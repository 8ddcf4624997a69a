#include "app/otlp_doors.h"

#include <thread>

#include <fmt/format.h>

#include "api/endpoint_table.h"
#include "api/public/otel_local.h"
#include "app/server_options.h"
#include "app/watched_table.h"
#include "config/listen_address.h"
#include "otlp_grpc/listener.h"

namespace clew::app {

namespace {

// Programs of one machine: few connections, and no need for a thread per core.
constexpr std::size_t kLocalConnectionsMax = 256;

otlp_grpc::ListenerOptions grpc_options(const config::ServerSettings& server, const config::ListenAddress& listen) {
  otlp_grpc::ListenerOptions out;
  out.address = listen.address;
  out.port = listen.port;
  out.wire_bytes_max = server.body_bytes_max;
  out.body_bytes_max = server.decompressed_bytes_max;
  out.compression_ratio_max = static_cast<std::size_t>(server.compression_ratio_max);
  return out;
}

}  // namespace

struct OtlpDoors::Parts {
  explicit Parts(const BehindOtlp& given) : behind(given) {}

  Result<> open_grpc();
  void open_local();
  void build_local_routes(const projects::Project& project);
  void open_local_http(const std::string& listen);
  void open_local_grpc(const std::string& listen);
  void warn_not_listening(std::string_view setting, std::string_view listen, const Error& error) const;

  const BehindOtlp behind;
  const config::ServerSettings& server = behind.settings.server;
  std::unique_ptr<otlp_grpc::Listener> grpc;
  std::unique_ptr<api::LocalOtlpAuthentication> local_authentication;
  std::unique_ptr<api::EndpointTable> local_table;
  std::unique_ptr<WatchedTable> local_watched;
  std::unique_ptr<http::Server> local_http;
  std::unique_ptr<otlp_grpc::Listener> local_grpc;
  std::string banner;
};

Result<> OtlpDoors::Parts::open_grpc() {
  if (server.otlp_grpc_listen.empty()) return ok();
  CLEW_TRY(const auto listen, config::parse_listen_address(server.otlp_grpc_listen));
  otlp_grpc::ListenerOptions options = grpc_options(server, listen);
  options.path_prefix = server.base_path + "/api/public/otel";
  options.trusted_proxies = server.trusted_proxies;
  auto started = otlp_grpc::Listener::start(std::move(options), behind.main, behind.body_memory);
  if (!started) return std::move(started).error().with_context("server.otlp_grpc_listen (CLEW_OTLP_GRPC_LISTEN)");
  grpc = *std::move(started);
  banner += fmt::format("    OTLP/gRPC   {}      (metadata authorization: Basic publicKey:secretKey)\n",
                        server.otlp_grpc_listen);
  return ok();
}

void OtlpDoors::Parts::warn_not_listening(std::string_view setting, std::string_view listen, const Error& error) const {
  behind.log.warn("otlp.local_port_not_open",
                  {{"listen", listen},
                   {"why", error.message},
                   {"what_to_do", fmt::format("Stop what listens there (another collector?) and start again, or choose "
                                              "another port with {0}=127.0.0.1:PORT, or say {0}=off.",
                                              setting)}});
}

void OtlpDoors::Parts::open_local() {
  const std::string& id = server.otlp_default_project;
  if (id.empty()) return;
  const auto project = behind.projects.get(id);
  if (!project) {
    behind.log.warn("otlp.default_project_not_found",
                    {{"project", id},
                     {"why", project.error().message},
                     {"what_to_do", "CLEW_OTLP_DEFAULT_PROJECT takes the id of an existing project."}});
    return;
  }
  build_local_routes(*project);
  if (!server.otlp_local_http_listen.empty()) open_local_http(server.otlp_local_http_listen);
  if (!server.otlp_local_grpc_listen.empty()) open_local_grpc(server.otlp_local_grpc_listen);
}

void OtlpDoors::Parts::build_local_routes(const projects::Project& project) {
  local_authentication =
      std::make_unique<api::LocalOtlpAuthentication>(behind.keys, project.id, project.organization_id);
  local_table = std::make_unique<api::EndpointTable>(api::EndpointOptions{}, *local_authentication, behind.pool,
                                                     behind.log, behind.metrics);
  api::register_otel(*local_table, behind.intake,
                     {.prefix = "", .reject_invalid = behind.settings.ingest.otlp_invalid_span == "reject"});
  local_watched = std::make_unique<WatchedTable>(*local_table, behind.intake.arrivals, behind.ledger,
                                                 behind.intake.clock, "/api/public/otel");
}

void OtlpDoors::Parts::open_local_http(const std::string& listen) {
  const auto address = config::parse_listen_address(listen);
  if (!address) return warn_not_listening("CLEW_OTLP_LOCAL_HTTP_LISTEN", listen, address.error());
  http::ServerOptions options = server_options(server);
  options.address = address->address;
  options.port = address->port;
  options.io_threads = 1;
  options.connections_max = kLocalConnectionsMax;
  options.trusted_proxies.clear();
  options.body_memory = behind.body_memory;
  auto started = http::Server::start(std::move(options), *local_watched);
  if (!started) return warn_not_listening("CLEW_OTLP_LOCAL_HTTP_LISTEN", listen, started.error());
  local_http = *std::move(started);
  banner += fmt::format("    OTLP, no key  http://{} (HTTP), this machine only, into project {}\n", listen,
                        server.otlp_default_project);
}

void OtlpDoors::Parts::open_local_grpc(const std::string& listen) {
  const auto address = config::parse_listen_address(listen);
  if (!address) return warn_not_listening("CLEW_OTLP_LOCAL_GRPC_LISTEN", listen, address.error());
  auto started = otlp_grpc::Listener::start(grpc_options(server, *address), *local_watched, behind.body_memory);
  if (!started) return warn_not_listening("CLEW_OTLP_LOCAL_GRPC_LISTEN", listen, started.error());
  local_grpc = *std::move(started);
  banner += fmt::format("    OTLP, no key  http://{} (gRPC), this machine only, into project {}\n", listen,
                        server.otlp_default_project);
}

OtlpDoors::OtlpDoors(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

OtlpDoors::~OtlpDoors() {
  stop(std::chrono::milliseconds(0));
}

Result<std::unique_ptr<OtlpDoors>> OtlpDoors::open(const BehindOtlp& behind) {
  auto parts = std::make_unique<Parts>(behind);
  CLEW_CHECK(parts->open_grpc());
  parts->open_local();
  return std::unique_ptr<OtlpDoors>(new OtlpDoors(std::move(parts)));
}

std::string OtlpDoors::banner() const {
  return parts_->banner;
}

void OtlpDoors::stop(std::chrono::milliseconds deadline) {
  // Side by side: the deadline is one for all.
  std::thread grpc([&] {
    if (parts_->grpc) parts_->grpc->stop(deadline);
  });
  std::thread local_grpc([&] {
    if (parts_->local_grpc) parts_->local_grpc->stop(deadline);
  });
  if (parts_->local_http) parts_->local_http->stop(deadline);
  grpc.join();
  local_grpc.join();
}

}  // namespace clew::app
