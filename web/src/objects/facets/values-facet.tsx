import { Check } from "lucide-react";
import { useState } from "react";
import type { Facet, ObservationType } from "@/lib/api-types";
import { formatCount } from "@/lib/format";
import { cx } from "@/ui/class-names";
import { Glyph } from "../marks/glyph";
import { chosenValues, setValues, toggleValue } from "../query/edit";
import type { Field } from "../query/fields";
import type { Token } from "../query/language";

const kShown = 6;
const kLevelColors: Record<string, string> = { ERROR: "var(--danger)", WARNING: "var(--warning)", DEFAULT: "var(--border-strong)", DEBUG: "var(--text-3)" };
const kLevelNames: Record<string, string> = { ERROR: "Error", WARNING: "Warning", DEFAULT: "Default", DEBUG: "Debug" };

interface ValuesFacetProps {
  facet: Facet;
  field: Field;
  tokens: Token[];
  onChange: (tokens: Token[]) => void;
}

/** A checkbox list. Counts ignore the facet's own filter; chosen values stay although nothing matches them. */
export function ValuesFacet({ facet, field, tokens, onChange }: ValuesFacetProps) {
  const [showsAll, setShowsAll] = useState(false);
  const chosen = chosenValues(tokens, field);
  const counted = facet.values ?? [];
  const missing = chosen.filter((value) => !counted.some((item) => item.value === value)).map((value) => ({ value, count: 0 }));
  const values = [...counted, ...missing];
  const shown = showsAll ? values : values.filter((item, index) => index < kShown || chosen.includes(item.value));
  return (
    <div>
      {shown.map(({ value, count }) => {
        const isOn = chosen.includes(value);
        return (
          <div className="fv" key={value}>
            <button type="button" role="checkbox" aria-checked={isOn} onClick={() => onChange(toggleValue(tokens, field, value))}>
              <i className={cx("check", isOn && "on")}>
                <Check aria-hidden="true" />
              </i>
              <span className="lbl" title={value}>
                <ValueMark field={field} value={value} />
                <span className="truncate">{valueLabel(field, value)}</span>
              </span>
              <span className="n">{formatCount(count)}</span>
            </button>
            <button type="button" className="only" aria-label={`Only ${value}`} onClick={() => onChange(setValues(tokens, field, [value]))}>
              only
            </button>
          </div>
        );
      })}
      {values.length > kShown && (
        <button type="button" className="link px-1 py-1 text-micro" onClick={() => setShowsAll(!showsAll)}>
          {showsAll ? "Fewer" : `${values.length - kShown} more`}
        </button>
      )}
      {values.length === 0 && <p className="px-1 py-1 text-micro text-ink-3">No values in this range.</p>}
    </div>
  );
}

function valueLabel(field: Field, value: string): string {
  if (field.name === "level") return kLevelNames[value] ?? value;
  if (field.name === "type") return value.toLowerCase();
  return value === "" ? "(empty)" : value;
}

function ValueMark({ field, value }: { field: Field; value: string }) {
  if (field.name === "level") return <i className="dot" style={{ "--c": kLevelColors[value] } as React.CSSProperties} />;
  if (field.name === "type") return <Glyph type={value as ObservationType} />;
  return null;
}
