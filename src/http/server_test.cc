#include "http/server.h"

#include <future>
#include <latch>
#include <thread>

#include <gtest/gtest.h>

#include "http/compression.h"
#include "http/test_client.h"

namespace clew::http {
namespace {

using std::chrono::milliseconds;
using testing::Answer;
using testing::Client;

// Answers /echo with the body, /held when told, everything else with the path.
class EchoApplication : public Application {
 public:
  void admit(std::shared_ptr<Request> request, Admit admit) override {
    Admission admission;
    admission.wire_bytes_max = 1024UL * 1024;
    admission.body_bytes_max = 1024UL * 1024;
    admission.refuse = [](const Error& error) {
      const int status = error.code == Errc::kTooLarge      ? 413
                         : error.code == Errc::kUnsupported ? 415
                         : error.code == Errc::kOverloaded  ? 503
                                                            : 400;
      return json_response(status, "{\"message\":\"" + error.message + "\"}");
    };
    if (request->path == "/refused") admission.answer = json_response(401, "{}");
    if (request->path == "/large") admission.body_bytes_max = 8UL * 1024 * 1024;
    admission.watch_client = request->path == "/held";
    admission.handle = [this, request](Respond respond) { handle(*request, std::move(respond)); };
    admit(std::move(admission));
  }
  Response failure(int status, std::string_view message, std::string_view) override {
    return json_response(status, "{\"message\":\"" + std::string(message) + "\"}");
  }
  void finished(const RequestSummary&) override {}

  // The answer function and the request of the next /held.
  std::pair<Respond, std::stop_token> held() {
    auto future = held_.get_future();
    return future.get();
  }

 private:
  void handle(const Request& request, Respond respond) {
    if (request.path == "/held") {
      held_.set_value({std::move(respond), request.cancelled});
      return;
    }
    if (request.path == "/dropped") return;
    Response response = text_response(200, request.path == "/address" ? request.remote_address
                                           : request.body.empty()     ? request.path + "?" + request.query
                                                                      : request.body);
    response.headers.add("X-Split", "a\r\nX-Injected: b");
    respond(std::move(response));
  }

  std::promise<std::pair<Respond, std::stop_token>> held_;
};

class ServerTest : public ::testing::Test {
 protected:
  void start(ServerOptions options = {}) {
    if (options.io_threads == 0) options.io_threads = 2;
    auto started = Server::start(std::move(options), application_);
    ASSERT_TRUE(started) << started.error().message;
    server_ = *std::move(started);
  }
  std::uint16_t port() const { return server_->port(); }

  EchoApplication application_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, ServesManyRequestsOnOneConnection) {
  start();
  Client client(port());
  EXPECT_EQ(client.get("/a%2Fb?x=1").body, "/a%2Fb?x=1");
  EXPECT_EQ(client.post("/echo", "hello").body, "hello");
  EXPECT_EQ(client.get("/c").body, "/c?");
}

TEST_F(ServerTest, BodiesOfEverySmallSizeArriveUnchanged) {
  start();
  Client client(port());
  for (std::size_t size = 1; size < 200; ++size) {
    const std::string body(size, static_cast<char>('a' + size % 26));
    ASSERT_EQ(client.post("/echo", body).body, body) << size;
  }
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  Client client(port());
  client.send(
      "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\ntwo"
      "\r\nGET /3 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.receive().body, "/1?");
  EXPECT_EQ(client.receive().body, "two");
  EXPECT_EQ(client.receive().body, "/3?");
}

TEST_F(ServerTest, HeadHasTheLengthButNoContent) {
  start();
  Client client(port());
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  const Answer head = client.receive(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), "3");
  EXPECT_EQ(client.receive().body, "/b?");
}

TEST_F(ServerTest, ReadsChunkedBodiesInPieces) {
  start();
  Client client(port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab");
  client.send("cd\r\n3;ext=1\r\nefg\r\n0\r\nTrailer: ignored\r\n\r\n");
  EXPECT_EQ(client.receive().body, "abcdefg");
  EXPECT_EQ(client.get("/next").body, "/next?");
}

TEST_F(ServerTest, SendsContinueOnlyWhenItWantsTheBody) {
  start();
  Client wanted(port());
  wanted.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(wanted.receive().status, 100);
  wanted.send("ok");
  EXPECT_EQ(wanted.receive().body, "ok");

  Client refused(port());
  refused.send("POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(refused.receive().status, 401);
  EXPECT_TRUE(refused.is_closed_by_server());
}

TEST_F(ServerTest, RefusesAnAnnouncedOversizeBeforeReadingIt) {
  start();
  Client client(port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n");
  EXPECT_EQ(client.receive().status, 413);
}

TEST_F(ServerTest, RefusesAChunkedBodyThatGrowsTooLarge) {
  start();
  Client client(port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  for (int i = 0; i < 17; ++i)
    client.send(chunk);
  const Answer answer = client.receive();
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.headers.at("connection"), "close");
}

TEST_F(ServerTest, KeepsTheConnectionAfterRefusingASmallBody) {
  start();
  Client client(port());
  EXPECT_EQ(client.post("/refused", "some bytes").status, 401);
  EXPECT_EQ(client.get("/after").body, "/after?");
}

TEST_F(ServerTest, DecompressesGzip) {
  start();
  Client client(port());
  const std::string text(100'000, 'a');
  EXPECT_EQ(client.post("/echo", gzip("hello", 6), "Content-Encoding: gzip\r\n").body, "hello");
  EXPECT_EQ(client.post("/echo", gzip(text, 6), "Content-Encoding: gzip\r\n").body, text);
  EXPECT_EQ(client.post("/echo", "not gzip", "Content-Encoding: gzip\r\n").status, 400);
  Client other(port());
  EXPECT_EQ(other.post("/echo", "x", "Content-Encoding: br\r\n").status, 415);
}

TEST_F(ServerTest, StopsABombEarly) {
  start();
  const std::string bomb = gzip(std::string(32UL * 1024 * 1024, '\0'), 9);
  ASSERT_LT(bomb.size(), 64U * 1024);
  Client by_ratio(port());
  EXPECT_EQ(by_ratio.post("/large", bomb, "Content-Encoding: gzip\r\n").status, 413);
  Client by_size(port());
  EXPECT_EQ(by_size.post("/echo", bomb, "Content-Encoding: gzip\r\n").status, 413);
  server_->stop(milliseconds(10'000));
  EXPECT_EQ(server_->counts().body_bytes, 0U);
}

TEST_F(ServerTest, TheServersBoundsHoldWhateverIsAdmitted) {
  start({.wire_bytes_max = 100, .body_bytes_max = 1000});
  Client client(port());
  EXPECT_EQ(client.post("/echo", std::string(101, 'x')).status, 413);
  EXPECT_EQ(client.post("/echo", std::string(100, 'x')).status, 200);
  EXPECT_EQ(client.post("/echo", gzip(std::string(1000, 'x'), 6), "Content-Encoding: gzip\r\n").status, 200);
  EXPECT_EQ(client.post("/echo", gzip(std::string(1001, 'x'), 6), "Content-Encoding: gzip\r\n").status, 413);
}

TEST_F(ServerTest, AnswersOverloadWhenBodiesFillTheMemory) {
  start({.body_memory_max = 1000});
  Client client(port());
  EXPECT_EQ(client.post("/echo", std::string(2000, 'x')).status, 503);
  EXPECT_EQ(client.post("/echo", std::string(500, 'x')).status, 200);
}

struct Malformed {
  const char* name;
  std::string bytes;
  int status;
};
class MalformedTest : public ServerTest, public ::testing::WithParamInterface<Malformed> {};

TEST_P(MalformedTest, IsRefusedAndTheConnectionEnds) {
  start({.header_bytes_max = 4096});
  Client client(port());
  client.send(GetParam().bytes);
  EXPECT_EQ(client.receive().status, GetParam().status);
  EXPECT_TRUE(client.is_closed_by_server());
}

INSTANTIATE_TEST_SUITE_P(
    Requests, MalformedTest,
    ::testing::Values(
        Malformed{"NotHttp", "\x16\x03\x01 hello\r\n\r\n", 400}, Malformed{"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
        Malformed{"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        Malformed{"LengthAndChunked",
                  "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                  400},
        Malformed{"ChunkedAndLength",
                  "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
                  400},
        Malformed{"TwoLengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                  400},
        Malformed{"NegativeLength", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400},
        Malformed{"OtherTransferCoding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\nabc", 400},
        Malformed{"ChunkedTwice", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", 400},
        Malformed{"BadChunkSize", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n", 400},
        Malformed{"FoldedLine", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400},
        Malformed{"FoldedLength", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n 3\r\n\r\nabc", 400},
        Malformed{"ListOfLengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n\r\nabc", 400},
        Malformed{"SignedLength", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc", 400},
        Malformed{"HexLength", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x3\r\n\r\nabc", 400},
        Malformed{"LineFeedAlone", "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", 400},
        Malformed{"SpaceBeforeColon", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                  400},
        Malformed{"AlmostChunked", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400},
        Malformed{"ChunkedInHttp10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        Malformed{"ControlCharacter", std::string("GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n", 34), 400},
        Malformed{"SpaceInFieldName", "GET / HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n", 400},
        Malformed{"AuthorityTarget", "GET example:80 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        Malformed{"HugeHead", "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(5000, 'a') + "\r\n\r\n", 431},
        Malformed{"HugeTarget", "GET /" + std::string(5000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 431},
        Malformed{"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505}),
    [](const auto& info) { return info.param.name; });

TEST_F(ServerTest, CutsSlowHeaders) {
  start({.header_timeout = milliseconds(40)});
  Client client(port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n");
  EXPECT_EQ(client.receive().status, 408);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(ServerTest, CutsSlowBodies) {
  start({.body_grace = milliseconds(40), .body_bytes_per_second_min = 1'000'000});
  Client client(port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nab");
  EXPECT_EQ(client.receive().status, 408);
}

TEST_F(ServerTest, ClosesIdleConnectionsSilently) {
  start({.idle_timeout = milliseconds(40)});
  Client fresh(port());
  EXPECT_TRUE(fresh.is_closed_by_server());
  Client used(port());
  EXPECT_EQ(used.get("/a").status, 200);
  EXPECT_TRUE(used.is_closed_by_server());
}

TEST_F(ServerTest, CutsClientsThatDoNotRead) {
  start({.write_timeout = milliseconds(40)});
  Client client(port());
  const std::string body(1024UL * 1024, 'x');
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n" + body);
  for (int i = 0; i < 64; ++i) {  // fills the socket buffers of both sides, until the server gives up
    if (!client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n" + body)) break;
  }
  server_->stop(milliseconds(60'000));
  EXPECT_EQ(server_->counts().connections, 0U);
}

TEST_F(ServerTest, AnswersAClientThatClosedItsSendingSide) {
  start();
  Client client(port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok");
  client.close_sending();
  EXPECT_EQ(client.receive().body, "ok");
}

TEST_F(ServerTest, TellsTheHandlerThatTheClientLeft) {
  start();
  Client client(port());
  client.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
  auto [respond, cancelled] = application_.held();
  std::latch left(1);
  const std::stop_callback on_left(cancelled, [&] { left.count_down(); });
  client.close();
  left.wait();
  respond(text_response(200, "too late"));
}

TEST_F(ServerTest, AnUnansweredRequestIsA500) {
  start();
  Client client(port());
  EXPECT_EQ(client.get("/dropped").status, 500);
  EXPECT_EQ(client.get("/after").status, 200);
}

TEST_F(ServerTest, HeaderValuesCannotInjectHeaders) {
  start();
  Client client(port());
  const Answer answer = client.get("/a");
  EXPECT_EQ(answer.headers.at("x-split"), "a  X-Injected: b");
  EXPECT_FALSE(answer.headers.contains("x-injected"));
}

TEST_F(ServerTest, AtTheBoundConnectionsInWorkStayAndWaitingOnesMakeRoom) {
  // One thread: an answered connection waits again before the thread sees the next one arrive.
  start({.io_threads = 1, .connections_max = 2});
  const std::string_view head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
  Client first(port());
  Client second(port());
  for (Client* client : {&first, &second}) {
    client->send(head);
    EXPECT_EQ(client->receive().status, 100);  // from here it is in work
  }
  Client third(port());
  EXPECT_EQ(third.receive().status, 503);
  EXPECT_EQ(server_->counts().connections_refused, 1U);
  for (Client* client : {&first, &second}) {
    client->send("ok");
    EXPECT_EQ(client->receive().body, "ok");
  }
  Client fourth(port());
  EXPECT_EQ(fourth.get("/").status, 200);
  Client fifth(port());
  EXPECT_EQ(fifth.get("/").status, 200);
  EXPECT_TRUE(first.is_closed_by_server());
  EXPECT_TRUE(second.is_closed_by_server());
}

TEST_F(ServerTest, BoundsConnectionsPerAddress) {
  start({.connections_per_address_max = 1, .limit_loopback = true});
  Client first(port());
  EXPECT_EQ(first.get("/").status, 200);
  Client second(port());
  EXPECT_EQ(second.receive().status, 503);
}

TEST_F(ServerTest, BelievesForwardedAddressesOnlyFromTrustedProxies) {
  start();
  Client direct(port());
  EXPECT_EQ(direct.get("/address", "X-Forwarded-For: 9.9.9.9\r\n").body, "127.0.0.1");
  server_.reset();
  start({.trusted_proxies = {"127.0.0.0/8", "10.0.0.0/8"}});
  Client proxied(port());
  EXPECT_EQ(proxied.get("/address", "X-Forwarded-For: 6.6.6.6, 9.9.9.9, 10.1.2.3\r\n").body, "9.9.9.9");
}

TEST_F(ServerTest, StopFinishesTheRequestInWork) {
  start();
  Client idle(port());
  EXPECT_EQ(idle.get("/").status, 200);
  Client busy(port());
  busy.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
  auto [respond, cancelled] = application_.held();
  std::thread stopper([this] { server_->stop(milliseconds(60'000)); });
  EXPECT_TRUE(idle.is_closed_by_server());
  respond(text_response(200, "finished"));
  const Answer answer = busy.receive();
  EXPECT_EQ(answer.body, "finished");
  EXPECT_EQ(answer.headers.at("connection"), "close");
  stopper.join();
  EXPECT_FALSE(Client(port()).is_connected());
}

TEST_F(ServerTest, StopLetsABodyArriveThatWasAdmitted) {
  start();
  Client idle(port());  // idle ones on each io thread: all closed means that both threads are draining
  Client sending(port());
  Client other_idle(port());
  EXPECT_EQ(idle.get("/").status, 200);
  EXPECT_EQ(other_idle.get("/").status, 200);
  sending.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(sending.receive().status, 100);
  sending.send("bo");
  Client second_idle(port());
  EXPECT_EQ(second_idle.get("/").status, 200);
  std::thread stopper([this] { server_->stop(milliseconds(60'000)); });
  EXPECT_TRUE(idle.is_closed_by_server());
  EXPECT_TRUE(other_idle.is_closed_by_server());
  EXPECT_TRUE(second_idle.is_closed_by_server());
  sending.send("dy");
  EXPECT_EQ(sending.receive().body, "body");
  stopper.join();
}

TEST_F(ServerTest, StopGivesUpAtTheDeadline) {
  start();
  Client client(port());
  client.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
  auto [respond, cancelled] = application_.held();
  server_->stop(milliseconds(0));
  EXPECT_TRUE(cancelled.stop_requested());
  EXPECT_EQ(client.receive().status, 0);
  respond(text_response(200, "nobody hears this"));
}

TEST(ServerStartTest, NamesThePortThatIsTaken) {
  EchoApplication application;
  auto first = Server::start({}, application);
  ASSERT_TRUE(first);
  const auto second = Server::start({.port = (*first)->port()}, application);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kUnavailable);
  EXPECT_NE(second.error().message.find(std::to_string((*first)->port())), std::string::npos);
}

}  // namespace
}  // namespace clew::http
