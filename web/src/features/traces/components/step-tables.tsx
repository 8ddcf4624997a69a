import { Search } from "lucide-react";
import { useMemo, useState } from "react";
import type { Score } from "@/lib/api-types";
import { scoreText } from "@/objects/marks/score-tag";
import { DetailTime } from "@/objects/marks/time";
import { CopyIconButton } from "@/ui/copy-button";
import { SearchInput } from "@/ui/field";

export function ScoresTable({ scores }: { scores: Score[] }) {
  return (
    <div className="overflow-auto">
      <table className="dtable">
        <thead>
          <tr>
            <th>Score</th>
            <th>Value</th>
            <th>Source</th>
            <th>Comment</th>
            <th>Given</th>
          </tr>
        </thead>
        <tbody>
          {scores.map((score) => (
            <tr key={score.id}>
              <td>
                <span className={`sc1 s-${score.level}`} title={`on the ${score.level}`}>
                  <i className="dot" />
                  {score.name}
                </span>
              </td>
              <td className="num font-strong">{scoreText(score)}</td>
              <td className="text-ink-2">{score.source.toLowerCase()}</td>
              <td className="text-ink-2">{score.comment ?? ""}</td>
              <td className="num whitespace-nowrap text-ink-3">
                <DetailTime iso={score.timestamp} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What OpenTelemetry sent along stands below what the application said itself. */
const kGroups = ["attributes", "resourceAttributes", "scope"];

/** Dotted paths and their values by origin, with a filter once there are many. */
export function MetadataTable({ metadata }: { metadata: Record<string, unknown> }) {
  const [words, setWords] = useState("");
  const entries = useMemo(() => flatten(metadata), [metadata]);
  const wanted = words.toLowerCase();
  const shown = entries.filter(([key, value]) => wanted === "" || key.toLowerCase().includes(wanted) || value.toLowerCase().includes(wanted));
  const groupOf = (key: string) => kGroups.find((group) => key.startsWith(`${group}.`)) ?? "";
  if (entries.length === 0) return <p className="px-3.5 py-3 text-small text-ink-3">No metadata was sent.</p>;
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region has to be reachable by keyboard
    <div className="min-h-0 flex-1 overflow-auto px-3.5 py-2" role="region" aria-label="Metadata" tabIndex={0}>
      {entries.length > 12 && (
        <SearchInput
          label="Find in metadata"
          placeholder={`Find in ${entries.length} entries`}
          icon={<Search className="size-3" aria-hidden="true" />}
          boxClassName="mb-2 !h-6.5 max-w-72 text-small"
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      )}
      {["", ...kGroups].map((group) => (
        <MetadataGroup key={group} name={group} entries={shown.filter(([key]) => groupOf(key) === group)} />
      ))}
    </div>
  );
}

function MetadataGroup({ name, entries }: { name: string; entries: [string, string][] }) {
  if (entries.length === 0) return null;
  return (
    <>
      {name !== "" && <div className="sect mb-0.5 mt-3">{name}</div>}
      <table className="kvtable">
        <tbody>
          {entries.map(([key, value]) => (
            <tr key={key} className="group">
              <th scope="row" title={key}>
                {name === "" ? key : key.slice(name.length + 1)}
              </th>
              <td>
                {value.length > 2000 ? `${value.slice(0, 2000)}…` : value}
                <span className="copy">
                  <CopyIconButton text={value} label={`Copy ${key}`} />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function flatten(value: Record<string, unknown>, prefix = ""): [string, string][] {
  return Object.entries(value).flatMap(([key, item]): [string, string][] => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    if (typeof item === "object" && item !== null && !Array.isArray(item)) {
      const inner = flatten(item as Record<string, unknown>, path);
      return inner.length > 0 ? inner : [[path, "{}"]];
    }
    return [[path, typeof item === "string" ? item : JSON.stringify(item)]];
  });
}
