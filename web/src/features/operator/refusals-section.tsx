import { useQuery } from "@tanstack/react-query";
import type { OperatorRefusals } from "@/lib/api-types";
import { formatCount, formatShare } from "@/lib/format";
import { kWholeRequests, meaningOf, RefusalsTable } from "@/objects/refusals/refusals-table";
import { EmptyState } from "@/ui/states";
import { refusalsQuery } from "./api";
import { Loaded } from "./loaded";

export function RefusalsSection() {
  const refusals = useQuery(refusalsQuery);
  return (
    <section className="op">
      <h2>Refusals</h2>
      <p className="mt-1 text-small text-ink-2">Since the start. Whoever sent it was told; here it is counted, with the last examples of each reason. What was sent is not shown.</p>
      <div className="mt-4">
        <Loaded query={refusals} what="The refusals">
          {(data) => (data.counts.length === 0 ? <EmptyState title="Nothing was refused since the start">{formatCount(data.accepted)} items were accepted.</EmptyState> : <Refusals data={data} />)}
        </Loaded>
      </div>
    </section>
  );
}

function Refusals({ data }: { data: OperatorRefusals }) {
  const items = data.counts.filter((count) => count.source !== kWholeRequests);
  const arrived = data.accepted + items.reduce((sum, count) => sum + count.items, 0);
  return (
    <>
      <div className="card op-scroll">
        <table className="dtable">
          <thead>
            <tr>
              <th>Reason</th>
              <th>Door</th>
              <th>Means</th>
              <th className="r">Refused</th>
              <th className="r">Share of items</th>
            </tr>
          </thead>
          <tbody>
            {data.counts.map((count) => (
              <tr key={`${count.source} ${count.reason}`}>
                <td className="font-medium">{count.reason}</td>
                <td>{count.source === kWholeRequests ? "whole requests" : count.source}</td>
                <td className="text-ink-2">{meaningOf(count.reason)}</td>
                <td className="r">{formatCount(count.items)}</td>
                <td className="r">{count.source === kWholeRequests || arrived === 0 ? "" : formatShare(count.items / arrived)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <h2 className="mt-6">Last examples</h2>
      <div className="mt-3">
        <RefusalsTable refusals={data.examples} namesProject />
      </div>
    </>
  );
}
