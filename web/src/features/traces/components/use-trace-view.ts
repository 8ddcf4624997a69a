import { useQuery } from "@tanstack/react-query";
import { useMemo, type RefObject } from "react";
import { copyText } from "@/lib/clipboard";
import { useHotkeys } from "@/lib/use-hotkeys";
import { useRemembered } from "@/lib/use-remembered";
import { useTraceTree, type TraceTreeState } from "@/objects/waterfall/use-trace-tree";
import { useToast } from "@/ui/toast";
import { traceQuery } from "../api/queries";
import { useTracesSearch } from "../view-state";
import { isRendering, type Rendering, type StepTab } from "./step-panel";
import { isStepsMode, type StepsMode, type StepsPaneHandle } from "./steps-pane";

/** Asked again while steps are still running. */
const kRunningMs = 2000;

/** What page and peek share: the trace, its tree, the selected step in the URL and the keys. */
export function useTraceView(projectId: string, traceId: string, pane: RefObject<StepsPaneHandle | null>) {
  const [search, change] = useTracesSearch();
  const query = useQuery({
    ...traceQuery(projectId, traceId),
    refetchInterval: (current) => (current.state.data?.trace.running === true ? kRunningMs : false),
  });
  const [mode, setMode] = useRemembered<StepsMode>("trace.mode", "waterfall", isStepsMode);
  const rows = useMemo(() => query.data?.observations ?? [], [query.data]);
  const state = useTraceTree(rows, search.observation ?? null, (id) => change({ observation: id }, { replace: true }));
  useTraceKeys(state, pane, setMode);
  const firstTokenMs = useMemo(() => firstToken(state), [state]);
  return {
    query, state, mode, setMode, firstTokenMs,
    tab: search.tab,
    setTab: (tab: StepTab) => change({ tab: tab === "messages" ? undefined : tab }, { replace: true }),
  };
}

/** From the beginning of the trace to the first token of the last answer of its path. */
function firstToken(state: TraceTreeState): number | null {
  const spoken = state.tree.nodes.filter((node) => node.isCritical && node.row.timeToFirstTokenMs !== null);
  const last = spoken.at(-1);
  return last ? last.start - state.tree.start + (last.row.timeToFirstTokenMs ?? 0) : null;
}

function useTraceKeys(state: TraceTreeState, pane: RefObject<StepsPaneHandle | null>, setMode: (mode: StepsMode) => void): void {
  const toast = useToast();
  const [rendering, setRendering] = useRemembered<Rendering>("step.rendering", "chat", isRendering);
  useHotkeys({
    ArrowDown: () => state.move(1),
    ArrowUp: () => state.move(-1),
    PageDown: () => state.move(20),
    PageUp: () => state.move(-20),
    Home: () => state.move(-state.visible.length),
    End: () => state.move(state.visible.length),
    ArrowLeft: state.foldOrParent,
    ArrowRight: state.unfoldOrChild,
    e: state.nextError,
    s: state.nextSlow,
    n: () => state.nextHit(1),
    "shift+n": () => state.nextHit(-1),
    o: () => pane.current?.toggleCritical(),
    "/": () => pane.current?.find(),
    "1": () => setMode("waterfall"),
    "2": () => setMode("tree"),
    "3": () => setMode("transcript"),
    m: () => setRendering(rendering === "chat" ? "json" : "chat"),
    y: () => {
      const id = state.selectedRow?.id;
      if (id) void copyText(id).then((copied) => toast(copied ? `Copied ${id}` : "The browser did not allow copying"));
    },
  });
}
