import { useQuery } from "@tanstack/react-query";
import type { OperatorRefusals } from "@/lib/api-types";
import { formatCount, formatListTime, formatShare, formatTimeHint } from "@/lib/format";
import { EmptyState } from "@/ui/states";
import { refusalsQuery } from "./api";
import { Loaded } from "./loaded";

const kMeaning: Record<string, string> = {
  invalid: "the item breaks a rule of its door",
  not_allowed: "the key may not write this",
  not_found: "it names something that does not exist",
  too_large: "larger than the limit",
  overloaded: "nothing was taken; the client sends again",
  unavailable: "a store that the answer needed was away",
  rate_limited: "too many requests of one sender",
  unauthenticated: "the key or its secret is wrong",
  forbidden: "the key may not do this",
  unreadable: "the body could not be decoded",
  unsupported_encoding: "a compression that is not understood",
  no_such_route: "nothing is at this path",
  timeout: "the body did not arrive in time",
  internal: "a fault of the server; its log has the request",
};

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
  const items = data.counts.filter((count) => count.source !== "http");
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
                <td>{count.source === "http" ? "whole requests" : count.source}</td>
                <td className="text-ink-2">{kMeaning[count.reason] ?? ""}</td>
                <td className="r">{formatCount(count.items)}</td>
                <td className="r">{count.source === "http" || arrived === 0 ? "" : formatShare(count.items / arrived)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <h2 className="mt-6">Last examples</h2>
      <div className="card op-scroll mt-3">
        <table className="dtable">
          <thead>
            <tr>
              <th>Time</th>
              <th>Reason</th>
              <th>Project</th>
              <th>Sender</th>
              <th>Detail</th>
              <th>Request</th>
            </tr>
          </thead>
          <tbody>
            {data.examples.map((one, at) => (
              <tr key={`${one.time} ${at}`}>
                <td className="whitespace-nowrap" title={formatTimeHint(one.time)}>
                  {formatListTime(one.time).text}
                </td>
                <td className="font-medium">{one.reason}</td>
                <td>{one.projectId}</td>
                <td className="text-ink-2">{one.sdk ?? one.source}</td>
                <td className="wrap text-ink-2">{one.detail}</td>
                <td>
                  <code>{one.requestId}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
