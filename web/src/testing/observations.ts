import type { ObservationRow } from "@/lib/api-types";

const kBase = Date.parse("2026-09-09T12:00:00.000Z");

/** An observation from `startMs` to `endMs` after noon; null leaves it running. */
export function observation(id: string, parent: string | null, startMs: number, endMs: number | null, more: Partial<ObservationRow> = {}): ObservationRow {
  return {
    id,
    traceId: "trace",
    parentObservationId: parent,
    startTime: new Date(kBase + startMs).toISOString(),
    endTime: endMs === null ? null : new Date(kBase + endMs).toISOString(),
    durationMs: endMs === null ? null : endMs - startMs,
    timeToFirstTokenMs: null,
    type: "SPAN",
    name: id,
    level: "DEFAULT",
    statusMessage: null,
    model: null,
    cost: null,
    inputTokens: 0,
    outputTokens: 0,
    totalTokens: 0,
    traceName: null,
    userId: null,
    sessionId: null,
    environment: "default",
    tags: [],
    release: null,
    version: null,
    promptName: null,
    promptVersion: null,
    inputPreview: null,
    outputPreview: null,
    toolCallNames: [],
    ...more,
  };
}
