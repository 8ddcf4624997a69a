import type { Refusal } from "@/lib/api-types";
import { formatListTime, formatTimeHint, plural } from "@/lib/format";

/** The source under which requests are told that were refused as a whole. */
export const kWholeRequests = "http";

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

export const meaningOf = (reason: string) => kMeaning[reason] ?? "";

interface RefusalsTableProps {
  refusals: Refusal[];
  /** Of several projects: says which. */
  namesProject?: boolean;
}

/** Items and whole requests that were not taken, newest first: who sent them and what they were told. */
export function RefusalsTable({ refusals, namesProject = false }: RefusalsTableProps) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region has to be reachable by keyboard
    <div className="card op-scroll" tabIndex={0} role="region" aria-label="Refusals">
      <table className="dtable">
        <thead>
          <tr>
            <th>Time</th>
            <th>Reason</th>
            {namesProject && <th>Project</th>}
            <th>What</th>
            <th>Sender</th>
            <th>What the sender was told</th>
            <th>Request</th>
          </tr>
        </thead>
        <tbody>
          {refusals.map((one, at) => (
            <tr key={`${one.time} ${at}`}>
              <td className="whitespace-nowrap" title={formatTimeHint(one.time)}>
                {formatListTime(one.time).text}
              </td>
              <td className="font-medium" title={meaningOf(one.reason)}>
                {one.reason}
              </td>
              {namesProject && <td className="min-w-36 max-w-40 break-all">{one.projectId}</td>}
              <td className="whitespace-nowrap">{one.source === kWholeRequests ? "whole request" : one.itemId ? <code>{one.itemId}</code> : plural(one.items, "item")}</td>
              <td className="text-ink-2">{one.sdk ?? (one.source === kWholeRequests ? "" : one.source)}</td>
              <td className="wrap min-w-52 text-ink-2">{one.detail}</td>
              <td className="min-w-36 max-w-40">
                <code className="break-all text-ink-2">{one.requestId}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
