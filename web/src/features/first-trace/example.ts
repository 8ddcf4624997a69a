import type { ObservationRow, ObservationType } from "@/lib/api-types";

/** The picture of a first trace: an illustration, labelled as such, not data. */
const kBase = Date.UTC(2026, 0, 1);

function step(id: string, parent: string | null, type: ObservationType, from: number, to: number, firstTokenMs: number | null = null): ObservationRow {
  return {
    id, traceId: "example", parentObservationId: parent, type, name: id,
    startTime: new Date(kBase + from).toISOString(), endTime: new Date(kBase + to).toISOString(), durationMs: to - from,
    timeToFirstTokenMs: firstTokenMs, level: "DEFAULT", statusMessage: null, model: null, cost: null,
    inputTokens: 0, outputTokens: 0, totalTokens: 0, traceName: null, userId: null, sessionId: null, environment: "default",
    tags: [], release: null, version: null, promptName: null, promptVersion: null, inputPreview: null, outputPreview: null, toolCallNames: [],
  };
}

export const exampleSteps: ObservationRow[] = [
  step("first-request", null, "AGENT", 0, 4900),
  step("search", "first-request", "RETRIEVER", 50, 650),
  step("answer", "first-request", "GENERATION", 700, 3800, 600),
  step("lookup_order", "answer", "TOOL", 1200, 2100),
  step("check", "first-request", "GUARDRAIL", 3900, 4800),
];
