import { queryOptions } from "@tanstack/react-query";
import type { Retention, RetentionOutlook } from "@/lib/api-types";
import { getJson, sendJson } from "@/lib/http";

const path = (projectId: string) => `/api/ui/projects/${encodeURIComponent(projectId)}/retention`;

const isOpen = (retention: Retention | undefined) => retention?.lastRun?.state === "queued" || retention?.lastRun?.state === "running";

/** Asks again while a run is under way. */
export const retentionQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["retention", projectId],
    queryFn: ({ signal }) => getJson<Retention>(path(projectId), undefined, signal),
    refetchInterval: (query) => (isOpen(query.state.data) ? 2000 : false),
  });

export const outlookQuery = (projectId: string, days: number) =>
  queryOptions({
    queryKey: ["retention-outlook", projectId, days],
    queryFn: ({ signal }) => getJson<RetentionOutlook>(`${path(projectId)}/outlook`, { days }, signal),
    staleTime: 60_000,
  });

export const setRetention = (projectId: string, days: number) => sendJson<Retention>("PUT", path(projectId), { days });
