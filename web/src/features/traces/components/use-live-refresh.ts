import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { statusQuery } from "@/lib/status";
import { listKey } from "../api/queries";

/** Counts, facets and the pulse strip cost more than rows: they follow at most this often. */
const kSlowMs = 6000;

/** Asks again for the rows as soon as something of the project became visible. */
export function useLiveRefresh(projectId: string, enabled: boolean): void {
  const client = useQueryClient();
  const { data: status } = useQuery(statusQuery(projectId));
  const seen = useRef<number | null>(null);
  const slowAt = useRef(0);
  const version = status?.version ?? null;
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
  const last = useRef<{ key: string; ids: Set<string>; fresh: Set<string> }>({ key: "", ids: new Set(), fresh: new Set() });
  const { current } = last;
  const isSame = current.ids.size === ids.length && ids.every((id) => current.ids.has(id));
  if (current.key !== key) last.current = { key, ids: new Set(ids), fresh: new Set() };
  else if (!isSame) {
    const fresh = current.ids.size === 0 ? new Set<string>() : new Set(ids.filter((id) => !current.ids.has(id)));
    last.current = { key, ids: new Set(ids), fresh };
  }
  return last.current.fresh;
}
