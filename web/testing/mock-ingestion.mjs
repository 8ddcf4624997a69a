// The JSON ingestion door of the mock server: enough to seed end-to-end scripts, not a second implementation.
import { traceOf } from "./mock-data.mjs";

const kTypes = { "span-create": "SPAN", "generation-create": "GENERATION", "event-create": "EVENT", "agent-create": "AGENT", "tool-create": "TOOL" };
const asText = (value) => (value === null || value === undefined ? null : typeof value === "string" ? value : JSON.stringify(value));

export function ingest(project, events) {
  const byTrace = new Map(project.traces.map((item) => [item.trace.id, { trace: {}, rows: item.observations, scores: item.trace.scores }]));
  const touched = new Set();
  const entry = (id) => {
    touched.add(id);
    if (!byTrace.has(id)) byTrace.set(id, { trace: {}, rows: [], scores: [] });
    return byTrace.get(id);
  };
  for (const { type, body } of events) {
    if (type === "trace-create") Object.assign(entry(body.id).trace, body);
    else if (type === "score-create") entry(body.traceId).scores.push(score(body));
    else if (kTypes[type]) entry(body.traceId).rows.push(row(kTypes[type], body));
  }
  for (const id of touched) {
    const { trace, rows, scores } = byTrace.get(id);
    for (const item of rows) Object.assign(item, { userId: trace.userId ?? item.userId, environment: trace.environment ?? item.environment, tags: trace.tags ?? item.tags, release: trace.release ?? item.release, sessionId: trace.sessionId ?? item.sessionId });
    const shown = rows.length > 0 ? rows : [row("SPAN", { id, name: trace.name, startTime: trace.timestamp ?? new Date().toISOString() })];
    const built = traceOf(id, shown, { scores, ...(trace.name ? { name: trace.name } : {}), ...(trace.input ? { input: asText(trace.input), output: asText(trace.output) } : {}) });
    project.traces = [...project.traces.filter((item) => item.trace.id !== id), built];
  }
  return { successes: events.map(({ id }) => ({ id, status: 201 })), errors: [] };
}

function row(type, body) {
  const input = asText(body.input);
  const output = asText(body.output);
  const usage = body.usageDetails ?? {};
  const costs = body.costDetails ?? {};
  const tokens = (usage.input ?? 0) + (usage.output ?? 0);
  const cost = Object.values(costs).reduce((sum, amount) => sum + amount, 0);
  return {
    id: body.id, traceId: body.traceId, parentObservationId: body.parentObservationId ?? null, startTime: body.startTime, endTime: body.endTime ?? null,
    durationMs: body.endTime ? Date.parse(body.endTime) - Date.parse(body.startTime) : null, timeToFirstTokenMs: null, type, name: body.name ?? null,
    level: body.level ?? "DEFAULT", statusMessage: body.statusMessage ?? null, model: body.model ?? null, cost: Object.keys(costs).length ? cost : null,
    inputTokens: usage.input ?? 0, outputTokens: usage.output ?? 0, totalTokens: tokens, traceName: null, userId: null, sessionId: null,
    environment: body.environment ?? "default", tags: [], release: null, version: null, promptName: null, promptVersion: null, input, output,
    inputPreview: input?.slice(0, 200) ?? null, outputPreview: output?.slice(0, 200) ?? null, toolCallNames: [], metadata: body.metadata ?? {},
    modelParameters: null, usage, costs, costLines: Object.entries(costs).map(([key, amount]) => ({ key, units: usage[key] ?? null, unitPrice: usage[key] ? amount / usage[key] : null, amount })),
    inputBytes: null, outputBytes: null, usageWarnings: [], pricingTierName: null, modelId: null, toolDefinitions: [], toolCalls: [], events: [], source: "api", serviceName: null, scopeName: null, scopeVersion: null,
    sdkName: null, sdkVersion: null, createdAt: body.startTime, updatedAt: body.startTime, scores: [], completionStartTime: null,
  };
}

function score(body) {
  return { id: body.id, name: body.name, dataType: body.dataType ?? "NUMERIC", value: body.value, stringValue: null, level: "trace", timestamp: new Date().toISOString(), source: "API", comment: null, observationId: null };
}
