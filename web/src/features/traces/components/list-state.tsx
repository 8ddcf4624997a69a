import { useQueries, type UseQueryResult } from "@tanstack/react-query";
import { ApiError } from "@/lib/http";
import { formatCount, plural } from "@/lib/format";
import { timeRangeLabel } from "@/lib/time-range";
import { formatToken, toApi, type Token } from "@/objects/query/language";
import { Button } from "@/ui/button";
import { EmptyState, ErrorPanel, useSlow } from "@/ui/states";
import { countQuery, type ListScope } from "../api/queries";

interface ListStateProps {
  query: Pick<UseQueryResult, "isPending" | "error" | "refetch">;
  scope: ListScope;
  tokens: Token[];
  noun: string;
  columns: number;
  onTokens: (tokens: Token[]) => void;
  onRange: (text: string) => void;
}

/** What stands where rows would: loading in their shape, an error with a way out, or why there are none. */
export function ListState({ query, scope, tokens, noun, columns, onTokens, onRange }: ListStateProps) {
  const isSlow = useSlow(query.isPending);
  if (query.error) {
    const isLimit = query.error instanceof ApiError && (query.error.status === 503 || query.error.code.includes("limit"));
    return (
      <ErrorPanel title={`The ${noun}s did not load`} error={query.error} onRetry={() => void query.refetch()}>
        {isLimit && <Button onClick={() => onRange("1h")}>Last hour</Button>}
      </ErrorPanel>
    );
  }
  if (query.isPending) return isSlow ? <RowSkeletons columns={columns} /> : null;
  return <NothingMatches scope={scope} tokens={tokens} noun={noun} onTokens={onTokens} onRange={onRange} />;
}

function RowSkeletons({ columns }: { columns: number }) {
  return (
    <div aria-hidden="true">
      {Array.from({ length: 16 }, (_, row) => (
        <div key={row} className="tr" role="presentation">
          {Array.from({ length: columns }, (_, column) => (
            <span key={column} className="skel mx-2" style={{ width: `${40 + ((row * 7 + column * 23) % 50)}%` }} />
          ))}
        </div>
      ))}
    </div>
  );
}

/** Says which condition removes everything and offers to drop it. */
function NothingMatches({ scope, tokens, noun, onTokens, onRange }: Pick<ListStateProps, "scope" | "tokens" | "noun" | "onTokens" | "onRange">) {
  const candidates = tokens.length > 0 && tokens.length <= 6 ? tokens.filter((token) => token.kind !== "wrong") : [];
  const without = (token: Token) => tokens.filter((other) => other !== token);
  const counts = useQueries({ queries: candidates.map((token) => countQuery({ ...scope, ...toApi(without(token)) })) });
  const best = candidates
    .map((token, index) => ({ token, count: counts[index]?.data?.count ?? 0 }))
    .sort((left, right) => right.count - left.count)[0];
  const range = timeRangeLabel(scope.range).toLowerCase();
  if (tokens.length === 0) {
    return (
      <EmptyState title={`No ${noun}s in this range`} actions={<WiderRanges onRange={onRange} />}>
        Nothing arrived: {range}.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={tokens.length === 1 ? `No ${noun} matches` : `No ${noun} matches all ${tokens.length} conditions`}
      actions={
        <>
          {best && best.count > 0 && <Button onClick={() => onTokens(without(best.token))}>Drop {formatToken(best.token)}</Button>}
          <Button onClick={() => onTokens([])}>Clear all</Button>
          <Button onClick={() => onRange("30d")}>Last 30 days</Button>
        </>
      }
    >
      {best && best.count > 0 ? (
        <>
          Without <code>{formatToken(best.token)}</code> there {best.count === 1 ? "is" : "are"} {formatCount(best.count)}.
        </>
      ) : (
        <>Searched: {range}.</>
      )}
    </EmptyState>
  );
}

function WiderRanges({ onRange }: { onRange: (text: string) => void }) {
  return (
    <>
      {[7, 30, 90].map((days) => (
        <Button key={days} onClick={() => onRange(`${days}d`)}>
          Last {plural(days, "day")}
        </Button>
      ))}
    </>
  );
}
