import { infiniteQueryOptions } from "@tanstack/react-query";
import type { ScoreConfig } from "@/lib/api-types";
import { getJson, sendJson } from "@/lib/http";
import type { ScoreConfigWish, ScoreDataType } from "./score-config-form";

const kPage = 100;
const path = (projectId: string) => `/api/ui/projects/${encodeURIComponent(projectId)}/score-configs`;

export const scoreConfigsQuery = (projectId: string) =>
  infiniteQueryOptions({
    queryKey: ["score-configs", projectId],
    queryFn: async ({ signal, pageParam }) => (await getJson<{ data: ScoreConfig[] }>(path(projectId), { page: pageParam, limit: kPage }, signal)).data,
    initialPageParam: 1,
    getNextPageParam: (last, pages) => (last.length === kPage ? pages.length + 1 : undefined),
  });

export const createScoreConfig = (projectId: string, dataType: ScoreDataType, wish: ScoreConfigWish) => sendJson<ScoreConfig>("POST", path(projectId), { dataType, ...wish });
export const changeScoreConfig = (projectId: string, id: string, patch: Partial<ScoreConfigWish> & { isArchived?: boolean }) =>
  sendJson<ScoreConfig>("PATCH", `${path(projectId)}/${encodeURIComponent(id)}`, patch);
