import { queryOptions, useQuery } from "@tanstack/react-query";
import type { ProjectRefusals, Project } from "@/lib/api-types";
import { formatBytes, plural } from "@/lib/format";
import { getJson } from "@/lib/http";
import { RefusalsTable } from "@/objects/refusals/refusals-table";
import { EmptyState, ErrorPanel, SkeletonLines } from "@/ui/states";

const refusedQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["refused", projectId],
    queryFn: ({ signal }) => getJson<ProjectRefusals>(`/api/ui/projects/${encodeURIComponent(projectId)}/refusals`, undefined, signal),
    refetchInterval: 10_000,
  });

/** What was sent to this project and is not in it: refused at the door, or put aside afterwards. */
export function RefusedSection({ project }: { project: Project }) {
  const refused = useQuery(refusedQuery(project.id));
  return (
    <section className="wide">
      <h2>Refused data</h2>
      <p className="mt-1 text-ink-2">The last items and whole requests that were sent to this project and are not in it, with the reason their sender was told. Kept in memory since the server started.</p>
      <div className="mt-4">
        {refused.data ? <Refused data={refused.data} /> : refused.error ? <ErrorPanel title="The refused data did not load" error={refused.error} onRetry={() => void refused.refetch()} /> : <SkeletonLines count={3} />}
      </div>
    </section>
  );
}

function Refused({ data }: { data: ProjectRefusals }) {
  if (data.examples.length === 0 && data.deadLetters.length === 0) {
    return (
      <EmptyState title="Nothing was refused since the start">
        A request with a wrong key belongs to no project and is not listed here: its sender was told so in the answer, and operators see how many there were.
      </EmptyState>
    );
  }
  return (
    <>
      {data.deadLetters.length > 0 && (
        <p className="note warn mb-3">
          {plural(data.deadLetters.length, "request")} of {formatBytes(data.deadLetters.reduce((sum, letter) => sum + letter.bytes, 0))} could not be stored and {data.deadLetters.length === 1 ? "is" : "are"} put aside whole. Who operates this instance can replay them.
        </p>
      )}
      {data.examples.length > 0 && <RefusalsTable refusals={data.examples} />}
    </>
  );
}
