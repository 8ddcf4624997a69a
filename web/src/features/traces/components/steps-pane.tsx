import { CircleAlert, FoldVertical, Route, Search, SlidersHorizontal, UnfoldVertical } from "lucide-react";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useImperativeHandle, useRef, type KeyboardEvent, type Ref } from "react";
import type { TraceDetail } from "@/lib/api-types";
import { formatCount } from "@/lib/format";
import { isBoolean, useRemembered } from "@/lib/use-remembered";
import { Waterfall } from "@/objects/waterfall/waterfall";
import type { TraceTreeState } from "@/objects/waterfall/use-trace-tree";
import { IconButton } from "@/ui/button";
import { SearchInput } from "@/ui/field";
import { Kbd } from "@/ui/kbd";
import { Menu, MenuChoice, MenuItem, MenuSeparator } from "@/ui/menu";
import { Segmented } from "@/ui/tabs";
import { observationQuery } from "../api/queries";
import { Transcript } from "./transcript";

/** A pointer that only passes by fetches nothing. */
const kHoverMs = 80;

export type StepsMode = "waterfall" | "tree" | "transcript";
export const isStepsMode = (value: unknown): value is StepsMode => value === "waterfall" || value === "tree" || value === "transcript";

export interface StepsPaneHandle {
  find: () => void;
  toggleCritical: () => void;
}

interface StepsPaneProps {
  projectId: string;
  detail: TraceDetail;
  state: TraceTreeState;
  mode: StepsMode;
  onMode: (mode: StepsMode) => void;
  rowHeight: number;
  barShare: number;
  isPeek?: boolean;
  ref?: Ref<StepsPaneHandle>;
}

/** Waterfall, tree or transcript of one trace, with find, errors and the critical path. */
export function StepsPane({ projectId, detail, state, mode, onMode, rowHeight, barShare, isPeek = false, ref }: StepsPaneProps) {
  const [showCritical, setShowCritical] = useRemembered("trace.critical", true, isBoolean);
  const [showCost, setShowCost] = useRemembered("trace.cost", true, isBoolean);
  const findInput = useRef<HTMLDivElement>(null);
  useImperativeHandle(ref, () => ({
    find: () => findInput.current?.querySelector("input")?.focus(),
    toggleCritical: () => setShowCritical(!showCritical),
  }));
  const { tree, find, setFind, hits } = state;
  const client = useQueryClient();
  const traceId = detail.trace.id;
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const prefetch = useCallback(
    (id: string) => {
      clearTimeout(waiting.current);
      waiting.current = setTimeout(() => void client.prefetchQuery(observationQuery(projectId, traceId, id)), kHoverMs);
    },
    [client, projectId, traceId],
  );
  const onFindKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter") state.nextHit(event.shiftKey ? -1 : 1);
    if (event.key !== "Escape") return;
    event.stopPropagation();
    if (find !== "") setFind("");
    event.currentTarget.blur();
  };
  const at = state.selected ? hits.indexOf(state.selected.index) : -1;
  const found = hits.length === 0 ? "none" : at >= 0 ? `${at + 1} of ${formatCount(hits.length)}` : formatCount(hits.length);
  return (
    <>
      <div className="phead">
        <Segmented
          label="View"
          items={[
            { value: "waterfall", label: "Waterfall", ...(isPeek ? {} : { hint: "1" }) },
            { value: "tree", label: "Tree", ...(isPeek ? {} : { hint: "2" }) },
            { value: "transcript", label: "Transcript", ...(isPeek ? {} : { hint: "3" }) },
          ]}
          value={mode}
          onChange={onMode}
        />
        <span className="flex-1" />
        <div ref={findInput} className="min-w-16 max-w-44 flex-1">
          <SearchInput
            label="Find in trace"
            placeholder="Find in trace"
            title="Names, ids, models and the beginning of inputs and outputs"
            icon={<Search className="size-3" aria-hidden="true" />}
            boxClassName="!h-6.5 text-small"
            value={find}
            onChange={(event) => setFind(event.target.value)}
            onKeyDown={onFindKey}
            end={find === "" ? <Kbd>/</Kbd> : <span className="num whitespace-nowrap text-micro text-ink-3">{found}</span>}
          />
        </div>
        <IconButton label="Critical path" shortcut="O" aria-pressed={showCritical} onClick={() => setShowCritical(!showCritical)}>
          <Route aria-hidden="true" />
        </IconButton>
        <IconButton
          label={tree.errors.length === 0 ? "No errors" : `Next of ${formatCount(tree.errors.length)} errors`}
          shortcut="E"
          disabled={tree.errors.length === 0}
          onClick={state.nextError}
        >
          <CircleAlert className={tree.errors.length > 0 ? "text-danger" : undefined} aria-hidden="true" />
        </IconButton>
        <Menu
          align="end"
          trigger={
            <button type="button" className="icb s" aria-label="View options">
              <SlidersHorizontal aria-hidden="true" />
            </button>
          }
        >
          <MenuItem icon={<FoldVertical aria-hidden="true" />} onSelect={state.collapseAll}>
            Fold all
          </MenuItem>
          <MenuItem icon={<UnfoldVertical aria-hidden="true" />} onSelect={state.expandAll}>
            Unfold all
          </MenuItem>
          <MenuSeparator />
          <MenuChoice checked={showCost} onSelect={() => setShowCost(!showCost)}>
            Cost
          </MenuChoice>
          <MenuChoice checked={showCritical} onSelect={() => setShowCritical(!showCritical)}>
            Critical path
          </MenuChoice>
        </Menu>
      </div>
      {detail.truncated && (
        <div className="note warn m-2 flex-none">
          The trace has more steps than are listed here: the first {formatCount(detail.observations.length)} by start time.
        </div>
      )}
      {mode === "transcript" ? (
        <Transcript projectId={projectId} detail={detail} state={state} />
      ) : (
        <Waterfall state={state} mode={mode} rowHeight={rowHeight} showCritical={showCritical} showCost={showCost && !isPeek} barShare={barShare} onHover={prefetch} />
      )}
    </>
  );
}
