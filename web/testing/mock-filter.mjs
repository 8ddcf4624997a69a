// The part of the filter grammar (contract/api.md A.8) that the UI produces, over rows in memory.

const kColumns = {
  latency: (row) => (row.durationMs === null ? null : row.durationMs / 1000),
  totalCost: (row) => row.cost,
  timeToFirstToken: (row) => (row.timeToFirstTokenMs === null ? null : row.timeToFirstTokenMs / 1000),
  state: (row) => ((row.running ?? (row.endTime === null && row.type !== "EVENT")) ? "running" : "ended"),
  calledToolNames: (row) => row.toolCallNames,
};

export const valueOf = (row, column) => (kColumns[column] ? kColumns[column](row) : row[column]);

const kCompare = { "=": (a, b) => a === b, ">": (a, b) => a > b, ">=": (a, b) => a >= b, "<": (a, b) => a < b, "<=": (a, b) => a <= b };

function holds(row, { type, column, operator, value }) {
  const actual = valueOf(row, column);
  if (type === "number") return actual !== null && actual !== undefined && kCompare[operator](actual, value);
  if (type === "string") {
    const text = actual ?? "";
    if (operator === "=") return text === value;
    const contains = text.toLowerCase().includes(value.toLowerCase());
    return operator === "contains" ? contains : !contains;
  }
  const actuals = Array.isArray(actual) ? actual : [actual ?? ""];
  const any = actuals.some((item) => value.includes(item));
  return operator === "none of" ? !any : any;
}

export function selectRows(rows, query, ignoreColumn) {
  const conditions = query.get("filter") ? JSON.parse(query.get("filter")) : [];
  const from = query.get("from") ?? "";
  const to = query.get("to") ?? "9999";
  const words = (query.get("search") ?? "").toLowerCase();
  return rows.filter((row) => {
    const time = row.timestamp ?? row.startTime;
    if (time < from || time >= to) return false;
    if (!conditions.every((condition) => condition.column === ignoreColumn || holds(row, condition))) return false;
    if (words === "") return true;
    return [row.id, row.name, row.userId, row.sessionId, row.input, row.output].some((text) => text?.toLowerCase().includes(words));
  });
}

const kFacets = {
  traces: ["environment", "latency", "level", "state", "name", "totalCost", "totalTokens", "tags", "userId", "release"],
  observations: ["type", "environment", "latency", "level", "state", "name", "model", "totalCost", "traceName", "tags", "userId", "release"],
};
const kUnits = { latency: "s", totalCost: "usd", totalTokens: "tokens" };

export function facetsOf(view, rows, query) {
  return kFacets[view].map((column) => {
    const selected = selectRows(rows, query, column);
    if (kUnits[column]) return rangeFacet(column, selected);
    const counts = new Map();
    for (const row of selected) {
      const value = valueOf(row, column);
      for (const item of Array.isArray(value) ? value : value === null ? [] : [value]) counts.set(item, (counts.get(item) ?? 0) + 1);
    }
    const values = [...counts].map(([value, count]) => ({ value, count })).sort((left, right) => right.count - left.count).slice(0, 50);
    return { field: column, kind: "values", filterType: column === "tags" ? "arrayOptions" : "stringOptions", values };
  });
}

function rangeFacet(column, rows) {
  const numbers = rows.map((row) => valueOf(row, column)).filter((value) => value !== null);
  const min = numbers.length ? Math.min(...numbers) : 0;
  const max = numbers.length ? Math.max(...numbers) : 0;
  const width = (max - min) / 20 || 1;
  const histogram = Array.from({ length: 20 }, (_, at) => ({ from: min + at * width, to: min + (at + 1) * width, count: 0 }));
  for (const value of numbers) histogram[Math.min(19, Math.floor((value - min) / width))].count++;
  return { field: column, kind: "range", filterType: "number", min, max, unit: kUnits[column], histogram };
}

export function pulseOf(rows, query) {
  const from = Date.parse(query.get("from"));
  const to = Date.parse(query.get("to"));
  const bucketMs = Math.max(1000, Math.ceil((to - from) / 60 / 1000) * 1000);
  const buckets = Array.from({ length: Math.ceil((to - from) / bucketMs) }, (_, at) => ({ time: new Date(from + at * bucketMs).toISOString(), count: 0, errors: 0 }));
  for (const row of selectRows(rows, query)) {
    const bucket = buckets[Math.floor((Date.parse(row.timestamp ?? row.startTime) - from) / bucketMs)];
    if (!bucket) continue;
    bucket.count++;
    if (row.level === "ERROR") bucket.errors++;
  }
  return { bucketMs, buckets };
}
