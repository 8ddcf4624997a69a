import type { ScoreChip } from "@/lib/api-types";
import { formatNumber } from "@/lib/format";

export function scoreText(score: ScoreChip): string {
  if (score.dataType === "BOOLEAN") return (score.stringValue ?? (score.value === 1 ? "true" : "false")).toLowerCase();
  return score.stringValue ?? formatNumber(score.value);
}

/** Tint and dot say on what the score was given, never whether it is good. */
export function ScoreTag({ score }: { score: ScoreChip }) {
  return (
    <span className={`score s-${score.level}`} title={`${score.name}, on the ${score.level}`}>
      <i className="dot" />
      {score.name} <b>{scoreText(score)}</b>
    </span>
  );
}

/** In tables: the dot and the value. */
export function ScoreCell({ score }: { score: ScoreChip }) {
  return (
    <span className={`sc1 s-${score.level}`} title={score.name}>
      <i className="dot" />
      {scoreText(score)}
    </span>
  );
}
