// Failed steps that were tried again: they fold into one row "n tries", as one thinks of them.
import type { ObservationRow } from "@/lib/api-types";

export interface Attempts {
  rows: ObservationRow[];
  /** The attempts of a folded row, in order, by the row's id. */
  attemptsOf: Map<string, ObservationRow[]>;
  /** 1, 2, … by the id of the attempt. */
  numberOf: Map<string, number>;
}

/**
 * Siblings of one name and type, each begun after the one before had failed and ended, get a common parent. The new row
 * spans them all; nothing else about the steps changes.
 */
export function foldRetries(rows: ObservationRow[]): Attempts {
  const result: Attempts = { rows, attemptsOf: new Map(), numberOf: new Map() };
  const failed = rows.filter((row) => row.level === "ERROR" && row.endTime !== null && row.type !== "EVENT");
  if (failed.length === 0) return result;
  const candidates = new Set(failed.map(groupKey));
  const groups = new Map<string, ObservationRow[]>();
  for (const row of rows) {
    const key = groupKey(row);
    if (!candidates.has(key)) continue;
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  const parentOf = new Map<string, string>();
  const added: ObservationRow[] = [];
  for (const group of groups.values()) {
    for (const attempts of runsOf(group)) {
      const summary = summaryRow(attempts);
      added.push(summary);
      result.attemptsOf.set(summary.id, attempts);
      attempts.forEach((attempt, index) => {
        parentOf.set(attempt.id, summary.id);
        result.numberOf.set(attempt.id, index + 1);
      });
    }
  }
  if (added.length === 0) return result;
  result.rows = [...rows.map((row) => ({ ...row, parentObservationId: parentOf.get(row.id) ?? row.parentObservationId })), ...added];
  return result;
}

function groupKey(row: ObservationRow): string {
  return JSON.stringify([row.parentObservationId, row.type, row.name]);
}

/** Two or more in a row, of which all but the last failed before the next began. */
function runsOf(group: ObservationRow[]): ObservationRow[][] {
  const ordered = [...group].sort((left, right) => (left.startTime < right.startTime ? -1 : 1));
  const runs: ObservationRow[][] = [];
  let run: ObservationRow[] = [];
  for (const row of ordered) {
    const last = run.at(-1);
    const isRetry = last !== undefined && last.level === "ERROR" && last.endTime !== null && last.endTime <= row.startTime;
    if (last !== undefined && !isRetry) {
      if (run.length > 1) runs.push(run);
      run = [];
    }
    run.push(row);
  }
  if (run.length > 1) runs.push(run);
  return runs;
}

function summaryRow(attempts: ObservationRow[]): ObservationRow {
  const [first] = attempts;
  const last = attempts.at(-1);
  if (!first || !last) throw new Error("a run of attempts has at least two");
  return {
    ...last,
    id: `tries-of-${first.id}`,
    startTime: first.startTime,
    durationMs: last.endTime === null ? null : Date.parse(last.endTime) - Date.parse(first.startTime),
    timeToFirstTokenMs: null,
    level: "DEFAULT",
    statusMessage: null,
    cost: null,
    inputTokens: 0,
    outputTokens: 0,
    totalTokens: 0,
  };
}
