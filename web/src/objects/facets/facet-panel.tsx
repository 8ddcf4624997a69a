import { ChevronDown, ChevronRight, Eye, ListFilter, PanelLeftClose, PanelLeftOpen } from "lucide-react";
import { useState } from "react";
import type { Facet, View } from "@/lib/api-types";
import { formatDetailTime, formatTimeHint } from "@/lib/format";
import { isBoolean, useRemembered } from "@/lib/use-remembered";
import { IconButton } from "@/ui/button";
import { SearchInput } from "@/ui/field";
import { clearField, hasCondition } from "../query/edit";
import { fieldOfColumn, type Field } from "../query/fields";
import type { Token } from "../query/language";
import { RangeFacet } from "./range-facet";
import { ValuesFacet } from "./values-facet";

interface FacetPanelProps {
  view: View;
  facets: Facet[] | undefined;
  /** Where the counted observations begin, when the range has more than are counted. */
  since?: string;
  tokens: Token[];
  onChange: (tokens: Token[]) => void;
}

/** Open by default; the rest opens when someone wants it. */
const kOpenColumns = new Set(["environment", "latency", "level", "name", "type", "totalCost"]);

export function FacetPanel({ view, facets, since, tokens, onChange }: FacetPanelProps) {
  const [isFolded, setIsFolded] = useRemembered("facets.folded", false, isBoolean);
  const [words, setWords] = useState("");
  const [onlyActive, setOnlyActive] = useState(false);
  const known = (facets ?? []).flatMap((facet) => {
    const field = fieldOfColumn(view, facet.field);
    return field ? [{ facet, field }] : [];
  });
  const active = known.filter(({ field }) => hasCondition(tokens, field)).length;
  if (isFolded) {
    return (
      <aside className="facets rail" aria-label="Filters">
        <IconButton label="Show filters" onClick={() => setIsFolded(false)}>
          <PanelLeftOpen aria-hidden="true" />
        </IconButton>
        {active > 0 && <span className="badge acc">{active}</span>}
      </aside>
    );
  }
  const shown = known.filter(
    ({ field }) => (!onlyActive || hasCondition(tokens, field)) && field.label.toLowerCase().includes(words.trim().toLowerCase()),
  );
  return (
    <aside className="facets" aria-label="Filters">
      <div className="flex items-center gap-0.5 px-2.5 pb-1.5 pt-1">
        <SearchInput
          label="Find a filter"
          placeholder="Find a filter"
          icon={<ListFilter className="size-3" aria-hidden="true" />}
          boxClassName="!h-6.5 flex-1 !bg-transparent text-small mr-1"
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        <IconButton label="Only active filters" aria-pressed={onlyActive} onClick={() => setOnlyActive(!onlyActive)}>
          <Eye aria-hidden="true" />
        </IconButton>
        <IconButton label="Fold filters" onClick={() => setIsFolded(true)}>
          <PanelLeftClose aria-hidden="true" />
        </IconButton>
      </div>
      {facets === undefined && <FacetSkeleton />}
      {shown.map(({ facet, field }) => (
        <FacetBox key={facet.field} facet={facet} field={field} tokens={tokens} onChange={onChange} />
      ))}
      {since && (
        <p className="px-3 py-2 text-small text-ink-3" title={formatTimeHint(since)}>
          Counted among the newest 200,000 observations, since {formatDetailTime(since)}.
        </p>
      )}
      {facets !== undefined && shown.length === 0 && <p className="px-3 py-2 text-small text-ink-3">No filter like that.</p>}
    </aside>
  );
}

function FacetBox({ facet, field, tokens, onChange }: { facet: Facet; field: Field; tokens: Token[]; onChange: (tokens: Token[]) => void }) {
  const isActive = hasCondition(tokens, field);
  const [isOpen, setIsOpen] = useState(kOpenColumns.has(field.column) || isActive);
  const size = facet.kind === "values" ? (facet.values?.length ?? 0) : 0;
  return (
    <div className="facet">
      <div className="facet-h">
        <button type="button" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? <ChevronDown aria-hidden="true" /> : <ChevronRight aria-hidden="true" />}
          <span className="truncate">{field.label}</span>
        </button>
        {isActive ? (
          <button type="button" className="act" onClick={() => onChange(clearField(tokens, field))} aria-label={`Clear ${field.label}`}>
            Clear
          </button>
        ) : (
          size > 0 && <span className="n">{size}</span>
        )}
      </div>
      {isOpen &&
        (facet.kind === "range" ? (
          <RangeFacet facet={facet} field={field} tokens={tokens} onChange={onChange} />
        ) : (
          <ValuesFacet facet={facet} field={field} tokens={tokens} onChange={onChange} />
        ))}
    </div>
  );
}

function FacetSkeleton() {
  return (
    <div className="flex flex-col gap-3 p-3" aria-hidden="true">
      {["70%", "52%", "61%", "40%", "66%", "48%"].map((width) => (
        <span key={width} className="skel" style={{ width }} />
      ))}
    </div>
  );
}
