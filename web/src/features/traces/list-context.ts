// The list a trace was opened from, for one browser tab: the trace page steps through it and leads back to it.
import { isObject } from "@/lib/json";

export interface ListContext {
  /** Address of the list with its filters. */
  href: string;
  /** Trace ids in the order shown, each once. */
  traceIds: string[];
}

const key = (projectId: string) => `clew.list.${projectId}`;

export function rememberList(projectId: string, context: ListContext): void {
  try {
    sessionStorage.setItem(key(projectId), JSON.stringify(context));
  } catch {
    // Stepping through the list is then not offered.
  }
}

export function readList(projectId: string): ListContext | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(key(projectId)) ?? "null");
    return isObject(value) && typeof value["href"] === "string" && Array.isArray(value["traceIds"]) ? (value as unknown as ListContext) : null;
  } catch {
    return null;
  }
}
