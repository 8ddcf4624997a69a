#include "otlp_grpc/call.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/text.h"
#include "base/time.h"
#include "otlp_grpc/message.h"
#include "otlp_grpc/status.h"

namespace clew::otlp_grpc {

namespace {

// Taken before a message is read: about what gRPC holds of it before its size is known. A call that finds no room is
// told to come back without a byte of its message having been asked for.
constexpr std::size_t kReadReserve = 64UL * 1024;

// Logs have no route behind them: the application says 404, which a client sees as UNIMPLEMENTED.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kMethods = {{
    {"/opentelemetry.proto.collector.trace.v1.TraceService/Export", "/v1/traces"},
    {"/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", "/v1/metrics"},
    {"/opentelemetry.proto.collector.logs.v1.LogsService/Export", "/v1/logs"},
}};

// Ours to set, whatever the metadata says.
bool is_transport_header(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kNames = {"content-type", "content-encoding", "content-length",
                                                             "transfer-encoding", "host"};
  return std::ranges::find(kNames, name) != kNames.end() || name.starts_with("grpc-") || name.starts_with(':') ||
         name.ends_with("-bin");
}

void fill_head(http::Request& request, const grpc::GenericCallbackServerContext& context) {
  request.method = http::Method::kPost;
  for (const auto& [name, value] : context.client_metadata()) {
    const std::string_view key(name.data(), name.size());
    if (!is_transport_header(key)) request.headers.add(std::string(key), std::string(value.data(), value.size()));
  }
  request.headers.add("host", context.host());
  request.headers.add("content-type", "application/x-protobuf");
}

http::Response not_served(std::string_view method) {
  return http::json_response(404, R"({"message":"unknown method )" + text::percent_encode(method) + R"("})");
}

}  // namespace

std::optional<std::string_view> path_of(std::string_view grpc_method) {
  for (const auto& [method, path] : kMethods) {
    if (method == grpc_method) return path;
  }
  return std::nullopt;
}

std::string address_of(std::string_view grpc_peer) {
  const bool is_v6 = grpc_peer.starts_with("ipv6:");
  if (!is_v6 && !grpc_peer.starts_with("ipv4:")) return std::string(grpc_peer);
  const std::string plain = text::percent_decode(grpc_peer.substr(5), false).value_or(std::string(grpc_peer.substr(5)));
  std::string address = plain.substr(0, plain.rfind(':'));
  if (is_v6 && address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  return address;
}

struct Call::Held {
  std::shared_ptr<Call> call;

  explicit Held(std::shared_ptr<Call> c) : call(std::move(c)) {}
  Held(Held&&) = default;
  Held& operator=(Held&&) = delete;
  ~Held() {
    if (call) call->answer(call->shared_.application.failure(500, "Internal Server Error", call->request_->request_id));
  }
  void operator()(http::Response response) { std::exchange(call, nullptr)->answer(std::move(response)); }
};

struct Call::Admitted {
  std::shared_ptr<Call> call;

  explicit Admitted(std::shared_ptr<Call> c) : call(std::move(c)) {}
  Admitted(Admitted&&) = default;
  Admitted& operator=(Admitted&&) = delete;
  ~Admitted() {
    if (call) call->answer(call->shared_.application.failure(500, "Internal Server Error", call->request_->request_id));
  }
  void operator()(http::Admission admission) {
    const std::shared_ptr<Call> self = std::exchange(call, nullptr);
    self->on_admission(self, std::move(admission));
  }
};

grpc::ServerGenericBidiReactor* Call::begin(grpc::GenericCallbackServerContext& context, Shared& shared) {
  auto call = std::make_shared<Call>(context, shared);
  call->self_ = call;
  Call* reactor = call.get();
  reactor->ask(std::move(call));
  return reactor;
}

Call::Call(grpc::GenericCallbackServerContext& context, Shared& shared)
    : shared_(shared), started_us_(monotonic_us()), share_(*shared.body_memory), context_(&context) {
  shared_.calls.add();
}

Call::~Call() {
  shared_.calls.remove();
}

void Call::ask(std::shared_ptr<Call> self) {
  http::Request& request = *request_;
  fill_head(request, *context_);
  request.request_id = text::random_hex(16);
  request.remote_address = shared_.proxies.client_of(address_of(context_->peer()), request.headers);
  request.cancelled = cancel_.get_token();
  const auto path = path_of(context_->method());
  if (!path) {
    request.path = text::percent_encode(context_->method());
    return answer(not_served(context_->method()));
  }
  request.path = shared_.options.path_prefix + std::string(*path);
  shared_.application.admit(request_, Admitted(std::move(self)));
}

void Call::on_admission(std::shared_ptr<Call> self, http::Admission admission) {
  admission_ = std::move(admission);
  if (admission_.answer) return answer(*std::move(admission_.answer));
  if (!share_.grow_to(kReadReserve)) {
    return answer(admission_.refuse({Errc::kOverloaded, "too many request bytes in memory"}));
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    alarm_ = std::make_unique<grpc::Alarm>();
    alarm_->Set(std::chrono::system_clock::now() + shared_.options.read_timeout,
                [self = std::move(self)](bool expired) {
                  if (expired) self->expire();
                });
  }
  StartRead(&in_);
}

void Call::expire() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (context_ != nullptr && !answered_) context_->TryCancel();
}

void Call::OnReadDone(bool ok) {
  std::unique_ptr<grpc::Alarm> alarm;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    alarm = std::move(alarm_);
    left_ = !ok;  // also when OnCancel comes after this, or the message was given up by us or by gRPC
  }
  alarm.reset();  // its callback lets go of us
  if (!ok) return answer(admission_.refuse({Errc::kInvalidArgument, "the call carries no message"}));
  bytes_in_ = in_.Length();
  request_->body_wire_bytes = bytes_in_;
  const ListenerOptions& options = shared_.options;
  auto body = read_message(in_,
                           {.wire_bytes_max = std::min(admission_.wire_bytes_max, options.wire_bytes_max),
                            .body_bytes_max = std::min(admission_.body_bytes_max, options.body_bytes_max),
                            .compression_ratio_max = options.compression_ratio_max},
                           share_);
  if (!body) return answer(admission_.refuse(body.error()));
  request_->body = *std::move(body);
  admission_.handle(Held(self_));
}

void Call::OnCancel() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    left_ = left_ || !answered_;
  }
  cancel_.request_stop();
}

// gRPC keeps the context until Finish, and whoever comes here first is the only one to finish.
void Call::answer(http::Response response) {
  grpc::GenericCallbackServerContext* context = nullptr;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (answered_) return;
    answered_ = true;
    status_ = response.status;
    bytes_out_ = response.content().size();
    context = context_;
  }
  Ending ending = ending_of(response);
  if (ending.status.ok()) {
    const grpc::Slice slice(response.content().data(), response.content().size());
    out_ = grpc::ByteBuffer(&slice, 1);
    StartWriteAndFinish(&out_, grpc::WriteOptions(), grpc::Status::OK);
    return;
  }
  context->AddTrailingMetadata("x-request-id", request_->request_id);
  if (ending.retry_after_ms) {
    context->AddTrailingMetadata("google.rpc.retryinfo-bin", ending.retry_info);
    context->AddTrailingMetadata("grpc-retry-pushback-ms", std::to_string(*ending.retry_after_ms));
  }
  Finish(ending.status);
}

void Call::OnDone() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    context_ = nullptr;
  }
  const http::RequestSummary summary{.request = *request_,
                                     .route = admission_.route,
                                     .status = left_ ? 0 : status_,
                                     .bytes_in = bytes_in_,
                                     .bytes_out = bytes_out_,
                                     .duration_us = monotonic_us() - started_us_};
  shared_.application.finished(summary);
  const std::shared_ptr<Call> last = std::move(self_);
}

}  // namespace clew::otlp_grpc
