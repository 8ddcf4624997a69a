// One connection: reads requests, asks the application, writes answers, one after the other.
//
// Lives on one io thread and is touched only there. There is one deadline at a time; the sweep of the io thread
// enforces it, so that a request costs no timer.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <stop_token>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "http/internal/request_parser.h"
#include "http/internal/shared.h"

namespace clew::http {

class BodyReader;
class ChunkedDecoder;

// What the connections of one io thread share.
class ThreadState {
 public:
  std::string_view date();  // now, as the Date header says it
  std::string next_request_id();
  // Where bytes go that nobody wants, of all connections of the thread; large, so that throwing them away takes few
  // reads.
  char* waste();
  static constexpr std::size_t kWasteBytes = 128UL * 1024;

 private:
  std::unique_ptr<char[]> waste_;
  std::int64_t second_ = 0;
  std::string date_;
  std::mt19937_64 random_ = std::mt19937_64(std::random_device()());
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using TimePoint = std::chrono::steady_clock::time_point;

  // `shared` and `state` must outlive the connection.
  Connection(Socket socket, std::string peer, Shared& shared, ThreadState& state);

  // Serves until either side is done. The caller keeps the connection alive while it runs.
  boost::asio::awaitable<void> run();

  void expire_if_due(TimePoint now);
  // Since when it has waited for the client without a request in work; null while it works or ends.
  std::optional<TimePoint> waiting_since() const;
  // Ends a waiting connection to make room.
  void expire();
  // Ends after the request in work; at once when there is none.
  void drain();
  // Ends now, whatever is in work.
  void abort();
  const std::string& peer() const { return peer_; }

 private:
  enum class Phase : std::uint8_t { kIdle, kHead, kBody, kHandler, kWrite, kLinger };

  // The request in work and what is needed to answer it.
  struct Exchange;

  boost::asio::awaitable<bool> serve_one();
  // 0: complete; -1: nothing to answer, the connection ends; else the status to refuse with.
  boost::asio::awaitable<int> read_head(RequestParser& parser);
  boost::asio::awaitable<std::optional<Admission>> ask(Exchange& exchange);
  boost::asio::awaitable<bool> refuse_unread(Exchange& exchange, Response response);
  boost::asio::awaitable<Result<>> read_body(Exchange& exchange, const Admission& admission, MemoryShare& share);
  boost::asio::awaitable<Result<>> read_in_place(Exchange& exchange, std::size_t length);
  boost::asio::awaitable<Result<>> read_through(std::optional<std::size_t> length, BodyReader& reader);
  Result<bool> use_input(BodyReader& reader, ChunkedDecoder* chunks, std::size_t& left);
  boost::asio::awaitable<std::optional<Response>> handle(Exchange& exchange, Admission& admission);
  boost::asio::awaitable<bool> write(Exchange& exchange, const Response& response);
  boost::asio::awaitable<bool> write_all(std::string_view head, std::string_view content);
  boost::asio::awaitable<void> skip_body(std::size_t length);
  boost::asio::awaitable<void> linger();
  boost::asio::awaitable<std::size_t> read_some(char* data, std::size_t size);

  void enter(Phase phase, std::chrono::milliseconds timeout);
  void expect_body_rate(TimePoint start, std::size_t received);
  std::shared_ptr<std::stop_source> watch_client();
  void wait_until_left(const std::shared_ptr<std::stop_source>& source);
  bool is_kept_alive(const Exchange& exchange) const;

  Socket socket_;
  const std::string peer_;
  Shared& shared_;
  ThreadState& state_;
  Phase phase_ = Phase::kIdle;
  TimePoint since_ = TimePoint::max();  // when the phase began
  TimePoint deadline_ = TimePoint::max();
  bool expired_ = false;
  bool draining_ = false;
  bool aborted_ = false;
  bool lingers_ = false;
  std::shared_ptr<std::stop_source> watched_;  // of the request in work
  std::function<void()> abandon_;              // ends the wait for the application
  std::string input_;                          // received, not yet used
  std::array<char, 4096> chunk_{};
};

}  // namespace clew::http
