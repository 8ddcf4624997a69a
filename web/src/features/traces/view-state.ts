// What the tracing screens keep in the URL, declared once: reload, share and Back give the same picture.
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

export interface TracesSearch {
  /** `observations`; traces when absent. */
  view?: "observations";
  /** The query as typed. */
  q?: string;
  /** A preset such as `7d`, or two instants; the project's remembered range when absent. */
  range?: string;
  /** `column.desc`. */
  sort?: string;
  page?: number;
  /** Upper bound of time while on a later page. */
  until?: string;
  /** `off`; live when absent. */
  live?: "off";
  /** The trace in the peek. */
  peek?: string;
  /** The selected step. */
  observation?: string;
  /** The facet of the step that is shown. */
  tab?: string;
}

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

/** Drops what is absent or not understood. */
export function readTracesSearch(search: Record<string, unknown>): TracesSearch {
  const page = Number(search["page"]);
  const read: TracesSearch = {};
  const assign = <Key extends keyof TracesSearch>(key: Key, value: TracesSearch[Key] | undefined) => {
    if (value !== undefined) read[key] = value;
  };
  assign("view", search["view"] === "observations" ? "observations" : undefined);
  assign("q", text(search["q"]));
  assign("range", text(search["range"]));
  assign("sort", text(search["sort"]));
  assign("page", Number.isInteger(page) && page > 1 ? page : undefined);
  assign("until", text(search["until"]));
  assign("live", search["live"] === "off" ? "off" : undefined);
  assign("peek", text(search["peek"]));
  assign("observation", text(search["observation"]));
  assign("tab", text(search["tab"]));
  return read;
}

export type TracesPatch = { [Key in keyof TracesSearch]?: TracesSearch[Key] | undefined };

/** The state and a way to change parts of it; `replace` where Back should not stop at every step. */
export function useTracesSearch(): [TracesSearch, (patch: TracesPatch, options?: { replace?: boolean }) => void] {
  const search: TracesSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = useCallback(
    (patch: TracesPatch, options: { replace?: boolean } = {}) => {
      void navigate({
        to: ".",
        search: (previous: Record<string, unknown>) =>
          Object.fromEntries(Object.entries({ ...previous, ...patch }).filter(([, value]) => value !== undefined)),
        replace: options.replace ?? false,
      });
    },
    [navigate],
  );
  return [search, change];
}

export function tracePath(projectId: string, traceId: string, observationId?: string | null): string {
  const base = `/project/${encodeURIComponent(projectId)}/traces/${encodeURIComponent(traceId)}`;
  return observationId ? `${base}?observation=${encodeURIComponent(observationId)}` : base;
}
