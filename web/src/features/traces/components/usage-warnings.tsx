import { Info, TriangleAlert } from "lucide-react";
import type { UsageWarning } from "@/lib/api-types";
import { formatCount } from "@/lib/format";

function warningText({ kind, key, of, units }: UsageWarning): string {
  switch (kind) {
    case "OTHER_NAME":
      return `${key} is another name of ${of}: charged once`;
    case "PART":
      return `${key} (${formatCount(units)}) is part of ${of}: not charged on top of it`;
    case "MORE_THAN_TOTAL":
      return `The counts add up to ${formatCount(units)}, more than the reported total`;
    case "INPUT_SWALLOWED":
      return `Input is 0 beside ${formatCount(units)} ${key}: the sender may count them apart from its input`;
    case "REPEATS_STEPS":
      return "Repeats what the steps below report: counted there, not here";
  }
}

/** Why a bill is not the plain sum of its usage, and where the usage itself looks wrong. */
export function UsageWarnings({ warnings }: { warnings: UsageWarning[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul className="mt-1.5 flex flex-col gap-1" aria-label="Notes on usage">
      {warnings.map((warning) => {
        const isNote = warning.kind === "PART" || warning.kind === "REPEATS_STEPS";
        const Icon = isNote ? Info : TriangleAlert;
        return (
          <li key={warning.kind + warning.key} className={`flex items-start gap-1.5 ${isNote ? "text-ink-3" : "text-warning-ink"}`}>
            <Icon className="mt-0.5 size-3 flex-none" aria-hidden="true" />
            <span className="min-w-0 break-words">{warningText(warning)}</span>
          </li>
        );
      })}
    </ul>
  );
}
