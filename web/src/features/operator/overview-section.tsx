import { useQuery } from "@tanstack/react-query";
import type { HistoryPoint, OperatorOverview } from "@/lib/api-types";
import { formatBytes, formatCount, formatDuration, formatNumber, formatRate, formatShare, formatTimeHint, plural } from "@/lib/format";
import { Segmented } from "@/ui/tabs";
import { historyQuery, overviewQuery } from "./api";
import { Figures, ShareBar, type Figure } from "./figures";
import { HistoryChart } from "./history-chart";
import { Loaded } from "./loaded";

const kRanges = [
  { value: "60", label: "1 h" },
  { value: "240", label: "4 h" },
  { value: "480", label: "8 h" },
];
/** Later than this is amber, and much later red. */
const kSlowMs = 2000;
const kStuckMs = 60_000;

export function OverviewSection({ minutes, onMinutes }: { minutes: number; onMinutes: (minutes: number) => void }) {
  const overview = useQuery(overviewQuery);
  const history = useQuery(historyQuery(minutes));
  return (
    <>
      <section className="op">
        <Loaded query={overview} what="The state of the instance">
          {(data) => <Now data={data} />}
        </Loaded>
      </section>
      <section className="op">
        <div className="flex items-center justify-between gap-3">
          <h2>How it got here</h2>
          <Segmented label="History" items={kRanges} value={String(minutes)} onChange={(value) => onMinutes(Number(value))} />
        </div>
        <div className="mt-3">
          <Loaded query={history} what="The history" lines={3}>
            {(points) => <Charts points={points} />}
          </Loaded>
        </div>
      </section>
    </>
  );
}

function Now({ data }: { data: OperatorOverview }) {
  const { ingestion, deadLetters, disk, process } = data;
  const uptime = Date.parse(data.time) - Date.parse(data.startedAt);
  return (
    <>
      <h2>{headline(data)}</h2>
      <p className="mt-1 text-small text-ink-2">
        Clew {data.version}, up for {formatDuration(uptime)}, {formatBytes(process.residentBytes)} of memory, {formatNumber(process.threads)} threads, {formatCount(process.openFiles)} of {formatCount(process.openFilesMax)} files open.
      </p>
      <div className="mt-4">
        <Figures figures={figuresOf(data)} />
      </div>
      {(deadLetters.payloadsDropped > 0 || deadLetters.lettersDropped > 0) && (
        <p className="note err mt-3" role="alert">
          The space for dead letters is used up: {formatCount(deadLetters.payloadsDropped)} lost their payload and {formatCount(deadLetters.lettersDropped)} were only counted since the start. Replay or discard some.
        </p>
      )}
      <div className="card op-scroll mt-4">
        <table className="dtable">
          <thead>
            <tr>
              <th>Store</th>
              <th>Runs on</th>
              <th>State</th>
              <th className="r">Last answer</th>
            </tr>
          </thead>
          <tbody>
            {data.stores.map((store) => (
              <tr key={store.name}>
                <td className="font-medium">{store.name}</td>
                <td className="wrap text-ink-2">{store.description}</td>
                <td>
                  {store.up ? (
                    <span className="badge ok">up</span>
                  ) : (
                    <>
                      <span className="badge err">down</span> <span className="text-ink-2">{store.error}</span>
                    </>
                  )}
                </td>
                <td className="r">{formatDuration(store.latencyMs)}</td>
              </tr>
            ))}
            <tr>
              <td className="font-medium">disk</td>
              <td className="wrap text-ink-2">{disk.path}</td>
              <td className="min-w-44">
                <ShareBar share={1 - disk.freeBytes / disk.totalBytes} label={`${formatShare(1 - disk.freeBytes / disk.totalBytes)} of the disk is used`} isBad={disk.freeBytes < disk.guardBytes} />
                <span className="text-ink-2">
                  {formatBytes(disk.freeBytes)} free; ingestion stops below {formatBytes(disk.guardBytes)}
                </span>
              </td>
              <td />
            </tr>
          </tbody>
        </table>
      </div>
      {ingestion.lastAcceptedAt === null && <p className="mt-3 text-small text-ink-3">Nothing was accepted since the start.</p>}
    </>
  );
}

function headline({ ingestion, stores, deadLetters }: OperatorOverview): string {
  if (!ingestion.accepting) return `Ingestion refuses data: ${ingestion.reason ?? "no reason given"}`;
  const down = stores.filter((store) => !store.up);
  if (down.length > 0) return `The ${down.map((store) => store.name).join(" and ")} store is down; what is accepted waits`;
  if (ingestion.lagMs > kStuckMs) return `What was accepted ${formatDuration(ingestion.lagMs)} ago is not visible yet`;
  if (deadLetters.count > 0) return `Everything runs; ${formatCount(deadLetters.count)} dead ${deadLetters.count === 1 ? "letter waits" : "letters wait"} for a decision`;
  return "Everything runs";
}

function figuresOf({ ingestion, deadLetters, time }: OperatorOverview): Figure[] {
  const slow = ingestion.lagMs > kStuckMs ? "bad" : ingestion.lagMs > kSlowMs ? "warn" : undefined;
  const ago = ingestion.lastAcceptedAt === null ? null : Math.max(0, Date.parse(time) - Date.parse(ingestion.lastAcceptedAt));
  return [
    { label: "Accepted", value: formatCount(ingestion.accepted), sub: ago === null ? "since the start" : `last ${formatDuration(ago)} ago` },
    { label: "Visible", value: formatRate(ingestion.visiblePerSecond, "rows"), sub: ingestion.visibleMs === null ? `${formatCount(ingestion.visible)} rows since the start` : `${formatDuration(ingestion.visibleMs)} after the answer` },
    { label: "Lag", value: formatDuration(ingestion.lagMs), sub: "oldest not yet visible", state: slow },
    { label: "Backlog", value: formatBytes(ingestion.backlogBytes), sub: `${formatCount(ingestion.backlogRecords)} requests`, state: slow },
    {
      label: "Refused",
      value: formatCount(ingestion.refused),
      sub: `items, ${plural(ingestion.refusedRequests, "whole request")}`,
    },
    {
      label: "Dead letters",
      value: formatCount(deadLetters.count),
      sub: deadLetters.oldestAt === null ? `0 B of ${formatBytes(deadLetters.bytesMax)}` : `${formatBytes(deadLetters.bytes)} of ${formatBytes(deadLetters.bytesMax)}`,
      state: deadLetters.count > 0 ? "warn" : undefined,
    },
  ];
}

function Charts({ points }: { points: HistoryPoint[] }) {
  return (
    <div className="grid gap-3">
      <HistoryChart
        title="Items"
        points={points}
        format={(value) => formatRate(value, "items")}
        series={[
          { label: "accepted", tone: "accepted", of: (point) => point.acceptedPerSecond },
          { label: "visible rows", tone: "visible", of: (point) => point.visiblePerSecond },
          { label: "refused", tone: "refused", of: (point) => point.refusedPerSecond },
        ]}
      />
      <div className="grid grid-cols-1 gap-3 lg:grid-cols-2">
        <HistoryChart title="Backlog" points={points} format={formatBytes} series={[{ label: "waiting", tone: "backlog", of: (point) => point.backlogBytes }]} />
        <HistoryChart title="Lag" points={points} format={(value) => formatDuration(value * 1000)} series={[{ label: "oldest not visible", tone: "lag", of: (point) => point.lagSeconds }]} />
      </div>
      <details className="text-small">
        <summary className="text-ink-2">The last steps as a table</summary>
        <div className="card op-scroll mt-2">
          <table className="dtable">
            <thead>
              <tr>
                <th>Time</th>
                <th className="r">Accepted</th>
                <th className="r">Refused</th>
                <th className="r">Visible</th>
                <th className="r">Backlog</th>
                <th className="r">Lag</th>
                <th className="r">Memory</th>
                <th className="r">CPU</th>
              </tr>
            </thead>
            <tbody>
              {points
                .slice(-20)
                .reverse()
                .map((point) => (
                  <tr key={point.time}>
                    <td title={formatTimeHint(point.time)}>{point.time.slice(11, 19)} UTC</td>
                    <td className="r">{formatRate(point.acceptedPerSecond, "items")}</td>
                    <td className="r">{formatRate(point.refusedPerSecond, "items")}</td>
                    <td className="r">{formatRate(point.visiblePerSecond, "rows")}</td>
                    <td className="r">{formatBytes(point.backlogBytes)}</td>
                    <td className="r">{formatDuration(point.lagSeconds * 1000)}</td>
                    <td className="r">{formatBytes(point.residentBytes)}</td>
                    <td className="r">{formatShare(point.cpuShare)}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      </details>
    </div>
  );
}
