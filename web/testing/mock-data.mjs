// Data for the mock server: the contract's recorded traces, shifted to today, and a generated travel assistant so that
// lists, facets and the pulse strip have something to show. Everything is a function of one seed.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const contract = process.env.CLEW_CONTRACT_DIR ?? fileURLToPath(new URL("../../../shared/contract", import.meta.url));

function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

const hex = (random, length) => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");
const pick = (random, items) => items[Math.floor(random() * items.length)];
const asText = (value) => (value === null || value === undefined ? null : typeof value === "string" ? value : JSON.stringify(value));
const preview = (text) => (text === null ? null : text.slice(0, 200));

const kObservation = {
  endTime: null, durationMs: null, timeToFirstTokenMs: null, type: "SPAN", name: null, level: "DEFAULT", statusMessage: null, model: null,
  cost: null, inputTokens: 0, outputTokens: 0, totalTokens: 0, traceName: null, userId: null, sessionId: null, environment: "production",
  tags: [], release: null, version: null, promptName: null, promptVersion: null, inputPreview: null, outputPreview: null, toolCallNames: [],
  usageWarnings: [], input: null, inputBytes: null, output: null, outputBytes: null, metadata: {}, modelParameters: null, usage: {}, costs: {}, costLines: [], pricingTierName: null, modelId: null,
  toolDefinitions: [], toolCalls: [], events: [], source: "otel", serviceName: "travel-assistant", scopeName: "langfuse-sdk", scopeVersion: "4.1.0",
  sdkName: "python", sdkVersion: "4.1.0", completionStartTime: null, scores: [], parentObservationId: null,
};

function observation(fields) {
  const row = { ...kObservation, ...fields };
  row.inputPreview = preview(row.input);
  row.outputPreview = preview(row.output);
  row.createdAt = row.updatedAt = row.endTime ?? row.startTime;
  if (row.endTime) row.durationMs = Date.parse(row.endTime) - Date.parse(row.startTime);
  return row;
}

/** A trace row with true aggregates over its observations. */
export function traceOf(id, observations, more = {}) {
  const start = Math.min(...observations.map((row) => Date.parse(row.startTime)));
  const end = Math.max(...observations.map((row) => Date.parse(row.endTime ?? row.startTime)));
  const root = observations.find((row) => row.parentObservationId === null) ?? observations[0];
  const sum = (key) => observations.reduce((total, row) => total + (row[key] ?? 0), 0);
  const count = (level) => observations.filter((row) => row.level === level).length;
  const trace = {
    id, timestamp: new Date(start).toISOString(), name: root.name, durationMs: end - start,
    cost: observations.some((row) => row.cost !== null) ? sum("cost") : null,
    inputTokens: sum("inputTokens"), outputTokens: sum("outputTokens"), totalTokens: sum("totalTokens"),
    level: count("ERROR") ? "ERROR" : count("WARNING") ? "WARNING" : "DEFAULT",
    observationCount: observations.length, errorCount: count("ERROR"), warningCount: count("WARNING"),
    userId: root.userId, sessionId: root.sessionId, environment: root.environment, tags: root.tags, release: root.release, version: root.version,
    models: [...new Set(observations.map((row) => row.model).filter(Boolean))],
    input: root.input, inputBytes: null, output: root.output, outputBytes: null, scores: [], running: observations.some((row) => row.endTime === null && row.type !== "EVENT"),
    bookmarked: false, public: false, metadata: { channel: "app-ios", market: "NO" }, usage: {}, costs: {}, createdAt: new Date(end).toISOString(),
    updatedAt: new Date(end).toISOString(), ...more,
  };
  trace.inputPreview = preview(trace.input);
  trace.outputPreview = preview(trace.output);
  for (const row of observations) row.traceName = trace.name;
  return { trace, observations };
}

const kQuestions = [
  ["My flight HT 417 to Lisbon was cancelled, can you put me on the next one that still makes my 18:00 meeting?", "I moved you to **TP 1693**, leaving Oslo at 13:05 and arriving in Lisbon at **15:10**, so you reach your 18:00 meeting with time to spare.\n\nYour seat **14C** is held until 15:00 today. The fare difference of €84 is waived because the cancellation was ours. Shall I confirm?"],
  ["The airline says the cancelled leg is not refundable, is that right?", "No. When the airline cancels, you may choose a refund within 7 days:\n\n- the full ticket price, unused part\n- *and* compensation when it was announced less than 14 days before"],
  ["if the boat tour is cancelled what else is near Lagos with a 4 year old", "Three ideas within 20 minutes: Zoo de Lagos (opens 10:00), the walkway at Ponta da Piedade, or the pool at Slide & Splash."],
  ["room for one more night because the flight is cancelled", "Hotel Mundial has the same room for €142. Shall I book it?"],
  ["Resend the voucher for my cancelled parking", "Sent again to j.a***@proton.me, valid until 30 June 2027."],
];
const kNames = ["rebooking-agent", "refund-policy-qa", "itinerary-planner", "hotel-change", "voucher-issue"];

function costOf(usage, prices) {
  const costLines = Object.entries(usage)
    .filter(([key]) => prices[key] !== undefined)
    .map(([key, units]) => ({ key, units, unitPrice: prices[key], amount: units * prices[key] }));
  return { costLines, cost: costLines.reduce((sum, line) => sum + line.amount, 0), costs: Object.fromEntries(costLines.map((line) => [line.key, line.amount])) };
}

const kPrices = { input: 3e-6, input_cached_tokens: 3e-7, output: 1.5e-5 };
const kTools = ["get_booking", "search_flights", "hold_seat", "issue_voucher", "get_policy", "send_message"].map((name) => ({
  name, description: `The travel desk's ${name.replaceAll("_", " ")}.`,
  parameters: { type: "object", properties: { ref: { type: "string" } }, required: ["ref"] },
}));

/** One run of the travel assistant: plans, calls tools, fails once, answers. */
export function travelTrace(random, startMs) {
  const kind = Math.floor(random() * random() * kNames.length);
  const name = kNames[kind];
  const [question, answer] = kQuestions[kind];
  const id = hex(random, 32);
  const speed = 0.4 + random() * 1.8;
  const fails = random() < 0.12;
  const shared = {
    traceId: id, userId: `u_${10000 + Math.floor(random() * 90000)}`, sessionId: `s_${hex(random, 8)}`,
    environment: pick(random, ["production", "production", "production", "production", "staging", "eval"]),
    tags: random() < 0.3 ? ["disruption", ...(random() < 0.4 ? ["vip"] : [])] : [], release: pick(random, ["2026.9.2", "2026.9.1"]),
  };
  const rows = [];
  const step = (key, parent, from, to, fields = {}) => {
    const row = observation({
      ...shared, id: hex(random, 16), parentObservationId: parent, name: key,
      startTime: new Date(startMs + from * speed).toISOString(), endTime: to === null ? null : new Date(startMs + to * speed).toISOString(),
      metadata: { "resource.service.name": "travel-assistant", channel: "app-ios", market: "NO" }, ...fields,
    });
    rows.push(row);
    return row.id;
  };
  const generation = (key, parent, from, to, input, output, fields = {}) => {
    const usage = { input: 200 + Math.floor(random() * 4000), input_cached_tokens: Math.floor(random() * 6000), output: 20 + Math.floor(random() * 600) };
    const money = costOf(usage, kPrices);
    const total = usage.input + usage.input_cached_tokens + usage.output;
    return step(key, parent, from, to, {
      type: "GENERATION", model: "claude-sonnet-4-5", usage, ...money, inputTokens: usage.input + usage.input_cached_tokens, outputTokens: usage.output,
      totalTokens: total, input: asText(input), output: asText(output), timeToFirstTokenMs: (to - from) * speed * 0.3,
      modelParameters: { temperature: 0.2, max_tokens: 1024 }, pricingTierName: "Standard", modelId: "model-1", ...fields,
    });
  };
  const system = "You are the rebooking agent of Halden Travel. Never promise a seat that is not held. Answer in the language of the customer.\n".repeat(6);
  const conversation = [
    { role: "system", content: system },
    { role: "user", content: question },
    { role: "assistant", content: null, reasoning_content: "The booking reference is needed first, then the options that arrive before 17:00.", tool_calls: [
      { id: "call_1", type: "function", function: { name: "get_booking", arguments: '{"ref":"7QKX2M"}' } },
      { id: "call_2", type: "function", function: { name: "search_flights", arguments: '{"from":"OSL","to":"LIS","date":"2026-09-09","arrive_before":"17:00"}' } },
      { id: "call_3", type: "function", function: { name: "hold_seat", arguments: '{"flight":"TP 1693","seat":"14C"}' } },
    ] },
    { role: "tool", tool_call_id: "call_1", content: '{"ref":"7QKX2M","passengers":1,"status":"cancelled"}' },
    { role: "tool", tool_call_id: "call_2", content: '[{"flight":"TP 1693","departs":"13:05","arrives":"15:10"},{"flight":"SK 4411","departs":"12:40","arrives":"16:35"}]' },
    { role: "tool", tool_call_id: "call_3", content: '{"held":true,"until":"15:00"}' },
  ];
  const root = step(name, null, 0, 12410, { type: "AGENT", input: asText({ messages: [{ role: "user", content: question }] }), output: asText({ role: "assistant", content: answer }) });
  step("pii-check", root, 0, 38, { type: "GUARDRAIL", input: question, output: '{"passed":true}' });
  const load = step("load-context", root, 40, 770, { type: "CHAIN" });
  step("get_booking", load, 50, 286, { type: "TOOL", input: '{"ref":"7QKX2M"}', output: '{"ref":"7QKX2M","passengers":1}' });
  const search = step("policy-search", load, 300, 768, { type: "RETRIEVER", input: "cancelled by airline", output: asText([{ title: "Rebooking", text: "A customer whose flight was cancelled by us …" }]) });
  step("embed-query", search, 302, 394, { type: "EMBEDDING", model: "text-embedding-3-small", cost: 0.00002, totalTokens: 12, inputTokens: 12, costLines: [{ key: "input", units: 12, unitPrice: 2e-8, amount: 2.4e-7 }] });
  generation("plan", root, 780, 3000, conversation.slice(0, 2), conversation[2], { toolDefinitions: kTools, toolCallNames: ["get_booking", "search_flights"] });
  const flights = step("flight-search", root, 3010, 9590, { type: "AGENT" });
  generation("choose-query", flights, 3020, 4160, conversation.slice(0, 2), { role: "assistant", content: "OSL to LIS, arriving before 17:00" });
  const args = '{"from":"OSL","to":"LIS","date":"2026-09-09","arrive_before":"17:00"}';
  if (fails) {
    step("search_flights", flights, 4170, 7190, { type: "TOOL", level: "ERROR", statusMessage: "504 Gateway Timeout from flights.internal after 3.0 s", input: args, output: '{"error":"upstream_timeout","status":504,"retryable":true}', events: [{ name: "exception", time: new Date(startMs + 7190).toISOString(), attributes: { "exception.type": "GatewayTimeout", "exception.message": "upstream_timeout" } }] });
    step("search_flights", flights, 7200, 7990, { type: "TOOL", input: args, output: conversation[4].content });
  } else step("search_flights", flights, 4170, 7990, { type: "TOOL", input: args, output: conversation[4].content, level: random() < 0.1 ? "WARNING" : "DEFAULT" });
  generation("rank-options", flights, 8000, 9520, conversation.slice(0, 5), { role: "assistant", content: "TP 1693" });
  step("hold_seat", root, 9600, 10240, { type: "TOOL", input: '{"flight":"TP 1693","seat":"14C"}', output: '{"held":true}' });
  generation("final-answer", root, 10300, 12390, conversation, { role: "assistant", content: answer, finish_reason: "stop" }, { toolDefinitions: kTools, promptName: "rebooking/final-answer", promptVersion: 12 });
  step("seat-held", root, 12400, null, { type: "EVENT", input: '{"seat":"14C"}' });
  step("groundedness", root, 12800, 14110, { type: "EVALUATOR", input: question, output: '{"score":0.58,"reason":"The waiver is not supported by any retrieved policy."}' });
  const value = Math.round((0.35 + random() * 0.6) * 100) / 100;
  const score = (scoreName, fields) => ({ id: hex(random, 12), name: scoreName, dataType: "NUMERIC", value: null, stringValue: null, level: "trace", timestamp: new Date(startMs).toISOString(), source: "EVAL", comment: null, observationId: null, ...fields });
  const scores = random() < 0.85 ? [score("groundedness", { value, comment: "The waiver is not supported by any retrieved policy." })] : [];
  if (random() < 0.4) scores.push(score("outcome", { dataType: "CATEGORICAL", stringValue: pick(random, ["resolved", "open"]), source: "ANNOTATION" }));
  if (random() < 0.2) scores.push(score("csat", { value: 1 + Math.floor(random() * 5), level: "session", source: "API" }));
  const result = traceOf(id, rows, { scores });
  // The answer counts, not what was judged after it.
  result.trace.durationMs = Math.round(12410 * speed);
  return result;
}

/** The recorded traces, as if they had arrived within the last minutes. */
export function recordedTraces(now) {
  const folder = join(contract, "fixtures/traces");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((file) => file.endsWith(".json")).map((file, at) => {
    const { trace, observations } = JSON.parse(readFileSync(join(folder, file), "utf8"));
    const first = Math.min(...observations.map((row) => Date.parse(row.startTime)));
    const shift = now - (at + 1) * 90_000 - first;
    const move = (iso) => (iso ? new Date(Date.parse(iso) + shift).toISOString() : null);
    const rows = observations.map((row) => {
      const details = row.costDetails ?? {};
      const usage = row.usageDetails ?? {};
      return observation({
        id: row.id, traceId: trace.id, parentObservationId: row.parentObservationId ?? null, type: row.type, name: row.name ?? null,
        startTime: move(row.startTime), endTime: move(row.endTime), level: row.level ?? "DEFAULT", statusMessage: row.statusMessage ?? null,
        model: row.model ?? null, modelParameters: row.modelParameters ?? null, input: asText(row.input), output: asText(row.output),
        metadata: row.metadata ?? {}, usage, costs: details, cost: details.total ?? row.calculatedTotalCost ?? null,
        costLines: Object.entries(details).filter(([key]) => key !== "total").map(([key, amount]) => ({ key, units: usage[key] ?? null, unitPrice: usage[key] ? amount / usage[key] : null, amount })),
        inputTokens: usage.input ?? 0, outputTokens: usage.output ?? 0, totalTokens: usage.total ?? 0, userId: trace.userId ?? null,
        sessionId: trace.sessionId ?? null, tags: trace.tags ?? [], environment: trace.environment ?? "default", release: trace.release ?? null,
        scopeName: row.metadata?.scope?.name ?? null, scopeVersion: row.metadata?.scope?.version ?? null,
      });
    });
    return traceOf(trace.id, rows, { name: trace.name ?? file.replace(/-\d.*$/, "") });
  });
}

/** 25,000 steps, 40 levels at the deepest, for scrolling and folding. */
export function largeTrace(now, count = 25_000) {
  const random = randomFrom(7);
  const id = "1a26e000000000000000000000025000";
  const start = now - 600_000;
  const rows = [];
  const types = ["SPAN", "GENERATION", "TOOL", "CHAIN", "RETRIEVER", "AGENT"];
  for (let at = 0; at < count; at++) {
    const parent = at === 0 ? null : at < 40 ? at - 1 : Math.floor((at - 1) / 6);
    const parentRow = parent === null ? null : rows[parent];
    const from = parentRow ? Date.parse(parentRow.startTime) + random() * Math.min(2000, (Date.parse(parentRow.endTime) - Date.parse(parentRow.startTime)) / 2) : start;
    const to = parentRow ? Math.min(Date.parse(parentRow.endTime), from + 20 + random() * 4000) : start + 120_000;
    rows.push(observation({ traceId: id, id: at.toString(16).padStart(16, "0"), parentObservationId: parentRow ? parentRow.id : null, name: `step ${at}`, type: at === 0 ? "AGENT" : pick(random, types), startTime: new Date(from).toISOString(), endTime: new Date(Math.max(from + 1, to)).toISOString(), level: at % 4999 === 4998 ? "ERROR" : "DEFAULT" }));
  }
  return traceOf(id, rows, { name: "large-batch" });
}

export function demoTraces(now, count = 1200) {
  const random = randomFrom(42);
  const traces = [];
  for (let at = 0; at < count; at++) {
    const burst = random() < 0.25 ? 4 * 3_600_000 + random() * 2_400_000 : random() * 86_400_000;
    traces.push(travelTrace(random, now - burst - 20_000));
  }
  return traces;
}

export { randomFrom };
