// /api/ui/operator/… (contract/openapi/ui.yaml): the state of the whole instance, for its operators (scope kOperate).
// Sizes, counts, reasons and times of all projects; nothing that was sent.
//
//   GET overview   ingestion, stores, disk, dead letters, process, now
//   GET history    the last hours in steps
//   GET refusals   refused items and requests by reason, with the last examples
//   GET storage    by table, and by project as an estimate
//   GET queries    statements by time spent, and the last slow ones
//   GET settings   in effect, with their origin; secrets are not shown
//
// And for members of a project: GET /api/ui/projects/{projectId}/refusals, their own items only.
#pragma once

#include <string>
#include <vector>

#include "api/endpoint.h"
#include "base/time.h"
#include "ingest/intake/ledger.h"
#include "operations/dead_letter_desk.h"
#include "operations/observer.h"

namespace clew::api {

struct ShownSetting {
  std::string key, value, origin, help;
  bool is_effective = true;
};

// References outlive the routes.
struct OperatorRoutes {
  operations::Observer& observer;
  const ingest::IntakeLedger& ledger;
  const operations::DeadLetterDesk& desk;
  const Clock& clock;
  std::string version;
  std::vector<std::pair<std::string, std::string>> stores;  // name → description
  std::vector<ShownSetting> settings;
};
void register_operator(Endpoints& endpoints, OperatorRoutes routes);

// A detail without what stands in quotes: a sender's value may be there, and operators do not read tenants' data.
std::string without_quoted(std::string_view detail);

}  // namespace clew::api
