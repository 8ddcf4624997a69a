import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef } from "react";
import { formatTick } from "@/lib/format";
import { useSize } from "@/lib/use-size";
import { timeTicks } from "./axis";
import { TreeRow } from "./tree-row";
import type { TraceTreeState } from "./use-trace-tree";

interface WaterfallProps {
  state: TraceTreeState;
  mode: "waterfall" | "tree";
  rowHeight: number;
  showCritical: boolean;
  showCost: boolean;
  /** Share of the width that the right column takes. */
  barShare: number;
  onOpen?: () => void;
  /** The pointer rests on a step: what it holds may be wanted next. */
  onHover?: (id: string) => void;
}

const kLabelRoom = 58;
const kAxis = 22;
/** Rows are drawn into places that are used again: scrolling changes them instead of building new ones. */
const kPool = 256;

/** Tree and timeline on one row, in one virtual list. */
export function Waterfall({ state, mode, rowHeight, showCritical, showCost, barShare, onOpen, onHover }: WaterfallProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { width } = useSize(scroller);
  const { tree, visible, selected, collapsed, hits, select, toggle } = state;
  const hitSet = useMemo(() => new Set(hits), [hits]);
  const barWidth = Math.round(Math.max(140, Math.min(width - 160, width * barShare)));
  const total = Math.max(1, tree.end - tree.start);
  const { step, ticks } = timeTicks(total, Math.max(2, Math.floor((barWidth - kLabelRoom) / 56)));
  const scale = Math.max(40, barWidth - kLabelRoom) / total;
  const head = mode === "waterfall" ? kAxis : 0;
  const virtual = useVirtualizer({
    count: visible.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    scrollMargin: head,
    scrollPaddingStart: head + 4,
    scrollPaddingEnd: 4,
  });

  const selectedAt = selected ? visible.indexOf(selected.index) : -1;
  const scrolledTo = useRef<string | null>(null);
  useEffect(() => {
    const id = selected?.row.id ?? null;
    if (selectedAt < 0 || scrolledTo.current === id) return;
    scrolledTo.current = id;
    virtual.scrollToIndex(selectedAt, { align: "auto" });
  }, [selectedAt, selected, virtual]);

  const columns = `minmax(0, 1fr) ${mode === "waterfall" ? barWidth : Math.min(340, barWidth)}px`;
  return (
    <div ref={scroller} className="scroll" style={{ "--wf-cols": columns, "--wf-w": `${barWidth}px` } as React.CSSProperties}>
      {mode === "waterfall" && (
        <div className="wax" aria-hidden="true">
          <div />
          <div className="ax">
            {ticks.map((tick) => (
              <span key={tick} style={{ left: tick === 0 ? 4 : tick * scale }}>
                {formatTick(tick, step)}
              </span>
            ))}
          </div>
        </div>
      )}
      <div
        role="tree"
        aria-label="Steps"
        tabIndex={0}
        aria-activedescendant={selected ? `step-${selected.row.id}` : undefined}
        className="wf"
        style={{ height: virtual.getTotalSize(), "--row-h": `${rowHeight}px` } as React.CSSProperties}
        onKeyDown={(event) => event.key === "Enter" && onOpen?.()}
      >
        {mode === "waterfall" && (
          <div className="wgrid" aria-hidden="true">
            {ticks.slice(1).map((tick) => (
              <i key={tick} style={{ left: tick * scale }} />
            ))}
          </div>
        )}
        {virtual.getVirtualItems().map((item) => {
          const node = tree.nodes[visible[item.index] ?? -1];
          return node ? (
            <TreeRow
              key={item.index % kPool}
              tree={tree}
              node={node}
              top={item.start - head}
              mode={mode}
              width={barWidth}
              isSelected={node === selected}
              isCollapsed={collapsed.has(node.row.id)}
              isHit={hitSet.has(node.index)}
              showCritical={showCritical}
              showCost={showCost}
              position={item.index}
              count={visible.length}
              onSelect={select}
              onToggle={toggle}
              onHover={onHover}
            />
          ) : null;
        })}
      </div>
    </div>
  );
}
