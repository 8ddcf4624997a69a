import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ChevronDown, ChevronLeft, ChevronRight, Radio } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import type { TraceRow } from "@/lib/api-types";
import { formatCount, plural } from "@/lib/format";
import { readText, writeText } from "@/lib/storage";
import { kDefaultRange, parseTimeRange, timeRangeText } from "@/lib/time-range";
import { useHotkeys } from "@/lib/use-hotkeys";
import { isNumber, useRemembered } from "@/lib/use-remembered";
import { FacetPanel } from "@/objects/facets/facet-panel";
import { PulseStrip } from "@/objects/pulse/pulse-strip";
import { QueryBar, type QueryBarHandle } from "@/objects/query-bar/query-bar";
import { formatQuery, parseQuery, toApi, type Token } from "@/objects/query/language";
import { initialLayout, isTableLayout, parseSort, shownColumns } from "@/objects/table/columns";
import { ColumnsMenu } from "@/objects/table/columns-menu";
import { ObjectTable } from "@/objects/table/object-table";
import { TimeRangePicker } from "@/objects/time-range/time-range-picker";
import { Button, IconButton } from "@/ui/button";
import { Menu, MenuChoice, MenuItem, MenuLabel } from "@/ui/menu";
import { Segmented } from "@/ui/tabs";
import { countQuery, facetsQuery, listKey, pulseQuery, rowsQuery, type ListScope } from "../api/queries";
import { columnsOf, type AnyRow } from "../components/columns";
import { DeletionProgress } from "../components/delete-traces";
import { ListState } from "../components/list-state";
import { SelectionBar } from "../components/selection-bar";
import { QuickFilters } from "../components/quick-filters";
import { usePicking } from "../components/use-picking";
import { TracePeek } from "../components/trace-peek";
import { useFreshIds, useLiveRefresh } from "../components/use-live-refresh";
import { rememberList } from "../list-context";
import { tracePath, useTracesSearch } from "../view-state";
import { currentPath, withBase } from "@/lib/base-path";

const kPageSizes = [50, 100, 200];
const isTrace = (row: AnyRow): row is TraceRow => "observationCount" in row;
const rowId = (row: AnyRow) => row.id;

/** Traces and observations: one page, one query language, everything in the URL. */
export function TracesPage({ projectId, navToggle }: { projectId: string; navToggle?: ReactNode }) {
  const [search, change] = useTracesSearch();
  const client = useQueryClient();
  const view = search.view ?? "traces";
  const rangeKey = `range.${projectId}`;
  const rangeText = search.range ?? readText(rangeKey) ?? kDefaultRange;
  const range = useMemo(() => parseTimeRange(rangeText) ?? { kind: "preset" as const, amount: 24, unit: "h" as const }, [rangeText]);
  const page = search.page ?? 1;
  const isLive = search.live !== "off" && page === 1 && range.kind === "preset";
  const [limit, setLimit] = useRemembered("page-size", 50, isNumber);
  const [layout, setLayout] = useRemembered(`table.${view}`, initialLayout(columnsOf(view, { longestMs: 0, words: "" })), isTableLayout);

  const tokens = useMemo(() => parseQuery(search.q ?? "", view), [search.q, view]);
  const scope = useRunnableScope(projectId, view, range, tokens);
  const sort = parseSort(search.sort);
  const shownSort = sort ?? { key: view === "traces" ? "timestamp" : "startTime", direction: "desc" as const };
  const pageOfRows = { sort: search.sort ?? null, page, limit, until: search.until ?? null };
  const rows = useQuery(rowsQuery(scope, pageOfRows));
  const count = useQuery(countQuery(scope));
  const facets = useQuery(facetsQuery(scope));
  const pulse = useQuery(pulseQuery(scope));
  useLiveRefresh(projectId, isLive);

  const list = useMemo(() => rows.data?.rows ?? [], [rows.data]);
  const longestMs = useMemo(() => longDuration(list), [list]);
  const columns = useMemo(() => columnsOf(view, { longestMs, words: scope.search }), [view, longestMs, scope.search]);
  const shown = useMemo(() => shownColumns(columns, layout), [columns, layout]);
  const fresh = useFreshIds(JSON.stringify([scope, pageOfRows]), useMemo(() => list.map(rowId), [list]));

  const setTokens = (next: Token[]) => change({ q: formatQuery(next) || undefined, page: undefined, until: undefined });
  const setRange = (text: string) => {
    const parsed = parseTimeRange(text);
    if (parsed?.kind === "preset") writeText(rangeKey, text);
    change({ range: text, page: undefined, until: undefined });
  };
  const goToPage = (next: number) =>
    change({ page: next > 1 ? next : undefined, until: next > 1 ? (search.until ?? new Date().toISOString()) : undefined });

  const openRow = (row: AnyRow) =>
    change(isTrace(row) ? { peek: row.id, observation: undefined } : { peek: row.traceId, observation: row.id });
  const selectedId = search.peek === undefined ? null : view === "traces" ? search.peek : (search.observation ?? null);
  const selectedIndex = list.findIndex((row) => row.id === selectedId);
  // The place of the keyboard belongs to one list: another query or page begins without.
  const [place, setPlace] = useState<{ scope: ListScope; page: number; at: number } | null>(null);
  const cursor = place && place.scope === scope && place.page === page ? place.at : -1;
  const step = (delta: number) => {
    const from = search.peek !== undefined && selectedIndex >= 0 ? selectedIndex : cursor;
    const next = Math.min(list.length - 1, Math.max(0, from + delta));
    const row = list[next];
    setPlace({ scope, page, at: next });
    if (!row || search.peek === undefined) return;
    change(isTrace(row) ? { peek: row.id, observation: undefined } : { peek: row.traceId, observation: row.id }, { replace: true });
  };
  const href = (row: AnyRow) => (isTrace(row) ? tracePath(projectId, row.id) : tracePath(projectId, row.traceId, row.id));
  useEffect(() => {
    if (list.length === 0) return;
    const traceIds = [...new Set(list.map((row) => (isTrace(row) ? row.id : row.traceId)))];
    rememberList(projectId, { href: currentPath() + window.location.search, traceIds });
  }, [list, projectId, search]);
  const closePeek = () => change({ peek: undefined, observation: undefined, tab: undefined });

  const picking = usePicking(scope, list, rowId);
  const [jobId, setJobId] = useState<string | null>(null);
  const atCursor = list[search.peek !== undefined && selectedIndex >= 0 ? selectedIndex : cursor];

  const bar = useRef<QueryBarHandle>(null);
  const [isRangeOpen, setIsRangeOpen] = useState(false);
  const refresh = () => void client.invalidateQueries({ queryKey: listKey(projectId) });
  const isPeeking = search.peek !== undefined;
  useHotkeys({
    "/": isPeeking ? undefined : () => bar.current?.focus(),
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: isPeeking ? undefined : () => step(1),
    ArrowUp: isPeeking ? undefined : () => step(-1),
    Enter: isPeeking ? undefined : () => list[cursor] && openRow(list[cursor]),
    "mod+Enter": () => list[cursor] && window.open(href(list[cursor]), "_blank"),
    t: () => setIsRangeOpen(true),
    l: () => change({ live: search.live === "off" ? undefined : "off" }),
    r: refresh,
    x: () => atCursor && picking.pick(atCursor, false),
    "shift+x": () => atCursor && picking.pick(atCursor, true),
    "shift+a": () => list.length > 0 && picking.pickPage(),
    Escape: isPeeking ? closePeek : picking.count > 0 ? picking.clear : undefined,
  });

  const noun = view === "traces" ? "trace" : "observation";
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <>
      <header className="topbar">
        {navToggle}
        <h1>Tracing</h1>
        <div className="ml-2">
          <Segmented
            label="Rows"
            items={[{ value: "traces", label: "Traces" }, { value: "observations", label: "Observations" }]}
            value={view}
            onChange={(next) => change({ view: next === "observations" ? next : undefined, q: undefined, sort: undefined, page: undefined, until: undefined, peek: undefined, observation: undefined })}
          />
        </div>
        <span className="flex-1" />
        <span className="text-small text-ink-3 max-md:hidden">{zone}</span>
        <TimeRangePicker range={range} isOpen={isRangeOpen} onOpenChange={setIsRangeOpen} onChange={setRange} />
        <LiveButton isLive={isLive} isPaused={search.live !== "off" && !isLive} onToggle={() => change({ live: search.live === "off" ? undefined : "off" })} onRefresh={refresh} />
      </header>
      <div className="qrow">
        <QueryBar key={view} ref={bar} view={view} tokens={tokens} facets={facets.data?.facets ?? []} onChange={setTokens} />
      </div>
      <div className="tbar">
        {picking.count > 0 ? (
          <SelectionBar
            scope={scope}
            selection={picking.selection}
            total={count.data?.count}
            isWholePage={picking.page === "all"}
            onSelectAll={picking.pickAll}
            onClear={picking.clear}
            onDeleting={setJobId}
          />
        ) : (
          <>
            <QuickFilters view={view} tokens={tokens} facets={facets.data?.facets} onChange={setTokens} />
            <span className="flex-1" />
          </>
        )}
        <Summary count={count.data?.count} errors={count.data?.errors} elapsedMs={rows.data?.elapsedMs} noun={noun} />
        {jobId !== null && <DeletionProgress key={jobId} projectId={projectId} jobId={jobId} onClose={() => setJobId(null)} />}
        <span className="vsep" />
        <ColumnsMenu columns={columns} layout={layout} onChange={setLayout} />
      </div>
      <div className="body">
        <FacetPanel view={view} facets={facets.data?.facets} since={facets.data?.since} tokens={tokens} onChange={setTokens} />
        <section className="list" aria-label={`List of ${noun}s`}>
          {rows.isFetching && rows.isPlaceholderData && <div className="progress-line" />}
          <PulseStrip
            noun={noun}
            buckets={pulse.data?.buckets ?? []}
            bucketMs={pulse.data?.bucketMs ?? 1}
            onZoom={(from, to) => setRange(timeRangeText({ kind: "fixed", from, to }))}
          />
          <ObjectTable<AnyRow>
            label={`${noun}s`}
            columns={shown}
            layout={layout}
            onLayoutChange={setLayout}
            rows={list}
            rowId={rowId}
            rowHref={(row) => withBase(href(row))}
            rowLabel={(row) => `${row.name ?? row.id}, ${isTrace(row) ? "trace" : row.type.toLowerCase()}`}
            onOpen={openRow}
            selectedId={selectedId}
            cursor={isPeeking ? -1 : cursor}
            sort={shownSort}
            onSort={(next) => change({ sort: next ? `${next.key}.${next.direction}` : undefined, page: undefined, until: undefined })}
            fresh={fresh}
            picking={{ isPicked: picking.isPicked, page: picking.page, onPick: picking.pick, onPickPage: picking.pickPage }}
          >
            {list.length === 0 ? (
              <ListState query={rows} scope={scope} tokens={tokens} noun={noun} onTokens={setTokens} onRange={setRange} columns={shown.length} />
            ) : null}
          </ObjectTable>
          <Foot page={page} limit={limit} shown={list.length} total={count.data?.count} hasMore={rows.data?.hasMore ?? false} onPage={goToPage} onLimit={setLimit} />
        </section>
        {search.peek !== undefined && (
          <TracePeek
            key={search.peek}
            projectId={projectId}
            traceId={search.peek}
            tokens={tokens}
            row={list[selectedIndex]}
            onPrevious={selectedIndex > 0 ? () => step(-1) : undefined}
            onNext={selectedIndex >= 0 && selectedIndex < list.length - 1 ? () => step(1) : undefined}
            onClose={closePeek}
          />
        )}
      </div>
    </>
  );
}

/** The 95th percentile of the page. */
function longDuration(rows: AnyRow[]): number {
  const durations = rows.flatMap((row) => row.durationMs ?? []).sort((left, right) => left - right);
  return durations[Math.floor((durations.length - 1) * 0.95)] ?? 0;
}

/** The last query that could be run: a wrong token blocks running, not typing. */
function useRunnableScope(projectId: string, view: ListScope["view"], range: ListScope["range"], tokens: Token[]): ListScope {
  const isWrong = tokens.some((token) => token.kind === "wrong");
  const [lastGood, setLastGood] = useState({ view, tokens });
  if (!isWrong && lastGood.tokens !== tokens) setLastGood({ view, tokens });
  const runnable = isWrong && lastGood.view === view ? lastGood.tokens : tokens;
  return useMemo(() => ({ projectId, view, range, ...toApi(runnable) }), [projectId, view, range, runnable]);
}

function Summary({ count, errors, elapsedMs, noun }: { count: number | undefined; errors: number | undefined; elapsedMs: number | undefined; noun: string }) {
  return (
    <span className="num whitespace-nowrap text-small text-ink-3" aria-live="polite">
      {count !== undefined && (
        <>
          <b className="font-medium text-ink">{formatCount(count)}</b> {count === 1 ? noun : `${noun}s`}
          {errors !== undefined && errors > 0 && `, ${formatCount(errors)} with errors`}
        </>
      )}
      {elapsedMs !== undefined && `, ${formatCount(Math.max(1, Math.round(elapsedMs)))} ms`}
    </span>
  );
}

interface LiveButtonProps {
  isLive: boolean;
  /** On, but resting while a later page or a fixed range is shown. */
  isPaused: boolean;
  onToggle: () => void;
  onRefresh: () => void;
}

function LiveButton({ isLive, isPaused, onToggle, onRefresh }: LiveButtonProps) {
  return (
    <span className="btngroup">
      <Button icon={<Radio className={isLive ? "!text-thread" : undefined} aria-hidden="true" />} aria-pressed={isLive} title="New rows appear by themselves (L)" onClick={onToggle}>
        {isPaused ? "Live, paused" : "Live"}
      </Button>
      <Menu
        align="end"
        trigger={
          <Button aria-label="Live options">
            <ChevronDown aria-hidden="true" />
          </Button>
        }
      >
        <MenuChoice checked={isLive} onSelect={onToggle}>
          New rows appear by themselves
        </MenuChoice>
        <MenuItem onSelect={onRefresh} end="R">
          Refresh now
        </MenuItem>
        {isPaused && <MenuLabel>Rests on later pages and fixed ranges</MenuLabel>}
      </Menu>
    </span>
  );
}

interface FootProps {
  page: number;
  limit: number;
  shown: number;
  total: number | undefined;
  hasMore: boolean;
  onPage: (page: number) => void;
  onLimit: (limit: number) => void;
}

function Foot({ page, limit, shown, total, hasMore, onPage, onLimit }: FootProps) {
  const first = (page - 1) * limit + 1;
  const pages = total === undefined ? undefined : Math.max(1, Math.ceil(total / limit));
  return (
    <footer className="tfoot">
      <span>
        {shown > 0 ? `${formatCount(first)}–${formatCount(first + shown - 1)}` : "0"}
        {total !== undefined && ` of ${formatCount(total)}`}
      </span>
      <span className="flex-1" />
      <Menu
        align="end"
        side="top"
        trigger={
          <Button variant="ghost" size="s">
            {limit} rows
          </Button>
        }
      >
        {kPageSizes.map((size) => (
          <MenuChoice key={size} checked={size === limit} onSelect={() => onLimit(size)}>
            {plural(size, "row")} per page
          </MenuChoice>
        ))}
      </Menu>
      <span className="flex items-center gap-0.5">
        <IconButton label="Previous page" disabled={page <= 1} onClick={() => onPage(page - 1)}>
          <ChevronLeft aria-hidden="true" />
        </IconButton>
        <span>
          Page {formatCount(page)}
          {pages !== undefined && ` of ${formatCount(pages)}`}
        </span>
        <IconButton label="Next page" disabled={!hasMore} onClick={() => onPage(page + 1)}>
          <ChevronRight aria-hidden="true" />
        </IconButton>
      </span>
    </footer>
  );
}

