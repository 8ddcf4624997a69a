// Deleting traces: some by id at once, or all that match as a job.
import { queryOptions } from "@tanstack/react-query";
import type { Job } from "@/lib/api-types";
import { getJson, sendJson } from "@/lib/http";
import { scopeQuery, type ListScope } from "./queries";

const root = (projectId: string) => `/api/ui/projects/${encodeURIComponent(projectId)}`;

export const deleteTraces = (projectId: string, ids: string[]) => sendJson<{ jobId: string | null }>("POST", `${root(projectId)}/traces/delete`, { ids });

/** Traces that arrive after this call are not deleted. */
export const deleteMatching = (scope: ListScope, until: string) => {
  const { from, to, filter, search } = scopeQuery(scope, until);
  return sendJson<{ jobId: string | null }>("POST", `${root(scope.projectId)}/traces/delete`, { from, to, filter: filter ?? "", search: search ?? "" });
};

export const isOpen = (job: Job) => job.state === "queued" || job.state === "running";

/** Asks again while the job is under way; null when the project does not know it. */
export const jobQuery = (projectId: string, jobId: string) =>
  queryOptions({
    queryKey: ["job", projectId, jobId],
    queryFn: async ({ signal }) => (await getJson<{ jobs: Job[] }>(`${root(projectId)}/jobs`, undefined, signal)).jobs.find((job) => job.id === jobId) ?? null,
    refetchInterval: (query) => (query.state.data && !isOpen(query.state.data) ? false : 1000),
  });
