import type { Level } from "@/lib/api-types";

/** Nothing for the default level: a page without problems shows no chips. */
export function LevelChip({ level }: { level: Level }) {
  return level === "DEFAULT" ? null : <span className={`lvl ${level.toLowerCase()}`}>{level}</span>;
}
