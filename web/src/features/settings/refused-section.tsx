import { queryOptions, useQuery } from "@tanstack/react-query";
import type { ProjectRefusals, Project } from "@/lib/api-types";
import { formatBytes, formatListTime, formatTimeHint, plural } from "@/lib/format";
import { getJson } from "@/lib/http";
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
    <section>
      <h2>Refused data</h2>
      <p className="mt-1 text-small text-ink-2">The last items that were sent to this project and are not in it, with the reason their sender was told. Kept in memory since the server started.</p>
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
        Items of requests that could be read are listed here. A request refused as a whole (too large, damaged, wrong key) was told so in its answer; operators see how many there were.
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
      {data.examples.length > 0 && (
        <div className="card overflow-x-auto">
          <table className="dtable">
            <thead>
              <tr>
                <th>Time</th>
                <th>Reason</th>
                <th>Item</th>
                <th>Sender</th>
                <th>What is wrong</th>
              </tr>
            </thead>
            <tbody>
              {data.examples.map((one, at) => (
                <tr key={`${one.time} ${at}`}>
                  <td className="whitespace-nowrap" title={formatTimeHint(one.time)}>
                    {formatListTime(one.time).text}
                  </td>
                  <td className="font-medium">{one.reason}</td>
                  <td>
                    <code>{one.itemId ?? plural(one.items, "item")}</code>
                  </td>
                  <td className="text-ink-2">{one.sdk ?? one.source}</td>
                  <td className="break-words text-ink-2">{one.detail}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
