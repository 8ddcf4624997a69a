#include "app/server_options.h"

#include "app/memory_limit.h"

namespace clew::app {

http::ServerOptions server_options(const config::ServerSettings& server) {
  http::ServerOptions out;
  out.address = server.address;
  out.port = static_cast<std::uint16_t>(server.port);
  out.io_threads = static_cast<std::size_t>(server.io_threads);
  out.header_timeout = server.header_timeout;
  out.idle_timeout = server.idle_timeout;
  out.connections_max = static_cast<std::size_t>(server.connections_max);
  out.connections_per_address_max = static_cast<std::size_t>(server.connections_per_address_max);
  out.body_memory_max = server.inflight_bytes_max > 0 ? server.inflight_bytes_max : memory_limit_bytes() / 4;
  out.wire_bytes_max = server.body_bytes_max;
  out.body_bytes_max = server.decompressed_bytes_max;
  out.compression_ratio_max = static_cast<std::size_t>(server.compression_ratio_max);
  out.trusted_proxies = server.trusted_proxies;
  return out;
}

}  // namespace clew::app
