// The fields one can ask for, per view: their name in the query bar, their column in the API's filter, and how a value
// is written. Bar, facets, URL and table all read this one list.
import type { View } from "@/lib/api-types";

export type FieldKind = "option" | "options" | "text" | "number" | "metadata" | "score";
export type Unit = "s" | "usd" | "tokens" | "count";

export interface Field {
  /** As typed: `duration`. */
  name: string;
  aliases: string[];
  /** As the API's filter names it: `latency`. */
  column: string;
  kind: FieldKind;
  label: string;
  unit?: Unit;
  /** Of metadata and scores: which of them. */
  key?: string;
  hint: string;
}

const field = (name: string, column: string, kind: FieldKind, label: string, hint: string, more: Partial<Field> = {}): Field => ({
  name, column, kind, label, hint, aliases: [], ...more,
});

const kShared: Field[] = [
  field("env", "environment", "option", "Environment", "where it ran", { aliases: ["environment"] }),
  field("level", "level", "option", "Level", "DEBUG, DEFAULT, WARNING or ERROR", { aliases: ["status"] }),
  field("state", "state", "option", "State", "running or ended", { aliases: ["is"] }),
  field("name", "name", "option", "Name", "name sent by the client"),
  field("user", "userId", "option", "User", "user id", { aliases: ["userId"] }),
  field("session", "sessionId", "option", "Session", "session id", { aliases: ["sessionId"] }),
  field("tags", "tags", "options", "Tags", "tags of the trace", { aliases: ["tag"] }),
  field("release", "release", "option", "Release", "release of the application"),
  field("version", "version", "option", "Version", "version of the component"),
  field("duration", "latency", "number", "Duration", "such as >5s or <200ms", { unit: "s", aliases: ["latency"] }),
  field("cost", "totalCost", "number", "Cost", "US dollars, such as >0.05", { unit: "usd", aliases: ["totalCost"] }),
  field("tokens", "totalTokens", "number", "Tokens", "all tokens, such as >50000", { unit: "tokens", aliases: ["totalTokens"] }),
  field("inputTokens", "inputTokens", "number", "Input tokens", "tokens sent to models", { unit: "tokens" }),
  field("outputTokens", "outputTokens", "number", "Output tokens", "tokens written by models", { unit: "tokens" }),
  field("id", "id", "text", "Id", "exact id"),
];

const kTraces: Field[] = [
  field("errors", "errorCount", "number", "Errors", "steps with level ERROR", { unit: "count", aliases: ["errorCount"] }),
  field("warnings", "warningCount", "number", "Warnings", "steps with level WARNING", { unit: "count", aliases: ["warningCount"] }),
];

const kObservations: Field[] = [
  field("type", "type", "option", "Type", "generation, tool, agent …"),
  field("model", "model", "option", "Model", "name sent by the client"),
  field("traceName", "traceName", "option", "Trace name", "name of the whole trace"),
  field("prompt", "promptName", "option", "Prompt", "prompt used", { aliases: ["promptName"] }),
  field("tool", "calledToolNames", "options", "Tools called", "names of tools the model called", { aliases: ["calledToolNames"] }),
  field("ttft", "timeToFirstToken", "number", "Time to first token", "such as >1s", { unit: "s", aliases: ["timeToFirstToken"] }),
  field("statusMessage", "statusMessage", "text", "Status message", "text of an error"),
  field("traceId", "traceId", "text", "Trace id", "exact id", { aliases: ["trace"] }),
  field("clock", "clock", "option", "Clock", "of the sender: plausible, ahead, behind or replaced"),
];

const kByView: Record<View, Field[]> = {
  traces: [...kShared, ...kTraces],
  observations: [...kShared, ...kObservations],
};

export function fieldsOf(view: View): Field[] {
  return kByView[view];
}

/** Fields with a name of their own behind the point; how they begin is offered while typing. */
export const kKeyedFields: Record<View, { prefix: string; hint: string }[]> = {
  traces: [
    { prefix: "metadata.", hint: "any key, such as metadata.region:eu" },
    { prefix: "score.", hint: "any score, such as score.groundedness:<0.7" },
  ],
  observations: [{ prefix: "metadata.", hint: "any key, such as metadata.region:eu" }],
};

export function findField(view: View, name: string): Field | undefined {
  const keyed = /^(metadata|scores?)\."?([^"]+)"?$/.exec(name);
  if (keyed?.[2] !== undefined) return keyedField(view, keyed[1] === "metadata" ? "metadata" : "score", keyed[2]);
  const wanted = name.toLowerCase();
  return fieldsOf(view).find(
    (candidate) => candidate.name.toLowerCase() === wanted || candidate.aliases.some((alias) => alias.toLowerCase() === wanted),
  );
}

function keyedField(view: View, kind: "metadata" | "score", key: string): Field | undefined {
  const written = /^[\w.-]+$/.test(key) ? key : `"${key}"`;
  if (kind === "metadata") return field(`metadata.${written}`, "metadata", kind, key, "a value, such as eu or *part*", { key });
  if (view !== "traces") return undefined;
  return field(`score.${written}`, "scores_avg", kind, key, "a number, such as <0.7, or a category", { key });
}

/** The field of a facet, which the server names by filter column. */
export function fieldOfColumn(view: View, column: string): Field | undefined {
  return fieldsOf(view).find((candidate) => candidate.column === column) ?? findField(view, column);
}
