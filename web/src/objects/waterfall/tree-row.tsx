import { Repeat } from "lucide-react";
import { memo, type CSSProperties, type MouseEvent } from "react";
import { formatDuration, formatMoney, formatTokens, plural } from "@/lib/format";
import { cx } from "@/ui/class-names";
import { Glyph } from "../marks/glyph";
import type { TraceTree, TreeNode } from "./tree";

/** Deeper levels are no longer indented: the name has to stay readable. */
const kMaxIndent = 18;
/** Room kept right of the last bar for its label. */
const kLabelRoom = 58;

interface TreeRowProps {
  tree: TraceTree;
  node: TreeNode;
  top: number;
  mode: "waterfall" | "tree";
  width: number;
  isSelected: boolean;
  isCollapsed: boolean;
  isHit: boolean;
  showCritical: boolean;
  showCost: boolean;
  position: number;
  count: number;
  onSelect: (id: string) => void;
  onHover: ((id: string) => void) | undefined;
  onToggle: (id: string) => void;
}

export const TreeRow = memo(function TreeRow(props: TreeRowProps) {
  const { node, top, mode, isSelected, isCollapsed, position, count, onSelect, onHover, onToggle } = props;
  const hasChildren = node.children.length > 0;
  const toggle = (event: MouseEvent) => {
    event.stopPropagation();
    onToggle(node.row.id);
  };
  return (
    // The tree has the focus and moves by keyboard; rows only take the pointer.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      role="treeitem"
      id={`step-${node.row.id}`}
      tabIndex={-1}
      aria-level={node.depth + 1}
      aria-posinset={position + 1}
      aria-setsize={count}
      aria-selected={isSelected}
      {...(hasChildren ? { "aria-expanded": !isCollapsed } : {})}
      className="wr"
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onSelect(node.row.id)}
      onPointerEnter={() => onHover?.((node.tries.at(-1) ?? node.row).id)}
    >
      <NameCell {...props} hasChildren={hasChildren} onCaret={toggle} />
      {mode === "waterfall" ? <BarCell {...props} /> : <FiguresCell node={node} />}
    </div>
  );
});

function NameCell({ tree, node, isCollapsed, isHit, showCritical, showCost, mode, hasChildren, onCaret }: TreeRowProps & {
  hasChildren: boolean;
  onCaret: (event: MouseEvent) => void;
}) {
  const { row } = node;
  const fullName = row.name ?? row.type.toLowerCase();
  const name = node.attempt !== null ? `attempt ${node.attempt}` : fullName;
  const isError = row.level === "ERROR";
  return (
    <div className="wn" style={{ "--d": Math.min(node.depth, kMaxIndent) } as CSSProperties}>
      <Guides tree={tree} node={node} showCritical={showCritical} />
      {hasChildren ? (
        <span className="car" onClick={onCaret} aria-hidden="true">
          <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round">
            <path d={isCollapsed ? "m9 18 6-6-6-6" : "m6 9 6 6 6-6"} />
          </svg>
        </span>
      ) : (
        <span className="nocar" />
      )}
      <Glyph type={row.type} />
      <span className={cx("nme", isError && "err")} title={row.statusMessage ? `${fullName}\n${row.statusMessage}` : fullName}>
        {isHit ? <mark>{name}</mark> : name}
      </span>
      {isCollapsed && hasChildren && <span className="text-micro text-ink-3">{plural(node.descendants, "step")}</span>}
      {node.tries.length > 0 && (
        <span className="badge">
          <Repeat aria-hidden="true" />
          {node.tries.length} tries
        </span>
      )}
      {row.level === "WARNING" && <span className="lvl warning">WARNING</span>}
      {isError && <span className="lvl error">ERROR</span>}
      {node.isAfterResponse && <span className="badge line">after response</span>}
      {node.isRunning && <span className="badge acc">running</span>}
      {showCost && mode === "waterfall" && (
        <span className="sub" title={node.children.length > 0 && row.cost === null ? "sum of the steps below" : undefined}>
          {formatMoney(node.subtreeCost)}
        </span>
      )}
    </div>
  );
}

/** The lines that connect a step to its parent; in the colour of the thread where the critical path runs. */
function Guides({ tree, node, showCritical }: Pick<TreeRowProps, "tree" | "node" | "showCritical">) {
  const lines = [];
  let at: TreeNode | undefined = node;
  for (let level = node.depth - 1; level >= 0 && at; level--) {
    const style = { "--l": Math.min(level, kMaxIndent - 1) } as CSSProperties;
    const isOwn = at === node;
    if (level < kMaxIndent) {
      if (!at.isLastChild || isOwn) lines.push(<i key={level} className={cx("g", isOwn && at.isLastChild && "half")} style={style} />);
      if (showCritical && (at.threadGoesOn || (isOwn && at.isCritical))) {
        lines.push(<i key={`c${level}`} className={cx("g cp", !at.threadGoesOn && "half")} style={style} />);
      }
      if (showCritical && isOwn && at.isCritical) {
        const long = node.children.length === 0 ? { ...style, width: 19 } : style;
        lines.push(<i key="elbow" className="elb" style={long} />);
      }
    }
    at = tree.nodes[at.parent];
  }
  return lines;
}

function BarCell({ tree, node, width, showCritical }: TreeRowProps) {
  const total = Math.max(1, tree.end - tree.start);
  const scale = Math.max(40, width - kLabelRoom) / total;
  const left = (node.start - tree.start) * scale;
  const length = Math.max(3, (node.end - node.start) * scale);
  const { row } = node;
  const glyphClass = `g-${row.type.toLowerCase()}`;
  if (row.type === "EVENT") {
    return (
      <div className="wb">
        <i className={cx("evt", glyphClass)} style={{ left: left + 4 }} />
      </div>
    );
  }
  const label = node.isRunning ? "running" : formatDuration(node.end - node.start);
  const labelWidth = label.length * 6 + 6;
  const fitsRight = left + length + labelWidth < width;
  const labelLeft = fitsRight ? left + length + (row.level === "ERROR" ? 8 : 5) : Math.max(0, left - labelWidth);
  const firstToken = row.timeToFirstTokenMs !== null ? Math.min(length, row.timeToFirstTokenMs * scale) : 0;
  const classes = cx("bar", glyphClass, row.level === "ERROR" && "err", node.isAfterResponse && "soft", node.isRunning && "running");
  return (
    <div className="wb">
      <i className={classes} style={{ left, width: length }}>
        {firstToken >= 2 && <i className="ttft" style={{ width: firstToken }} />}
      </i>
      {showCritical && node.isCritical && <i className="cpl" style={{ left, width: length }} />}
      <span className="bl" style={{ left: labelLeft }}>
        {label}
      </span>
    </div>
  );
}

function FiguresCell({ node }: { node: TreeNode }) {
  const { row } = node;
  return (
    <div className="num flex items-center justify-end gap-3 whitespace-nowrap pr-3 text-small text-ink-2">
      {row.model && <span className="truncate text-ink-3">{row.model}</span>}
      <span className="w-14 text-right">{formatTokens(row.totalTokens === 0 ? null : row.totalTokens)}</span>
      <span className="w-17 text-right">{formatMoney(node.subtreeCost)}</span>
      <span className="w-16 text-right">{row.type === "EVENT" ? "" : node.isRunning ? "running" : formatDuration(node.end - node.start)}</span>
    </div>
  );
}
