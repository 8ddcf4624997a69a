import {
  Bot, CircleDot, Layers, Link2, ListTree, MoveRight, Scale, Search, Shield, Sparkles, Wrench, type LucideIcon,
} from "lucide-react";
import type { ObservationType } from "@/lib/api-types";
import { cx } from "@/ui/class-names";

type GlyphType = ObservationType | "TRACE";

const kIcons: Record<GlyphType, LucideIcon> = {
  TRACE: ListTree,
  SPAN: MoveRight,
  EVENT: CircleDot,
  GENERATION: Sparkles,
  AGENT: Bot,
  TOOL: Wrench,
  CHAIN: Link2,
  RETRIEVER: Search,
  EMBEDDING: Layers,
  EVALUATOR: Scale,
  GUARDRAIL: Shield,
};

/**
 * The drawings of all glyphs, once per page. Rows refer to them: a list that scrolls through thousands of steps then
 * changes one attribute per row instead of building icons.
 */
export function GlyphSprite() {
  return (
    <svg width="0" height="0" className="absolute" aria-hidden="true">
      {Object.entries(kIcons).map(([type, Icon]) => (
        <symbol key={type} id={`glyph-${type.toLowerCase()}`} viewBox="0 0 24 24">
          <Icon size={24} />
        </symbol>
      ))}
    </svg>
  );
}

/** The sign of an object's type, the same in trees, tables, breadcrumbs and facets. */
export function Glyph({ type, large = false }: { type: GlyphType; large?: boolean }) {
  const name = (type in kIcons ? type : "SPAN").toLowerCase();
  return (
    <span className={cx("glyph", `g-${name}`, large && "l")} role="img" aria-label={name} title={name}>
      <svg aria-hidden="true">
        <use href={`#glyph-${name}`} />
      </svg>
    </span>
  );
}
