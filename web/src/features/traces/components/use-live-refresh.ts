import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { statusQuery } from "@/lib/status";
import { listKey } from "../api/queries";

/** While someone watches a live list; the status is cheap to ask. */
const kLiveMs = 500;
/** Counts, facets and the pulse strip cost more than rows: they follow at most this often. */
const kSlowMs = 6000;

/** Asks again for the rows as soon as something of the project became visible. */
export function useLiveRefresh(projectId: string, enabled: boolean): void {
  const client = useQueryClient();
  // Only the version: the page is not drawn again because a rate moved.
  const { data: version = null } = useQuery({ ...statusQuery(projectId), refetchInterval: enabled ? kLiveMs : false, select: (status) => status.version });
  const seen = useRef<number | null>(null);
  const slowAt = useRef(0);
  useEffect(() => {
    const isNew = version !== null && seen.current !== null && version !== seen.current;
    if (version !== null) seen.current = version;
    if (!isNew || !enabled) return;
    void client.invalidateQueries({ queryKey: [...listKey(projectId), "rows"] });
    const now = Date.now();
    if (now - slowAt.current < kSlowMs) return;
    slowAt.current = now;
    for (const part of ["count", "facets", "pulse"]) void client.invalidateQueries({ queryKey: [...listKey(projectId), part] });
  }, [version, enabled, client, projectId]);
}

/** Ids that were not in the list the last time it was drawn under the same key; none when the list itself is another. */
export function useFreshIds(key: string, ids: string[]): ReadonlySet<string> {
  const [last, setLast] = useState({ key, list: ids, fresh: new Set<string>() });
  if (last.key === key && last.list === ids) return last.fresh;
  const known = new Set(last.list);
  const isFirst = last.key !== key || known.size === 0;
  const next = { key, list: ids, fresh: new Set(isFirst ? [] : ids.filter((id) => !known.has(id))) };
  setLast(next);
  return next.fresh;
}
