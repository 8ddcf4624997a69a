import { ChevronDown, ChevronRight, Search, WrapText } from "lucide-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { copyText } from "@/lib/clipboard";
import { formatCount, plural } from "@/lib/format";
import type { Json } from "@/lib/json";
import { cx } from "@/ui/class-names";
import { IconButton } from "@/ui/button";
import { CopyIconButton } from "@/ui/copy-button";
import { SearchInput } from "@/ui/field";
import { useToast } from "@/ui/toast";
import { isBoolean, useRemembered } from "@/lib/use-remembered";
import { findInLines, pathText, shownText, toLines, type Folds, type JsonLine, type Section } from "./lines";

interface JsonViewerProps {
  sections: Section[];
  label: string;
  /** Fills its parent and offers search and wrapping; otherwise as tall as its lines, up to `maxHeight`. */
  fill?: boolean;
  maxHeight?: number;
}

const kLine = 18;
/** As many characters of a long text are taken to stand side by side until the line was measured. */
const kColumns = 100;

/** The one viewer for every payload: line numbers, folding, search over all sections, copy of node and path, virtual rows. */
export function JsonViewer({ sections, label, fill = false, maxHeight = 360 }: JsonViewerProps) {
  const [folds, setFolds] = useState<Folds>(new Map());
  const [words, setWords] = useState("");
  const [hitAt, setHitAt] = useState(0);
  const [cursor, setCursor] = useState(-1);
  const toast = useToast();
  const [wraps, setWraps] = useRemembered("json.wrap", true, isBoolean);
  const scroller = useRef<HTMLDivElement>(null);
  const treeId = useId();
  const lines = useMemo(() => toLines(sections, folds, words !== ""), [sections, folds, words]);
  const hits = useMemo(() => findInLines(lines, words), [lines, words]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (wraps ? kLine * Math.ceil(lengthOf(lines[index]) / kColumns) : kLine),
    overscan: 20,
    getItemKey: (index) => lines[index]?.id ?? index,
  });
  const fold = (line: JsonLine) => {
    if (canFold(line)) setFolds((current) => new Map(current).set(line.id, isOpenLine(line)));
  };
  const goTo = (step: number) => {
    if (hits.length === 0) return;
    const next = (hitAt + step + hits.length) % hits.length;
    setHitAt(next);
    virtual.scrollToIndex(hits[next] ?? 0, { align: "center" });
  };
  const onTreeKey = (event: KeyboardEvent) => {
    const line = lines[cursor];
    const move = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20 }[event.key];
    if (move !== undefined) {
      const next = Math.min(lines.length - 1, Math.max(0, cursor + move));
      setCursor(next);
      virtual.scrollToIndex(next, { align: "auto" });
    } else if (line && ((event.key === "ArrowLeft" && isOpenLine(line)) || (event.key === "ArrowRight" && canFold(line) && !isOpenLine(line)))) fold(line);
    else if (line && event.key === "c" && !event.metaKey && !event.ctrlKey) copyValue(line, toast);
    else if (line && event.key === "p") copyPath(line, toast);
    else if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    // The tree of steps listens to the same keys.
    event.preventDefault();
  };
  const onSearchKey = (event: KeyboardEvent) => {
    if (event.key === "Enter") goTo(event.shiftKey ? -1 : hits.length > 0 && virtual.scrollOffset === 0 ? 0 : 1);
    if (event.key === "Escape" && words !== "") {
      event.stopPropagation();
      setWords("");
    }
  };
  const height = fill ? undefined : Math.min(maxHeight, virtual.getTotalSize() + 12);
  return (
    <div className={cx("jv", fill && "flex min-h-0 flex-1 flex-col !rounded-none")}>
      {fill && (
        <div className="jv-bar">
          <SearchInput
            label={`Find in ${label}`}
            placeholder="Find in keys and values"
            icon={<Search className="size-3" aria-hidden="true" />}
            boxClassName="!h-6 w-64"
            value={words}
            onChange={(event) => {
              setWords(event.target.value);
              setHitAt(0);
            }}
            onKeyDown={onSearchKey}
            end={words !== "" ? <span className="text-micro text-ink-3">{hits.length === 0 ? "none" : `${hitAt + 1} of ${formatCount(hits.length)}`}</span> : null}
          />
          <span className="flex-1" />
          <span className="text-micro text-ink-3">{plural(lines.length, "line")}</span>
          <IconButton label="Wrap long lines" aria-pressed={wraps} onClick={() => setWraps(!wraps)}>
            <WrapText aria-hidden="true" />
          </IconButton>
          <CopyIconButton label="Copy everything" text={() => JSON.stringify(wholeValue(sections), null, 2)} />
        </div>
      )}
      <div
        ref={scroller}
        className={cx("jv-scroll", fill && "min-h-0 flex-1")}
        style={{ ...(height !== undefined ? { height } : {}), "--ln": String(lines.length).length } as React.CSSProperties}
        role="tree"
        aria-label={label}
        aria-activedescendant={cursor >= 0 ? `${treeId}-${cursor}` : undefined}
        tabIndex={0}
        onKeyDown={onTreeKey}
      >
        <div role="presentation" style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((item) => {
            const line = lines[item.index];
            return line ? (
              <div
                key={item.key}
                id={`${treeId}-${item.index}`}
                role="treeitem"
                tabIndex={-1}
                aria-level={line.depth + 1}
                aria-selected={item.index === cursor}
                {...(canFold(line) ? { "aria-expanded": isOpenLine(line) } : {})}
                ref={wraps ? virtual.measureElement : undefined}
                data-index={item.index}
                className={cx("jv-line", wraps && "wrap", line.kind === "section" && "head")}
                style={{ transform: `translateY(${item.start}px)`, minHeight: kLine }}
              >
                <span className="ln">{item.index + 1}</span>
                <LineBody line={line} words={words} wraps={wraps} isCurrentHit={hits[hitAt] === item.index} onFold={() => fold(line)} />
              </div>
            ) : null;
          })}
        </div>
      </div>
    </div>
  );
}

const lengthOf = (line: JsonLine | undefined) => (line?.part ? line.part.to - line.part.from : 1);

function wholeValue(sections: Section[]): Json {
  const [first] = sections;
  if (sections.length === 1 && first) return first.value;
  return Object.fromEntries(sections.map((section) => [section.name, section.value]));
}

const canFold = (line: JsonLine) => line.kind === "section" || ((line.kind === "open" || line.kind === "folded") && line.size > 0);
const isOpenLine = (line: JsonLine) => line.kind === "open" || (line.kind === "section" && line.size === 0);

function copyValue(line: JsonLine, say: (text: string) => void): void {
  const text = typeof line.value === "string" ? line.value : JSON.stringify(line.value, null, 2);
  void copyText(text).then((copied) => say(copied ? "Copied the value" : "The browser did not allow copying"));
}

function copyPath(line: JsonLine, say: (text: string) => void): void {
  const text = pathText(line.path);
  if (text !== "") void copyText(text).then((copied) => say(copied ? `Copied ${text}` : "The browser did not allow copying"));
}

interface LineBodyProps {
  line: JsonLine;
  words: string;
  wraps: boolean;
  isCurrentHit: boolean;
  onFold: () => void;
}

function LineBody({ line, words, wraps, isCurrentHit, onFold }: LineBodyProps) {
  const toast = useToast();
  return (
    <>
      {/* For the pointer; by keyboard the arrows fold the line. */}
      <span className="fo" aria-hidden="true" onClick={onFold}>
        {canFold(line) && (isOpenLine(line) ? <ChevronDown /> : <ChevronRight />)}
      </span>
      <span className="tx" style={{ paddingLeft: `${line.depth * 2}ch` }}>
        <LineText line={line} words={words} wraps={wraps} isCurrentHit={isCurrentHit} />
      </span>
      {line.kind !== "close" && (
        <span className="acts">
          {line.path.length > 0 && (
            <button type="button" tabIndex={-1} onClick={() => copyPath(line, toast)}>
              Path
            </button>
          )}
          <button type="button" tabIndex={-1} onClick={() => copyValue(line, toast)}>
            Copy
          </button>
        </span>
      )}
    </>
  );
}

function LineText({ line, words, wraps, isCurrentHit }: Omit<LineBodyProps, "onFold">) {
  const isList = Array.isArray(line.value);
  const comma = line.comma ? <span className="p">,</span> : null;
  const key =
    line.key !== null && line.kind !== "section" ? (
      <>
        <span className="k">
          "<Marked text={line.key} words={words} current={isCurrentHit} />"
        </span>
        <span className="p">: </span>
      </>
    ) : null;
  switch (line.kind) {
    case "section":
      return line.key;
    case "open":
      return (
        <>
          {key}
          <span className="p">{isList ? "[" : "{"}</span>
        </>
      );
    case "close":
      return (
        <>
          <span className="p">{isList ? "]" : "}"}</span>
          {comma}
        </>
      );
    case "folded":
      return (
        <>
          {key}
          <span className="p">{isList ? "[" : "{"}</span>
          {line.size > 0 && <span className="c"> {plural(line.size, isList ? "item" : "key")} </span>}
          <span className="p">{isList ? "]" : "}"}</span>
          {comma}
        </>
      );
    default:
      return (
        <>
          {key}
          <Scalar line={line} words={words} wraps={wraps} isCurrentHit={isCurrentHit} />
          {comma}
        </>
      );
  }
}

function Scalar({ line, words, wraps, isCurrentHit }: { line: JsonLine; words: string; wraps: boolean; isCurrentHit: boolean }) {
  const { value, part } = line;
  const shown = shownText(line);
  if (typeof value !== "string") {
    const kind = typeof value === "number" ? "n" : "w";
    return (
      <span className={kind}>
        <Marked text={shown} words={words} current={isCurrentHit} />
      </span>
    );
  }
  return (
    <span className="s">
      {(part === null || part.from === 0) && '"'}
      <Marked text={wraps ? shown : JSON.stringify(shown).slice(1, -1)} words={words} current={isCurrentHit} />
      {(part === null || part.to === value.length) && '"'}
    </span>
  );
}

function Marked({ text, words, current }: { text: string; words: string; current: boolean }) {
  if (words === "") return text;
  const at = text.toLowerCase().indexOf(words.toLowerCase());
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark style={current ? { outline: "1.5px solid var(--focus)" } : undefined}>{text.slice(at, at + words.length)}</mark>
      <Marked text={text.slice(at + words.length)} words={words} current={current} />
    </>
  );
}
