// For tests of this and other modules: an engine in a temporary directory, closed and removed with the object.
#pragma once

#include <memory>
#include <string>

#include "analytics/embedded/embedded_engine.h"

namespace clew::analytics {

// Where the engine library is: $CLEW_LIBCHDB, else where `./dev setup` puts it.
std::string test_library_path();

class TestServer;

// The engine in this process, or with CLEW_TEST_ENGINE=server the same engine in a process of its own: sanitizers do
// not get along with the library inside (./dev asan and ./dev tsan set it).
class TestEngine {
 public:
  // Opens and migrates; aborts with the reason when the library is missing.
  TestEngine();
  ~TestEngine();
  TestEngine(const TestEngine&) = delete;
  TestEngine& operator=(const TestEngine&) = delete;

  Engine& operator*() { return *engine_; }
  Engine* operator->() { return engine_.get(); }
  const std::string& dir() const { return dir_; }

 private:
  std::string dir_;
  std::unique_ptr<TestServer> server_;
  std::unique_ptr<Engine> engine_;
};

// A real ClickHouse server on loopback (tests/clickhouse), for the life of the object.
class TestServer {
 public:
  // Aborts with the reason when it cannot be started.
  TestServer();
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  const std::string& url() const { return url_; }

 private:
  std::string dir_, url_;
  int stdin_ = -1;
  int pid_ = -1;
};

}  // namespace clew::analytics
