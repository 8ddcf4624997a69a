import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { DeadLetterChoice, DeadLetterOutcome, DeadLetterPage, HistoryPoint, OperatorOverview, OperatorQueries, OperatorRefusals, OperatorStorage, ShownSetting } from "@/lib/api-types";
import { getJson, sendForBytes, sendJson } from "@/lib/http";

const kBase = "/api/ui/operator";

export const overviewQuery = queryOptions({
  queryKey: ["operator", "overview"],
  queryFn: ({ signal }) => getJson<OperatorOverview>(`${kBase}/overview`, undefined, signal),
  refetchInterval: 2000,
});
export const historyQuery = (minutes: number) =>
  queryOptions({
    queryKey: ["operator", "history", minutes],
    queryFn: async ({ signal }) => (await getJson<{ points: HistoryPoint[] }>(`${kBase}/history`, { minutes }, signal)).points,
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
  });
export const refusalsQuery = queryOptions({
  queryKey: ["operator", "refusals"],
  queryFn: ({ signal }) => getJson<OperatorRefusals>(`${kBase}/refusals`, undefined, signal),
  refetchInterval: 5000,
});
export const storageQuery = queryOptions({
  queryKey: ["operator", "storage"],
  queryFn: ({ signal }) => getJson<OperatorStorage>(`${kBase}/storage`, undefined, signal),
  staleTime: 60_000,
});
export const queriesQuery = queryOptions({
  queryKey: ["operator", "queries"],
  queryFn: ({ signal }) => getJson<OperatorQueries>(`${kBase}/queries`, undefined, signal),
  refetchInterval: 5000,
});
export const settingsQuery = queryOptions({
  queryKey: ["operator", "settings"],
  queryFn: async ({ signal }) => (await getJson<{ settings: ShownSetting[] }>(`${kBase}/settings`, undefined, signal)).settings,
  staleTime: Infinity,
});

export interface LetterFilter {
  projectId?: string | undefined;
  reason?: string | undefined;
}
export const deadLettersQuery = (filter: LetterFilter, cursor: string | null) =>
  queryOptions({
    queryKey: ["operator", "dead-letters", filter, cursor],
    queryFn: ({ signal }) => getJson<DeadLetterPage>(`${kBase}/dead-letters`, { projectId: filter.projectId, reason: filter.reason, cursor }, signal),
    refetchInterval: 5000,
    placeholderData: keepPreviousData,
  });
export const replay = (choice: DeadLetterChoice) => sendJson<DeadLetterOutcome>("POST", `${kBase}/dead-letters/replay`, choice);
export const discard = (choice: DeadLetterChoice) => sendJson<DeadLetterOutcome>("POST", `${kBase}/dead-letters/discard`, choice);
export const openPayload = (id: string, reason: string) => sendForBytes(`${kBase}/dead-letters/${encodeURIComponent(id)}/payload`, { reason });
