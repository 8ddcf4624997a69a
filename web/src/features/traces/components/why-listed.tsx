import { ListFilter } from "lucide-react";
import { Fragment } from "react";
import { formatDuration, formatMoney, formatTokens, plural } from "@/lib/format";
import type { Condition, Token } from "@/objects/query/language";
import { readable, type AnyRow } from "./columns";

/** In words, what about this row met each condition of the query. Nothing when the list is not filtered. */
export function WhyListed({ tokens, row }: { tokens: Token[]; row: AnyRow | undefined }) {
  const reasons = row ? reasonsFor(tokens, row) : [];
  if (reasons.length === 0) return null;
  return (
    <div className="note mx-3.5 mb-2.5 flex-none">
      <ListFilter className="text-ink-3" aria-hidden="true" />
      <span>
        <b className="font-medium text-ink">Why it is in this list:</b>{" "}
        {reasons.map((reason, index) => (
          <Fragment key={reason}>
            {index > 0 && (index === reasons.length - 1 ? ", and " : ", ")}
            {reason}
          </Fragment>
        ))}
        .
      </span>
    </div>
  );
}

export function reasonsFor(tokens: Token[], row: AnyRow): string[] {
  return tokens.flatMap((token) => {
    if (token.kind === "words") return whereFound(token.text, row);
    return token.kind === "condition" && !token.negated ? (reasonOf(token, row) ?? []) : [];
  });
}

function reasonOf({ field, operator, values }: Condition, row: AnyRow): string | null {
  const limit = Number(values[0]);
  const compared = operator.startsWith(">") ? "over" : operator.startsWith("<") ? "under" : "equal to";
  switch (field.name) {
    case "duration":
      return row.durationMs === null ? null : `duration ${formatDuration(row.durationMs)} is ${compared} ${formatDuration(limit * 1000)}`;
    case "cost":
      return row.cost === null ? null : `cost ${formatMoney(row.cost)} is ${compared} ${formatMoney(limit)}`;
    case "tokens":
      return `${formatTokens(row.totalTokens)} tokens are ${compared} ${formatTokens(limit)}`;
    case "level":
      return "errorCount" in row && row.errorCount > 0 && values.includes("ERROR") ? `${plural(row.errorCount, "step")} failed` : `level is ${row.level}`;
    case "env":
      return `environment is ${row.environment}`;
    case "name":
      return row.name === null ? null : `name is ${row.name}`;
    case "user":
      return row.userId === null ? null : `user is ${row.userId}`;
    case "session":
      return row.sessionId === null ? null : `session is ${row.sessionId}`;
    case "release":
      return row.release === null ? null : `release is ${row.release}`;
    case "tags": {
      const tag = row.tags.find((item) => values.includes(item));
      return tag === undefined ? null : `it has the tag ${tag}`;
    }
    case "model":
      return "model" in row && row.model !== null ? `model is ${row.model}` : null;
    case "type":
      return "type" in row ? `type is ${row.type.toLowerCase()}` : null;
    default:
      return null;
  }
}

function whereFound(words: string, row: AnyRow): string[] {
  const wanted = words.toLowerCase();
  const places: [string, string | null][] = [
    ["name", row.name], ["id", row.id], ["user", row.userId], ["session", row.sessionId],
    ["input", row.inputPreview && readable(row.inputPreview)], ["output", row.outputPreview && readable(row.outputPreview)],
  ];
  const place = places.find(([, text]) => text?.toLowerCase().includes(wanted))?.[0];
  return [place ? `“${words}” is in its ${place}` : `“${words}” is further inside its input or output`];
}
