// One gRPC call, from its metadata to its end. Deletes itself when gRPC and the application have let go of it.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string_view>

#include <grpcpp/alarm.h>
#include <grpcpp/generic/async_generic_service.h>

#include "http/server.h"
#include "otlp_grpc/shared.h"

namespace clew::otlp_grpc {

// The path below the prefix that a gRPC method stands for, or null: "/v1/traces".
std::optional<std::string_view> path_of(std::string_view grpc_method);

// "ipv4:127.0.0.1:4711", "ipv6:%5B::1%5D:4711" → the address without the port; other forms unchanged.
std::string address_of(std::string_view grpc_peer);

class Call final : public grpc::ServerGenericBidiReactor {
 public:
  // gRPC owns the call until OnDone.
  static grpc::ServerGenericBidiReactor* begin(grpc::GenericCallbackServerContext& context, Shared& shared);

  Call(grpc::GenericCallbackServerContext& context, Shared& shared);
  ~Call() override;

  void OnReadDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  struct Held;      // gives the answer, or 500 when it is dropped unanswered
  struct Admitted;  // the same for the admission

  void ask(std::shared_ptr<Call> self);
  void on_admission(std::shared_ptr<Call> self, http::Admission admission);
  void answer(http::Response response);
  void expire();

  Shared& shared_;
  const std::int64_t started_us_;
  const std::shared_ptr<http::Request> request_ = std::make_shared<http::Request>();
  std::stop_source cancel_;
  std::shared_ptr<Call> self_;  // until OnDone

  http::Admission admission_;
  http::MemoryShare share_;
  grpc::ByteBuffer in_, out_;
  std::size_t bytes_in_ = 0;

  std::mutex mutex_;                             // all below
  grpc::GenericCallbackServerContext* context_;  // null once it is done
  std::unique_ptr<grpc::Alarm> alarm_;           // while a message is awaited
  bool answered_ = false;
  bool left_ = false;  // without having sent its message, or before it had its answer
  int status_ = 0;
  std::size_t bytes_out_ = 0;
};

}  // namespace clew::otlp_grpc
