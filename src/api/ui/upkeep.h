// Deleting, retention and background jobs of a project in the web UI (contract/openapi/ui.yaml).
//
//   POST   /api/ui/projects/{projectId}/traces/delete  kTracesDelete   by ids at once, by filter as a job
//   GET    /api/ui/projects/{projectId}/jobs           kProjectRead    newest first, with progress
//   GET    /api/ui/projects/{projectId}/retention      kProjectRead    with the next and the last run
//   GET    /api/ui/projects/{projectId}/retention/outlook?days=  kProjectRead  what a limit would take now
//   PUT    /api/ui/projects/{projectId}/retention      kProjectUpdate  days, 0 keeps data
//   DELETE /api/ui/projects/{projectId}                kProjectUpdate  the body repeats the project's name
#pragma once

#include <functional>

#include "api/endpoint.h"
#include "base/time.h"
#include "jobs/job_store.h"
#include "projects/projects.h"
#include "retention/deletions.h"
#include "retention/retention.h"

namespace clew::api {

// References outlive the routes.
struct UpkeepRoutes {
  retention::Deletions& deletions;
  retention::Retention& retention;
  projects::Projects& projects;
  jobs::JobStore& jobs;
  const Clock& clock;
  std::function<void()> wake;  // a job was made
};
void register_upkeep(Endpoints& endpoints, UpkeepRoutes routes);

}  // namespace clew::api
