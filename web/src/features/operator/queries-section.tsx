import { useQuery } from "@tanstack/react-query";
import { formatCount, formatDuration, formatListTime, formatTimeHint } from "@/lib/format";
import { EmptyState } from "@/ui/states";
import { queriesQuery } from "./api";
import { Loaded } from "./loaded";

export function QueriesSection() {
  const queries = useQuery(queriesQuery);
  return (
    <Loaded query={queries} what="The queries">
      {(data) => (
        <>
          <section className="op">
            <h2>{data.slow.length === 0 ? "No slow query since the start" : "Slow queries"}</h2>
            <p className="mt-1 text-small text-ink-2">Half a second and more, the last hundred. Names of statements; their text and values are not kept.</p>
            {data.slow.length > 0 && (
              <div className="card op-scroll mt-3">
                <table className="dtable">
                  <thead>
                    <tr>
                      <th>Time</th>
                      <th>Statement</th>
                      <th>Store</th>
                      <th>Project</th>
                      <th>Outcome</th>
                      <th className="r">Took</th>
                    </tr>
                  </thead>
                  <tbody>
                    {data.slow.map((one, at) => (
                      <tr key={`${one.time} ${at}`}>
                        <td title={formatTimeHint(one.time)}>{formatListTime(one.time).text}</td>
                        <td className="font-medium">{one.name}</td>
                        <td>{one.store}</td>
                        <td>{one.projectId}</td>
                        <td>{one.outcome === "ok" ? one.outcome : <span className="badge err">{one.outcome}</span>}</td>
                        <td className="r">{formatDuration(one.durationMs)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </section>
          <section className="op">
            <h2>Where the stores' time went</h2>
            {data.statements.length === 0 ? (
              <EmptyState title="No statement ran yet" />
            ) : (
              <div className="card op-scroll mt-3">
                <table className="dtable">
                  <thead>
                    <tr>
                      <th>Statement</th>
                      <th>Store</th>
                      <th className="r">Calls</th>
                      <th className="r">Failed</th>
                      <th className="r">Mean</th>
                      <th className="r">Slowest</th>
                      <th className="r">Together</th>
                    </tr>
                  </thead>
                  <tbody>
                    {data.statements.map((one) => (
                      <tr key={`${one.store} ${one.name}`}>
                        <td className="font-medium">{one.name}</td>
                        <td>{one.store}</td>
                        <td className="r">{formatCount(one.calls)}</td>
                        <td className="r">{one.failures === 0 ? "" : formatCount(one.failures)}</td>
                        <td className="r">{formatDuration(one.totalMs / one.calls)}</td>
                        <td className="r">{formatDuration(one.maxMs)}</td>
                        <td className="r">{formatDuration(one.totalMs)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </section>
        </>
      )}
    </Loaded>
  );
}
