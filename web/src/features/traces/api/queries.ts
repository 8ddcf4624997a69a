// Requests of the tracing screens. A preset range is resolved when a request is made, so a live list moves on with the clock.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Count, Facet, ObservationDetail, ObservationRow, TraceDetail, TraceRow, View } from "@/lib/api-types";
import { getJson, type Query } from "@/lib/http";
import { resolveTimeRange, type TimeRange } from "@/lib/time-range";
import type { ApiCondition } from "@/objects/query/language";

export interface ListScope {
  projectId: string;
  view: View;
  range: TimeRange;
  filter: ApiCondition[];
  search: string;
}

export interface PageOfRows {
  sort: string | null;
  page: number;
  limit: number;
  /** Upper bound of time while paging, so that new rows do not shift the pages. */
  until: string | null;
}

export interface ListResult<Row> {
  rows: Row[];
  hasMore: boolean;
  elapsedMs: number;
}

export interface Pulse {
  bucketMs: number;
  buckets: { time: string; count: number; errors: number }[];
}

const root = (projectId: string) => `/api/ui/projects/${encodeURIComponent(projectId)}`;

export function scopeQuery(scope: ListScope, until: string | null = null): Query {
  const { from, to } = resolveTimeRange(scope.range);
  return {
    from: from.toISOString(),
    to: until ?? to.toISOString(),
    filter: scope.filter.length > 0 ? JSON.stringify(scope.filter) : null,
    search: scope.search,
  };
}

/** Everything of one project's lists begins with this key: invalidating it refreshes them all. */
export const listKey = (projectId: string) => ["list", projectId] as const;

export const rowsQuery = (scope: ListScope, page: PageOfRows) =>
  queryOptions({
    queryKey: [...listKey(scope.projectId), "rows", scope, page],
    queryFn: ({ signal }) =>
      getJson<ListResult<TraceRow | ObservationRow>>(
        `${root(scope.projectId)}/${scope.view}`,
        { ...scopeQuery(scope, page.until), sort: page.sort, limit: page.limit, page: page.page },
        signal,
      ),
    placeholderData: keepPreviousData,
  });

export const countQuery = (scope: ListScope, until: string | null = null) =>
  queryOptions({
    queryKey: [...listKey(scope.projectId), "count", scope, until],
    queryFn: ({ signal }) => getJson<Count>(`${root(scope.projectId)}/${scope.view}/count`, scopeQuery(scope, until), signal),
    placeholderData: keepPreviousData,
  });

export const facetsQuery = (scope: ListScope) =>
  queryOptions({
    queryKey: [...listKey(scope.projectId), "facets", scope],
    queryFn: ({ signal }) =>
      getJson<{ facets: Facet[]; since?: string }>(`${root(scope.projectId)}/facets`, { view: scope.view, ...scopeQuery(scope) }, signal),
    placeholderData: keepPreviousData,
  });

export const pulseQuery = (scope: ListScope) =>
  queryOptions({
    queryKey: [...listKey(scope.projectId), "pulse", scope],
    queryFn: ({ signal }) => getJson<Pulse>(`${root(scope.projectId)}/pulse`, { view: scope.view, ...scopeQuery(scope) }, signal),
    placeholderData: keepPreviousData,
  });

export const traceQuery = (projectId: string, traceId: string) =>
  queryOptions({
    queryKey: ["trace", projectId, traceId],
    queryFn: ({ signal }) => getJson<TraceDetail>(`${root(projectId)}/traces/${encodeURIComponent(traceId)}`, undefined, signal),
    staleTime: 30_000,
  });

export const observationQuery = (projectId: string, traceId: string, observationId: string) =>
  queryOptions({
    queryKey: ["observation", projectId, traceId, observationId],
    queryFn: ({ signal }) =>
      getJson<ObservationDetail>(
        `${root(projectId)}/traces/${encodeURIComponent(traceId)}/observations/${encodeURIComponent(observationId)}`,
        undefined,
        signal,
      ),
    staleTime: 60_000,
  });

/** Where one text of a step, or (null) of the trace itself, is whole. */
export function textPath(projectId: string, traceId: string, observationId: string | null, field: "input" | "output"): string {
  const trace = `${root(projectId)}/traces/${encodeURIComponent(traceId)}`;
  const owner = observationId === null ? trace : `${trace}/observations/${encodeURIComponent(observationId)}`;
  return `${owner}/texts/${field}`;
}
