// /api/ui/projects/{projectId}/status and …/arrivals (contract/openapi/ui.yaml): what ingestion is doing, as the UI
// shows it while someone waits for their first trace.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/engine.h"
#include "api/endpoint.h"
#include "base/time.h"

namespace clew::api {

struct IngestionStatus {
  std::uint64_t version = 0;         // grows whenever something of the project became visible
  double spans_per_second = 0;       // whole instance, last 10 s
  std::optional<double> visible_ms;  // acknowledged to visible, last flushes
  bool accepting = true;
  std::uint64_t backlog_bytes = 0;
  std::string public_url;
  std::optional<int> otlp_grpc_port;
};

struct Arrival {
  TimeUs time_us = 0;
  std::string method, path;
  int status = 0;
  std::string sdk;  // name and version; "" = unknown
  std::string remote_address;
  std::uint64_t items = 0;
  std::string hint;  // why it was refused and what to do; "" = accepted
};

// Implemented by whoever runs ingestion (connected in app). Any thread; answers from memory.
class IngestionView {
 public:
  virtual ~IngestionView() = default;
  virtual IngestionStatus status(std::string_view project_id) const = 0;
  // The last requests for this project and those refused for a wrong key of it, newest first.
  virtual std::vector<Arrival> arrivals(std::string_view project_id) const = 0;
};

void register_ui_status(Endpoints& endpoints, analytics::Engine& engine, const IngestionView& ingestion);

}  // namespace clew::api
