import { useQuery } from "@tanstack/react-query";
import type { OperatorStorage } from "@/lib/api-types";
import { formatBytes, formatCompact, formatCount, formatShare, formatTimeHint, plural } from "@/lib/format";
import { EmptyState } from "@/ui/states";
import { storageQuery } from "./api";
import { ShareBar } from "./figures";
import { Loaded } from "./loaded";

export function StorageSection() {
  const storage = useQuery(storageQuery);
  return (
    <section className="op">
      <h2>Storage</h2>
      <div className="mt-3">
        <Loaded query={storage} what="What the store holds">
          {(data) => <Storage data={data} />}
        </Loaded>
      </div>
    </section>
  );
}

function Storage({ data }: { data: OperatorStorage }) {
  const total = data.tables.reduce((sum, table) => sum + table.bytes, 0);
  const estimated = data.projects.reduce((sum, project) => sum + project.estimatedBytes, 0);
  return (
    <>
      <p className="text-small text-ink-2" title={formatTimeHint(data.time)}>
        {formatBytes(total)} in {data.tables.length} tables; {data.mergesRunning === 0 ? "no merge is running" : `${plural(data.mergesRunning, "merge")} of ${formatBytes(data.mergeBytes)} running`}. Rows that an update has replaced count until they are merged away.
      </p>
      <div className="card op-scroll mt-3">
        <table className="dtable">
          <thead>
            <tr>
              <th>Table</th>
              <th className="r">Rows</th>
              <th className="r">Parts</th>
              <th className="r">On disk</th>
              <th className="r">Uncompressed</th>
              <th className="r">Share</th>
            </tr>
          </thead>
          <tbody>
            {data.tables.map((table) => (
              <tr key={table.table}>
                <td className="font-medium">{table.table}</td>
                <td className="r">{formatCount(table.rows)}</td>
                <td className="r">{formatCount(table.parts)}</td>
                <td className="r">{formatBytes(table.bytes)}</td>
                <td className="r">{formatBytes(table.uncompressedBytes)}</td>
                <td className="r">{total === 0 ? "" : formatShare(table.bytes / total)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <h2 className="mt-6">By project, estimated</h2>
      <p className="mt-1 text-small text-ink-2">
        A project's part of the tables by its share of the rows, and of the payloads by its share of the text. Compression differs between projects, so this is a guide and no invoice.
        {data.projectsTotal > data.projects.length && ` The largest ${data.projects.length} of ${formatCount(data.projectsTotal)}.`}
      </p>
      {data.projects.length === 0 ? (
        <EmptyState title="No project has data yet" />
      ) : (
        <div className="card op-scroll mt-3">
          <table className="dtable">
            <thead>
              <tr>
                <th>Project</th>
                <th className="r">Observations</th>
                <th className="r">Text, characters</th>
                <th className="r">On disk, about</th>
                <th className="w-40">Share</th>
              </tr>
            </thead>
            <tbody>
              {data.projects.map((project) => {
                const share = estimated === 0 ? 0 : project.estimatedBytes / estimated;
                return (
                  <tr key={project.projectId}>
                    <td className="font-medium" title={project.projectId}>
                      {project.name ?? <span className="text-ink-2">{project.projectId} (gone)</span>}
                    </td>
                    <td className="r">{formatCount(project.observations)}</td>
                    <td className="r">{formatCompact(project.textCharacters)}</td>
                    <td className="r">{formatBytes(project.estimatedBytes)}</td>
                    <td>
                      <ShareBar share={share} label={`${formatShare(share)} of what is stored`} />
                      <span className="text-ink-2">{formatShare(share)}</span>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
