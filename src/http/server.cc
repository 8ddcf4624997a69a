#include "http/server.h"

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <thread>
#include <tuple>
#include <unordered_set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <pthread.h>
#include <sys/resource.h>

#include "http/internal/connection.h"

namespace clew::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kAcceptPause{100};  // after running out of file descriptors
constexpr milliseconds kSweepMax{500};
constexpr milliseconds kSweepMin{5};
constexpr std::size_t kRoomSample = 64;
constexpr std::size_t kOtherFiles = 4096;  // stores, the engine, outbound connections

milliseconds sweep_period(const ServerOptions& options) {
  const milliseconds shortest =
      std::min({options.header_timeout, options.idle_timeout, options.write_timeout, options.body_grace});
  return std::clamp(shortest / 8, kSweepMin, kSweepMax);
}

// As far as the hard limit lets: many systems start programs with 1024.
void raise_file_limit(std::size_t connections_max) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = std::min<rlim_t>(limit.rlim_max, connections_max + kOtherFiles);
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = wanted;
  std::ignore = ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::string_view overload_answer() {
  return "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json; charset=utf-8\r\nRetry-After: 5\r\n"
         "Content-Length: 34\r\nConnection: close\r\n\r\n{\"message\":\"Too many connections\"}";
}

void refuse(Shared& shared, tcp::socket socket) {
  shared.refused.fetch_add(1);
  boost::system::error_code ignored;
  std::ignore = socket.non_blocking(true, ignored);
  std::ignore = socket.write_some(asio::buffer(overload_answer()), ignored);
}

// One thread with its connections. Everything but start, post and join runs on that thread.
class IoThread {
 public:
  IoThread(Shared& shared, std::size_t connections_max, std::function<void()> on_connection_end)
      : shared_(shared), connections_max_(connections_max), on_connection_end_(std::move(on_connection_end)) {}

  void start() {
    thread_ = std::thread([this] { context_.run(); });
    ::pthread_setname_np(thread_.native_handle(), "clew-io");
  }
  void join() {
    guard_.reset();
    if (thread_.joinable()) thread_.join();
  }
  asio::io_context& context() { return context_; }

  void serve(tcp::socket socket, std::string peer) {
    if (connections_.size() >= connections_max_ && !make_room()) {
      shared_.addresses.remove(peer);
      refuse(shared_, std::move(socket));
      return;
    }
    shared_.connections.fetch_add(1);
    const auto connection = std::make_shared<Connection>(std::move(socket), std::move(peer), shared_, state_);
    connections_.insert(connection);
    asio::co_spawn(context_, connection->run(), [this, connection](std::exception_ptr) { end(connection); });
    if (draining_) connection->drain();
    if (connections_.size() == 1) sweep();
  }
  void drain() {
    draining_ = true;
    for (const auto& connection : connections_)
      connection->drain();
  }
  void abort() {
    for (const auto& connection : connections_)
      connection->abort();
  }

 private:
  void end(const std::shared_ptr<Connection>& connection) {
    connections_.erase(connection);
    if (connections_.empty()) timer_.cancel();  // an idle server wakes for nothing
    shared_.addresses.remove(connection->peer());
    shared_.connections.fetch_sub(1);
    on_connection_end_();
  }

  // Ends the connection that has waited longest, among a sample: a flood of slow or idle ones must not keep others out.
  bool make_room() {
    std::shared_ptr<Connection> oldest;
    std::size_t sampled = 0;
    for (auto it = connections_.begin(); it != connections_.end() && sampled < kRoomSample; ++it, ++sampled) {
      const auto since = (*it)->waiting_since();
      if (since && (!oldest || *since < *oldest->waiting_since())) oldest = *it;
    }
    if (oldest) oldest->expire();
    return oldest != nullptr;
  }

  void sweep() {
    timer_.expires_after(sweep_period(shared_.options));
    timer_.async_wait([this](boost::system::error_code ec) {
      if (ec || connections_.empty()) return;
      const auto now = std::chrono::steady_clock::now();
      for (const auto& connection : connections_)
        connection->expire_if_due(now);
      sweep();
    });
  }

  Shared& shared_;
  const std::size_t connections_max_;
  const std::function<void()> on_connection_end_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_{context_.get_executor()};
  asio::steady_timer timer_{context_};
  ThreadState state_;
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  bool draining_ = false;
  std::thread thread_;
};

}  // namespace

struct Server::Impl {
  Impl(ServerOptions options, ProxyList proxies, Application& application)
      : shared(std::move(options), std::move(proxies), application) {
    std::size_t count = shared.options.io_threads;
    if (count == 0) count = std::max(1U, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < count; ++i) {
      threads.push_back(std::make_unique<IoThread>(shared, (shared.options.connections_max + count - 1) / count,
                                                   [this] { connection_ended(); }));
    }
    acceptor.emplace(threads.front()->context());
    pause.emplace(threads.front()->context());
  }

  Result<> listen() {
    const std::string text = shared.options.address == "localhost" ? "127.0.0.1" : shared.options.address;
    boost::system::error_code ec;
    const auto address = asio::ip::make_address(text, ec);
    if (ec) return Error{Errc::kInvalidArgument, "not an IP address to listen on: " + shared.options.address};
    const tcp::endpoint endpoint(address, shared.options.port);
    std::ignore = acceptor->open(endpoint.protocol(), ec);
    if (!ec) std::ignore = acceptor->set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) std::ignore = acceptor->bind(endpoint, ec);
    if (!ec) std::ignore = acceptor->listen(asio::socket_base::max_listen_connections, ec);
    if (ec) {
      return Error{Errc::kUnavailable,
                   "cannot listen on " + text + ":" + std::to_string(shared.options.port) + ": " + ec.message()};
    }
    port = acceptor->local_endpoint(ec).port();
    return ok();
  }

  asio::awaitable<void> accept_loop() {
    while (acceptor->is_open()) {
      IoThread& target = *threads[next_thread++ % threads.size()];
      tcp::socket socket(target.context());
      boost::system::error_code ec;
      co_await acceptor->async_accept(socket, asio::redirect_error(asio::use_awaitable, ec));
      if (ec == asio::error::operation_aborted || ec == asio::error::bad_descriptor) co_return;
      if (ec) {
        pause->expires_after(kAcceptPause);
        co_await pause->async_wait(asio::redirect_error(asio::use_awaitable, ec));
        continue;
      }
      take(target, std::move(socket));
    }
  }

  void take(IoThread& target, tcp::socket socket) {
    boost::system::error_code ec;
    const auto endpoint = socket.remote_endpoint(ec);
    if (ec) return;
    std::ignore = socket.set_option(tcp::no_delay(true), ec);
    asio::ip::address address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
      address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    std::string peer = address.to_string();
    const auto ip = parse_ip(peer);
    const bool bounded = ip && !shared.proxies.contains(*ip) && (shared.options.limit_loopback || !ip->is_loopback());
    const std::size_t per_address_max =
        bounded ? shared.options.connections_per_address_max : std::numeric_limits<std::size_t>::max();
    if (!shared.addresses.try_add(peer, per_address_max)) {
      refuse(shared, std::move(socket));
      return;
    }
    asio::post(target.context(), [&target, socket = std::move(socket), peer = std::move(peer)]() mutable {
      target.serve(std::move(socket), std::move(peer));
    });
  }

  void connection_ended() {
    const std::lock_guard<std::mutex> lock(mutex);
    ended.notify_all();
  }

  bool wait_for_connections(milliseconds deadline) {
    std::unique_lock<std::mutex> lock(mutex);
    return ended.wait_for(lock, deadline, [this] { return shared.connections.load() == 0; });
  }

  Shared shared;
  std::vector<std::unique_ptr<IoThread>> threads;
  std::optional<tcp::acceptor> acceptor;
  std::optional<asio::steady_timer> pause;
  std::size_t next_thread = 0;
  std::uint16_t port = 0;
  std::mutex mutex;
  std::condition_variable ended;
  bool stopped = false;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() {
  stop(milliseconds(0));
}

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Application& application) {
  CLEW_TRY(ProxyList proxies, ProxyList::parse(options.trusted_proxies));
  auto impl = std::make_unique<Impl>(std::move(options), std::move(proxies), application);
  raise_file_limit(impl->shared.options.connections_max);
  CLEW_CHECK(impl->listen());
  Impl& running = *impl;
  std::unique_ptr<Server> server(new Server(std::move(impl)));
  asio::co_spawn(running.threads.front()->context(), running.accept_loop(), [](std::exception_ptr) {});
  for (const auto& thread : running.threads)
    thread->start();
  return server;
}

std::uint16_t Server::port() const {
  return impl_->port;
}

ServerCounts Server::counts() const {
  return {.connections = impl_->shared.connections.load(),
          .body_bytes = impl_->shared.body_memory.used(),
          .connections_refused = impl_->shared.refused.load()};
}

void Server::stop(milliseconds deadline) {
  if (std::exchange(impl_->stopped, true)) return;
  Impl& impl = *impl_;
  asio::post(impl.threads.front()->context(), [&impl] {
    boost::system::error_code ignored;
    std::ignore = impl.acceptor->close(ignored);
    impl.pause->cancel();
    // After the close: a connection accepted just before reaches its thread ahead of these.
    for (const auto& thread : impl.threads)
      asio::post(thread->context(), [&thread] { thread->drain(); });
  });
  if (!impl.wait_for_connections(deadline)) {
    for (const auto& thread : impl.threads)
      asio::post(thread->context(), [&thread] { thread->abort(); });
    impl.wait_for_connections(milliseconds(60'000));
  }
  for (const auto& thread : impl.threads)
    thread->join();
}

}  // namespace clew::http
