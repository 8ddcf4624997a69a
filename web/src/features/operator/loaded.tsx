import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ErrorPanel, SkeletonLines, useSlow } from "@/ui/states";

interface LoadedProps<Data> {
  query: UseQueryResult<Data>;
  what: string;
  lines?: number;
  children: (data: Data) => ReactNode;
}

/** Loading, error or data; what was there stays while it is asked again. */
export function Loaded<Data>({ query, what, lines = 4, children }: LoadedProps<Data>) {
  const slow = useSlow(query.isPending);
  if (query.data !== undefined) {
    return (
      <>
        {query.error && (
          <p className="note err mb-3" role="alert">
            {what} could not be read again: {query.error.message} What is shown is from before.
          </p>
        )}
        {children(query.data)}
      </>
    );
  }
  if (query.error) return <ErrorPanel title={`${what} did not load`} error={query.error} onRetry={() => void query.refetch()} />;
  return slow ? <SkeletonLines count={lines} /> : null;
}
