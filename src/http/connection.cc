#include "http/internal/connection.h"

#include <algorithm>
#include <tuple>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <sys/socket.h>

#include "base/text.h"
#include "base/time.h"
#include "http/internal/body_reader.h"
#include "http/internal/chunked_decoder.h"
#include "http/internal/response_head.h"
#include "http/internal/slot.h"

namespace clew::http {

namespace asio = boost::asio;
using asio::awaitable;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kBodyChunk = 64UL * 1024;
// A refused body up to this size is read and dropped, so that the connection can be used again.
constexpr std::size_t kSkipBytesMax = 64UL * 1024;
constexpr milliseconds kLingerTime{2000};

// Gives the answer, or says at its end that there is none.
class Answerer {
 public:
  explicit Answerer(std::shared_ptr<Slot<Response>> slot) : slot_(std::move(slot)) {}
  Answerer(Answerer&&) = default;
  Answerer& operator=(Answerer&&) = delete;
  ~Answerer() {
    if (slot_) slot_->put(Response{.status = 0, .headers = {}, .body = {}, .static_body = {}, .static_headers = {}});
  }
  void operator()(Response response) {
    if (const auto slot = std::exchange(slot_, nullptr)) slot->put(std::move(response));
  }

 private:
  std::shared_ptr<Slot<Response>> slot_;
};

class Admitter {
 public:
  explicit Admitter(std::shared_ptr<Slot<Admission>> slot) : slot_(std::move(slot)) {}
  Admitter(Admitter&&) = default;
  Admitter& operator=(Admitter&&) = delete;
  ~Admitter() {
    if (slot_) slot_->put(Admission{});
  }
  void operator()(Admission admission) {
    if (const auto slot = std::exchange(slot_, nullptr)) slot->put(std::move(admission));
  }

 private:
  std::shared_ptr<Slot<Admission>> slot_;
};

Error client_left() {
  return {Errc::kCancelled, "the client closed the connection"};
}
Error body_too_slow() {
  return {Errc::kDeadlineExceeded, "the body arrives too slowly"};
}

}  // namespace

std::string ThreadState::next_request_id() {
  const std::array<std::uint64_t, 2> words = {random_(), random_()};
  return text::to_hex({reinterpret_cast<const char*>(words.data()), sizeof(words)});
}

std::string_view ThreadState::date() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t second = std::chrono::duration_cast<std::chrono::seconds>(since).count();
  if (second != second_) {
    second_ = second;
    date_ = http_date(second);
  }
  return date_;
}

char* ThreadState::waste() {
  if (!waste_) waste_ = std::make_unique_for_overwrite<char[]>(kWasteBytes);
  return waste_.get();
}

struct Connection::Exchange {
  std::shared_ptr<Request> request = std::make_shared<Request>();
  RequestParser parser;
  std::int64_t started_us = 0;
  std::size_t route = 0;
  bool expects_continue = false;
  bool body_unread = false;
  bool is_malformed = false;  // where the request ends cannot be known

  explicit Exchange(std::size_t header_bytes_max) : parser(*request, header_bytes_max) {}
};

Connection::Connection(Socket socket, std::string peer, Shared& shared, ThreadState& state)
    : socket_(std::move(socket)), peer_(std::move(peer)), shared_(shared), state_(state) {}

awaitable<void> Connection::run() {
  bool again = true;
  while (again)
    again = co_await serve_one();
  if (lingers_ && !aborted_) co_await linger();
  boost::system::error_code ignored;
  std::ignore = socket_.close(ignored);
}

void Connection::enter(Phase phase, milliseconds timeout) {
  phase_ = phase;
  since_ = std::chrono::steady_clock::now();
  deadline_ = since_ + timeout;
}

void Connection::expect_body_rate(TimePoint start, std::size_t received) {
  phase_ = Phase::kBody;
  const std::size_t rate = std::max<std::size_t>(1, shared_.options.body_bytes_per_second_min);
  deadline_ = start + shared_.options.body_grace + milliseconds(received * 1000 / rate);
}

void Connection::expire_if_due(TimePoint now) {
  if (now >= deadline_ && !expired_) expire();
}

std::optional<Connection::TimePoint> Connection::waiting_since() const {
  const bool waits = phase_ == Phase::kIdle || phase_ == Phase::kHead || phase_ == Phase::kLinger;
  if (!waits || expired_ || aborted_) return std::nullopt;
  return since_;
}

void Connection::expire() {
  expired_ = true;
  boost::system::error_code ignored;
  std::ignore = socket_.cancel(ignored);
}

void Connection::drain() {
  draining_ = true;
  if (phase_ != Phase::kIdle) return;
  boost::system::error_code ignored;
  std::ignore = socket_.cancel(ignored);
}

void Connection::abort() {
  draining_ = true;
  aborted_ = true;
  if (abandon_) abandon_();
  boost::system::error_code ignored;
  std::ignore = socket_.close(ignored);
}

awaitable<std::size_t> Connection::read_some(char* data, std::size_t size) {
  if (aborted_) co_return 0;
  boost::system::error_code ec;
  const std::size_t n =
      co_await socket_.async_read_some(asio::buffer(data, size), asio::redirect_error(asio::use_awaitable, ec));
  co_return ec ? 0 : n;
}

awaitable<bool> Connection::serve_one() {
  Exchange exchange(shared_.options.header_bytes_max);
  Request& request = *exchange.request;
  const int failure = co_await read_head(exchange.parser);
  if (failure < 0) co_return false;

  exchange.started_us = monotonic_us();
  request.request_id = state_.next_request_id();
  request.remote_address = shared_.proxies.client_of(peer_, request.headers);
  exchange.is_malformed = failure != 0;
  exchange.body_unread = exchange.is_malformed || exchange.parser.has_body();
  if (failure > 0) {
    Response response = shared_.application.failure(failure, reason_phrase(failure), request.request_id);
    co_return co_await refuse_unread(exchange, std::move(response));
  }
  exchange.expects_continue = text::equals_ignore_case(request.headers.get("expect"), "100-continue");

  std::optional<Admission> admission = co_await ask(exchange);
  if (!admission) co_return false;
  exchange.route = admission->route;
  if (admission->answer) co_return co_await refuse_unread(exchange, *std::move(admission->answer));

  MemoryShare share(shared_.body_memory);
  if (exchange.body_unread) {
    const Result<> read = co_await read_body(exchange, *admission, share);
    if (!read) {
      if (aborted_ || read.error().code == Errc::kCancelled) co_return false;
      Response response = read.error().code == Errc::kDeadlineExceeded
                              ? shared_.application.failure(408, read.error().message, request.request_id)
                              : admission->refuse(read.error());
      co_return co_await refuse_unread(exchange, std::move(response));
    }
    exchange.body_unread = false;
  }
  const std::optional<Response> response = co_await handle(exchange, *admission);
  if (!response) co_return false;
  co_return co_await write(exchange, *response);
}

awaitable<int> Connection::read_head(RequestParser& parser) {
  std::size_t received = 0;
  bool started = false;
  while (true) {
    while (!started && input_.starts_with("\r\n"))
      input_.erase(0, 2);  // RFC 9112 2.2: blank lines between requests
    if (!input_.empty()) {
      if (!started) {
        started = true;
        enter(Phase::kHead, shared_.options.header_timeout);
      }
      int status = 0;
      const std::size_t used = parser.feed_head(input_, status);
      received += used;
      input_.erase(0, used);
      if (status != 0) co_return status;
      if (parser.is_header_done()) co_return 0;
      if (received + input_.size() > shared_.options.header_bytes_max) co_return 431;
    } else if (draining_) {
      co_return -1;
    } else {
      enter(Phase::kIdle, shared_.options.idle_timeout);
    }
    const std::size_t n = co_await read_some(chunk_.data(), chunk_.size());
    const bool too_slow = started && expired_;
    if (n == 0) co_return too_slow && !aborted_ ? 408 : -1;
    input_.append(chunk_.data(), n);
  }
}

awaitable<std::optional<Admission>> Connection::ask(Exchange& exchange) {
  phase_ = Phase::kHandler;
  deadline_ = TimePoint::max();
  auto slot = std::make_shared<Slot<Admission>>(socket_.get_executor());
  shared_.application.admit(exchange.request, Admitter(slot));
  abandon_ = [slot] { slot->abandon(); };
  std::optional<Admission> admission = co_await Slot<Admission>::wait(slot);
  abandon_ = nullptr;
  if (admission && !admission->answer && !admission->handle) {
    admission->answer = shared_.application.failure(500, "Internal Server Error", exchange.request->request_id);
  }
  co_return admission;
}

// Answers although the body, if there is one, was not read to its end.
awaitable<bool> Connection::refuse_unread(Exchange& exchange, Response response) {
  const auto length = exchange.parser.is_header_done() ? exchange.parser.content_length() : boost::none;
  const bool untouched = !exchange.is_malformed && exchange.parser.has_body() && exchange.body_unread;
  const bool skips = untouched && length && *length <= kSkipBytesMax && !exchange.expects_continue &&
                     exchange.request->body_wire_bytes == 0 && !expired_;
  if (exchange.body_unread && !skips) {
    draining_ = true;  // the bytes that follow cannot be told apart from a next request
    lingers_ = true;
  }
  expired_ = false;
  const bool again = co_await write(exchange, response);
  if (skips && again) co_await skip_body(*length);
  co_return again;
}

awaitable<void> Connection::skip_body(std::size_t length) {
  const std::size_t held = std::min(length, input_.size());
  input_.erase(0, held);
  const TimePoint start = std::chrono::steady_clock::now();
  for (std::size_t skipped = held; skipped < length;) {
    expect_body_rate(start, skipped);
    const std::size_t n = co_await read_some(state_.waste(), std::min(ThreadState::kWasteBytes, length - skipped));
    if (n == 0) {
      draining_ = true;
      co_return;
    }
    skipped += n;
  }
}

awaitable<Result<>> Connection::read_body(Exchange& exchange, const Admission& admission, MemoryShare& share) {
  Request& request = *exchange.request;
  BodyReader reader(request.body, share);
  std::optional<std::size_t> length;
  if (exchange.parser.content_length()) length = *exchange.parser.content_length();
  const BodyLimits limits{.wire_bytes_max = std::min(admission.wire_bytes_max, shared_.options.wire_bytes_max),
                          .body_bytes_max = std::min(admission.body_bytes_max, shared_.options.body_bytes_max),
                          .compression_ratio_max = shared_.options.compression_ratio_max};
  const Result<> begun = reader.begin(limits, request.headers.get("content-encoding"), length);
  if (!begun) co_return begun;

  if (exchange.expects_continue && input_.empty()) {
    enter(Phase::kWrite, shared_.options.write_timeout);
    const bool written = co_await write_all("HTTP/1.1 100 Continue\r\n\r\n", {});
    if (!written) co_return client_left();
    exchange.expects_continue = false;
  }
  if (length && !reader.is_compressed()) {
    request.body_wire_bytes = *length;
    co_return co_await read_in_place(exchange, *length);
  }
  const Result<> read = co_await read_through(length, reader);
  request.body_wire_bytes = std::max<std::size_t>(1, reader.wire_bytes());
  if (!read) co_return read;
  request.body_wire_bytes = reader.wire_bytes();
  co_return reader.finish();
}

// A plain body of known length goes straight to its place.
awaitable<Result<>> Connection::read_in_place(Exchange& exchange, std::size_t length) {
  std::string& body = exchange.request->body;
  // Not the size that is handed to the callback: libstdc++ 12 passes the capacity it chose, which may be larger.
  body.resize_and_overwrite(length, [length](char*, std::size_t) { return length; });
  std::size_t received = std::min(length, input_.size());
  std::copy_n(input_.data(), received, body.data());
  input_.erase(0, received);
  const TimePoint start = std::chrono::steady_clock::now();
  while (received < length) {
    expect_body_rate(start, received);
    const std::size_t n = co_await read_some(body.data() + received, length - received);
    if (n == 0) co_return expired_ ? body_too_slow() : client_left();
    received += n;
  }
  co_return ok();
}

// Gives `input_` to the reader, as far as it belongs to the body. True when the body is complete.
Result<bool> Connection::use_input(BodyReader& reader, ChunkedDecoder* chunks, std::size_t& left) {
  std::size_t used = 0;
  while (used < input_.size() && (chunks == nullptr ? left > 0 : !chunks->is_done())) {
    std::string_view data = std::string_view(input_).substr(used);
    if (chunks != nullptr) {
      used += chunks->feed(data, data);
      if (chunks->is_bad()) return Error{Errc::kInvalidArgument, "the chunked body is malformed"};
    } else {
      data = data.substr(0, left);
      left -= data.size();
      used += data.size();
    }
    if (!data.empty()) CLEW_CHECK(reader.write(data));
  }
  input_.erase(0, used);
  return chunks == nullptr ? left == 0 : chunks->is_done();
}

// A body that is compressed or comes in chunks passes through the reader piece by piece.
awaitable<Result<>> Connection::read_through(std::optional<std::size_t> length, BodyReader& reader) {
  ChunkedDecoder decoder;
  ChunkedDecoder* const chunks = length ? nullptr : &decoder;
  std::size_t left = length.value_or(0);
  const auto buffer = std::make_unique_for_overwrite<char[]>(kBodyChunk);
  const TimePoint start = std::chrono::steady_clock::now();
  std::size_t received = input_.size();
  while (true) {
    const Result<bool> complete = use_input(reader, chunks, left);
    if (!complete) co_return complete.error();
    if (*complete) co_return ok();
    expect_body_rate(start, received);
    const std::size_t n = co_await read_some(buffer.get(), kBodyChunk);
    if (n == 0) co_return expired_ ? body_too_slow() : client_left();
    received += n;
    input_.append(buffer.get(), n);
  }
}

// Notices a client that closes its side while its request is in work.
std::shared_ptr<std::stop_source> Connection::watch_client() {
  watched_ = std::make_shared<std::stop_source>();
  wait_until_left(watched_);
  return watched_;
}

void Connection::wait_until_left(const std::shared_ptr<std::stop_source>& source) {
  socket_.async_wait(Socket::wait_read, [self = shared_from_this(), source](boost::system::error_code ec) {
    if (ec || self->watched_ != source) return;
    char byte = 0;
    const auto n = ::recv(self->socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n > 0) return;
    const bool is_open = n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    // Woken by the bytes of the request itself, which were read meanwhile.
    if (is_open) return self->wait_until_left(source);
    source->request_stop();
  });
}

awaitable<std::optional<Response>> Connection::handle(Exchange& exchange, Admission& admission) {
  phase_ = Phase::kHandler;
  deadline_ = TimePoint::max();
  auto slot = std::make_shared<Slot<Response>>(socket_.get_executor());
  std::shared_ptr<std::stop_source> left;
  if (admission.watch_client) {
    left = watch_client();
    exchange.request->cancelled = left->get_token();
  }
  admission.handle(Answerer(slot));
  abandon_ = [slot, left] {
    if (left) left->request_stop();
    slot->abandon();
  };
  std::optional<Response> response = co_await Slot<Response>::wait(slot);
  abandon_ = nullptr;
  if (watched_) {
    watched_ = nullptr;
    boost::system::error_code ignored;
    std::ignore = socket_.cancel(ignored);
  }
  if (response && response->status == 0) {
    response = shared_.application.failure(500, "Internal Server Error", exchange.request->request_id);
  }
  co_return response;
}

bool Connection::is_kept_alive(const Exchange& exchange) const {
  return !draining_ && exchange.parser.is_header_done() && exchange.parser.keep_alive();
}

awaitable<bool> Connection::write(Exchange& exchange, const Response& response) {
  const Request& request = *exchange.request;
  const bool keep_alive = is_kept_alive(exchange);
  const std::string_view content = response.content();
  const std::string head = response_head(response, {.keep_alive = keep_alive,
                                                    .http_1_0 = exchange.parser.is_http_1_0(),
                                                    .content_length = content.size(),
                                                    .date = state_.date()});
  const bool without_content = request.method == Method::kHead || response.status == 204 || response.status == 304;
  enter(Phase::kWrite, shared_.options.write_timeout);
  const bool written = co_await write_all(head, without_content ? std::string_view() : content);
  shared_.application.finished({.request = request,
                                .route = exchange.route,
                                .status = written ? response.status : 0,
                                .bytes_in = request.body_wire_bytes,
                                .bytes_out = head.size() + (without_content ? 0 : content.size()),
                                .duration_us = monotonic_us() - exchange.started_us,
                                .answer = content});
  co_return written&& keep_alive;
}

awaitable<bool> Connection::write_all(std::string_view head, std::string_view content) {
  std::size_t written = 0;
  while (written < head.size() + content.size()) {
    if (aborted_) co_return false;
    const std::size_t head_done = std::min(written, head.size());
    const std::size_t content_done = written - head_done;
    const std::array<asio::const_buffer, 2> buffers = {
        asio::const_buffer(head.data() + head_done, head.size() - head_done),
        asio::const_buffer(content.data() + content_done, content.size() - content_done)};
    boost::system::error_code ec;
    written += co_await socket_.async_write_some(buffers, asio::redirect_error(asio::use_awaitable, ec));
    if (ec) co_return false;
    deadline_ = std::chrono::steady_clock::now() + shared_.options.write_timeout;
  }
  co_return true;
}

// Closing while the client still sends would reset the connection and may destroy the answer on its way.
awaitable<void> Connection::linger() {
  boost::system::error_code ec;
  std::ignore = socket_.shutdown(Socket::shutdown_send, ec);
  if (ec) co_return;
  expired_ = false;
  enter(Phase::kLinger, kLingerTime);
  std::size_t n = 1;
  while (n != 0)
    n = co_await read_some(state_.waste(), ThreadState::kWasteBytes);
}

}  // namespace clew::http
