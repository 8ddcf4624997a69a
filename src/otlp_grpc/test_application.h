// For tests: an application that notes what it is asked and answers what it is told.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "http/server.h"

namespace clew::otlp_grpc::testing {

class TestApplication final : public http::Application {
 public:
  // What a test sets before it calls.
  std::optional<http::Response> refusal;  // instead of an admission
  std::function<void(const http::Request&, http::Respond)> handle = [](const http::Request&, http::Respond respond) {
    http::Response response;
    response.body = "answer";
    respond(std::move(response));
  };
  std::size_t body_bytes_max = 1UL << 30;
  bool drops_admission = false;

  struct Finished {
    std::string path;
    int status = 0;
    std::size_t route = 0, bytes_in = 0, bytes_out = 0;
  };

  void admit(std::shared_ptr<http::Request> request, http::Admit admit) override {
    note([&] { requests_.push_back(request); });
    if (drops_admission) return;
    http::Admission admission;
    admission.route = 7;
    admission.answer = refusal;
    admission.wire_bytes_max = admission.body_bytes_max = body_bytes_max;
    admission.refuse = [](const Error& error) {
      const int status = error.code == Errc::kTooLarge ? 413 : error.code == Errc::kOverloaded ? 503 : 400;
      return http::json_response(status, R"({"error":")" + error.message + R"("})");
    };
    admission.handle = [this, request](http::Respond respond) {
      note([&] { bodies_.push_back(request->body); });
      handle(*request, std::move(respond));
    };
    admit(std::move(admission));
  }
  http::Response failure(int status, std::string_view message, std::string_view) override {
    return http::json_response(status, R"({"message":")" + std::string(message) + R"("})");
  }
  void finished(const http::RequestSummary& summary) override {
    note([&] {
      finished_.push_back({summary.request.path, summary.status, summary.route, summary.bytes_in, summary.bytes_out});
    });
  }

  // The n-th of each, waiting for it.
  std::shared_ptr<http::Request> request(std::size_t n = 0) { return wait_for(requests_, n); }
  std::string body(std::size_t n = 0) { return wait_for(bodies_, n); }
  Finished summary(std::size_t n = 0) { return wait_for(finished_, n); }
  std::size_t handled() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return bodies_.size();
  }

 private:
  template <class F>
  void note(F change) {
    const std::lock_guard<std::mutex> lock(mutex_);
    change();
    changed_.notify_all();
  }
  template <class T>
  T wait_for(std::vector<T>& list, std::size_t n) {
    std::unique_lock<std::mutex> lock(mutex_);
    const bool there = changed_.wait_for(lock, std::chrono::seconds(30), [&] { return list.size() > n; });
    return there ? list[n] : T{};
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<http::Request>> requests_;
  std::vector<std::string> bodies_;
  std::vector<Finished> finished_;
};

}  // namespace clew::otlp_grpc::testing
