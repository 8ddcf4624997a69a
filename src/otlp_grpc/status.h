// From the answer of the application to the end of a gRPC call, so that a client repeats over gRPC exactly what it
// would repeat over HTTP (contract/reliability.md 5; the OTLP specification, "Failures").
#pragma once

#include <optional>
#include <string>

#include <grpcpp/support/status.h>

#include "http/message.h"

namespace clew::otlp_grpc {

struct Ending {
  grpc::Status status;
  // Set when the client shall try again later: a serialised google.rpc.RetryInfo, and the same in milliseconds. Who
  // reads which: Go, Java and the Collector the details of the status, Python the trailer google.rpc.retryinfo-bin,
  // retry policies of gRPC libraries the trailer grpc-retry-pushback-ms.
  std::string retry_info;
  std::optional<int> retry_after_ms;
};

// 200 is OK; 503 and 504 UNAVAILABLE and 429 RESOURCE_EXHAUSTED, each with the time to wait; everything else is final:
// 400, 413 and 415 INVALID_ARGUMENT, 401 UNAUTHENTICATED, 403 PERMISSION_DENIED, 404 UNIMPLEMENTED, the rest INTERNAL.
// The message is the one of the HTTP answer.
Ending ending_of(const http::Response& response);

}  // namespace clew::otlp_grpc
