import {
  Bot, CircleDot, Layers, Link2, ListTree, MoveRight, Scale, Search, Shield, Sparkles, Wrench, type LucideIcon,
} from "lucide-react";
import type { ObservationType } from "@/lib/api-types";
import { cx } from "@/ui/class-names";

const kIcons: Record<ObservationType | "TRACE", LucideIcon> = {
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

/** The sign of an object's type, the same in trees, tables, breadcrumbs and facets. */
export function Glyph({ type, large = false }: { type: ObservationType | "TRACE"; large?: boolean }) {
  const Icon = kIcons[type] ?? MoveRight;
  const name = type.toLowerCase();
  return (
    <span className={cx("glyph", `g-${name}`, large && "l")} role="img" aria-label={name} title={name}>
      <Icon aria-hidden="true" />
    </span>
  );
}
