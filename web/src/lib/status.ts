import { queryOptions } from "@tanstack/react-query";
import type { ProjectStatus } from "./api-types";
import { getJson } from "./http";

/** Health of ingestion and the version of a project's data; cheap enough to ask every second and a half. */
export const statusQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["status", projectId],
    queryFn: ({ signal }) => getJson<ProjectStatus>(`/api/ui/projects/${encodeURIComponent(projectId)}/status`, undefined, signal),
    refetchInterval: 1500,
    staleTime: 1000,
  });
