import { CircleAlert, Coins, LoaderCircle, Timer } from "lucide-react";
import type { ReactNode } from "react";
import type { Facet, View } from "@/lib/api-types";
import { boundsOf, chosenValues, clearField, setBounds, setValues } from "@/objects/query/edit";
import { findField } from "@/objects/query/fields";
import { formatQuery, type Token } from "@/objects/query/language";

interface QuickFiltersProps {
  view: View;
  tokens: Token[];
  facets: Facet[] | undefined;
  onChange: (tokens: Token[]) => void;
}

/** One press for the usual questions. The limits are those of what is shown, not fixed numbers. */
export function QuickFilters({ view, tokens, facets, onChange }: QuickFiltersProps) {
  const level = findField(view, "level");
  const duration = findField(view, "duration");
  const cost = findField(view, "cost");
  const state = findField(view, "state");
  if (!level || !duration || !cost || !state) return null;
  const isRunning = chosenValues(tokens, state).includes("running");
  const running = facets?.find((facet) => facet.field === state.column)?.values?.find((item) => item.value === "running")?.count ?? 0;
  const slow = quantile(facets?.find((facet) => facet.field === duration.column), 0.95);
  const costly = quantile(facets?.find((facet) => facet.field === cost.column), 0.95);
  // Counts move while data arrives: a limit near today's still is the same question.
  const isOn = (field: typeof level, limit: number | null) => {
    const { min, max } = boundsOf(tokens, field);
    return limit !== null && min !== null && max === null && Math.abs(min - limit) <= limit * 0.2;
  };
  return (
    <>
      <Quick icon={<CircleAlert />} on={formatQuery(tokens).includes("level:ERROR")} onToggle={(on) => onChange(on ? setValues(tokens, level, ["ERROR"]) : clearField(tokens, level))}>
        Errors
      </Quick>
      {(running > 0 || isRunning) && (
        <Quick icon={<LoaderCircle />} on={isRunning} onToggle={(on) => onChange(on ? setValues(tokens, state, ["running"]) : clearField(tokens, state))}>
          Running
        </Quick>
      )}
      {slow !== null && (
        <Quick icon={<Timer />} on={isOn(duration, slow)} onToggle={(on) => onChange(on ? setBounds(tokens, duration, { min: slow, max: null }) : clearField(tokens, duration))}>
          Slowest 5%
        </Quick>
      )}
      {costly !== null && (
        <Quick icon={<Coins />} on={isOn(cost, costly)} onToggle={(on) => onChange(on ? setBounds(tokens, cost, { min: costly, max: null }) : clearField(tokens, cost))}>
          Costliest 5%
        </Quick>
      )}
    </>
  );
}

function Quick({ icon, on, onToggle, children }: { icon: ReactNode; on: boolean; onToggle: (on: boolean) => void; children: ReactNode }) {
  return (
    <button type="button" className="chip" aria-pressed={on} onClick={() => onToggle(!on)}>
      {icon}
      {children}
    </button>
  );
}

/** Where the given share of the histogram lies, interpolated within its bucket. Null without enough values. */
export function quantile(facet: Facet | undefined, share: number): number | null {
  const histogram = facet?.histogram ?? [];
  const total = histogram.reduce((sum, bucket) => sum + bucket.count, 0);
  if (total < 20) return null;
  let passed = 0;
  for (const bucket of histogram) {
    if (passed + bucket.count >= total * share) {
      const within = (total * share - passed) / bucket.count;
      return Number((bucket.from + within * (bucket.to - bucket.from)).toPrecision(2));
    }
    passed += bucket.count;
  }
  return null;
}
