// A project of its own for every run, filled through the public ingestion door, so that the same scripts run against the
// mock server and against Clew itself.
import { baseUrl } from "./browser.mjs";

const kQuestion = "My flight HT 417 to Lisbon was cancelled, can you put me on the next one?";
const kAnswer = "I moved you to **TP 1693**, leaving Oslo at 13:05.";

/** What the browser's session may do, without the browser's pages. */
export async function callUi(page, method, path, body) {
  return page.evaluate(
    async ([verb, url, payload]) => {
      const session = await (await fetch("/api/ui/session")).json();
      const response = await fetch(url, {
        method: verb,
        headers: { "content-type": "application/json", "x-clew-csrf": session.csrfToken ?? "" },
        ...(payload === null ? {} : { body: JSON.stringify(payload) }),
      });
      if (!response.ok) throw new Error(`${verb} ${url}: ${response.status} ${await response.text()}`);
      return response.json();
    },
    [method, path, body ?? null],
  );
}

export async function newProject(page, name) {
  const session = await callUi(page, "GET", "/api/ui/session");
  const organization = session.organizations[0];
  const project = await callUi(page, "POST", `/api/ui/organizations/${organization.id}/projects`, { name });
  const key = await callUi(page, "POST", `/api/ui/projects/${project.id}/api-keys`, { name: "e2e" });
  return { id: project.id, name, key };
}

export async function send(key, events) {
  for (let at = 0; at < events.length; at += 500) {
    const response = await fetch(`${baseUrl}/api/public/ingestion`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Basic ${btoa(`${key.publicKey}:${key.secretKey}`)}` },
      body: JSON.stringify({ batch: events.slice(at, at + 500) }),
    });
    if (!response.ok) throw new Error(`ingestion: ${response.status} ${await response.text()}`);
    const answer = await response.json();
    if (answer.errors?.length) throw new Error(`ingestion refused: ${JSON.stringify(answer.errors[0])}`);
  }
}

let counter = 0;
const event = (type, body) => ({ id: `e2e-${Date.now()}-${counter++}`, type, timestamp: new Date().toISOString(), body });

/** One run: agent, two models, a tool that may fail, a score. */
export function travelEvents(id, startMs, { name = "rebooking-agent", environment = "production", fails = false, seconds = 4, userId = "u_1", question = kQuestion } = {}) {
  const at = (share) => new Date(startMs + share * seconds * 1000).toISOString();
  const step = (type, key, parent, from, to, more = {}) =>
    event(`${type}-create`, { id: `${id}-${key}`, traceId: id, parentObservationId: parent && `${id}-${parent}`, name: key, startTime: at(from), endTime: at(to), environment, ...more });
  const messages = [{ role: "system", content: "You are the rebooking agent. Never promise a seat that is not held." }, { role: "user", content: question }];
  const call = { role: "assistant", content: null, tool_calls: [{ id: "call_1", type: "function", function: { name: "search_flights", arguments: '{"from":"OSL","to":"LIS"}' } }] };
  return [
    event("trace-create", { id, name, userId, sessionId: `s-${userId}`, timestamp: at(0), environment, tags: fails ? ["disruption"] : [], release: "2026.9.2", input: { messages: [messages[1]] }, output: { role: "assistant", content: kAnswer } }),
    step("agent", "agent", null, 0, 1, { input: { messages: [messages[1]] }, output: { role: "assistant", content: kAnswer } }),
    step("generation", "plan", "agent", 0.05, 0.3, { model: "gpt-4o-mini", input: messages, output: call, usageDetails: { input: 420, output: 60 }, costDetails: { input: 0.000063, output: 0.000036 } }),
    step("tool", "search_flights", "agent", 0.3, 0.6, { input: { from: "OSL", to: "LIS" }, output: fails ? { error: "upstream_timeout", status: 504 } : [{ flight: "TP 1693" }], ...(fails ? { level: "ERROR", statusMessage: "504 Gateway Timeout from flights.internal" } : {}) }),
    step("generation", "final-answer", "agent", 0.65, 0.98, { model: "gpt-4o-mini", input: [...messages, call, { role: "tool", tool_call_id: "call_1", content: '[{"flight":"TP 1693"}]' }], output: { role: "assistant", content: kAnswer }, usageDetails: { input: 900, output: 120 }, costDetails: { input: 0.000135, output: 0.000072 } }),
    event("score-create", { id: `${id}-score`, traceId: id, name: "groundedness", value: 0.72, dataType: "NUMERIC", environment }),
  ];
}

export function manyTraces(count, now = Date.now()) {
  return Array.from({ length: count }, (_, at) =>
    travelEvents(`e2e${now.toString(16)}${String(at).padStart(6, "0")}`, now - 60_000 - at * 240_000, {
      name: at % 3 === 0 ? "refund-policy-qa" : "rebooking-agent",
      environment: at % 4 === 0 ? "staging" : "production",
      fails: at % 10 === 1,
      seconds: 1 + ((at * 7) % 20),
      userId: `u_${at % 5}`,
      question: at === 7 ? "where is the wombat now" : kQuestion,
    }),
  ).flat();
}

/** A trace of many steps, for scrolling. */
export function largeTraceEvents(id, count, startMs = Date.now() - 300_000) {
  const events = [event("trace-create", { id, name: "large-batch", timestamp: new Date(startMs).toISOString() })];
  for (let at = 0; at < count; at++) {
    const from = startMs + at * 3;
    events.push(event("span-create", {
      id: `${id}-${at}`, traceId: id, name: `step ${at}`, parentObservationId: at === 0 ? undefined : `${id}-${Math.floor((at - 1) / 6)}`,
      startTime: new Date(from).toISOString(), endTime: new Date(at === 0 ? startMs + count * 3 + 50 : from + 40).toISOString(), level: at === count - 1 ? "ERROR" : "DEFAULT",
    }));
  }
  return events;
}
