import { Calendar, Check, ChevronDown } from "lucide-react";
import { useState, type FormEvent } from "react";
import { kPresets, parseTimeRange, resolveTimeRange, timeRangeLabel, timeRangeText, type TimeRange } from "@/lib/time-range";
import { Button } from "@/ui/button";
import { FieldError } from "@/ui/field";
import { Popover } from "@/ui/popover";

interface TimeRangePickerProps {
  range: TimeRange;
  isOpen: boolean;
  onOpenChange: (open: boolean) => void;
  onChange: (text: string) => void;
}

/** Presets, two instants, or words such as `3d` and `last 2 weeks`. */
export function TimeRangePicker({ range, isOpen, onOpenChange, onChange }: TimeRangePickerProps) {
  const choose = (text: string) => {
    onChange(text);
    onOpenChange(false);
  };
  return (
    <Popover
      label="Time range"
      open={isOpen}
      onOpenChange={onOpenChange}
      align="end"
      trigger={
        <Button icon={<Calendar aria-hidden="true" />} title="Time range (T)">
          {timeRangeLabel(range)}
          <ChevronDown aria-hidden="true" />
        </Button>
      }
    >
      <div className="flex w-[420px] max-w-[92vw]">
        <ul className="w-40 border-r border-line-subtle p-1" aria-label="Presets">
          {kPresets.map((preset) => {
            const candidate = parseTimeRange(preset);
            const isCurrent = timeRangeText(range) === preset;
            return (
              <li key={preset}>
                <button type="button" className="menu-item w-full" aria-pressed={isCurrent} onClick={() => choose(preset)}>
                  {candidate && timeRangeLabel(candidate)}
                  {isCurrent && <Check className="ml-auto size-3.5" aria-hidden="true" />}
                </button>
              </li>
            );
          })}
        </ul>
        <CustomRange key={timeRangeText(range)} range={range} onApply={choose} />
      </div>
    </Popover>
  );
}

function CustomRange({ range, onApply }: { range: TimeRange; onApply: (text: string) => void }) {
  const resolved = resolveTimeRange(range);
  const [from, setFrom] = useState(localText(resolved.from));
  const [to, setTo] = useState(localText(resolved.to));
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<string | null>(null);
  const apply = (event: FormEvent) => {
    event.preventDefault();
    const text = typed.trim() !== "" ? typed : `${isoText(from)}/${isoText(to)}`;
    const parsed = parseTimeRange(text);
    if (parsed) onApply(timeRangeText(parsed));
    else setError(typed.trim() !== "" ? "Write it like 45m, 3d or last 2 weeks." : "The end has to be after the beginning.");
  };
  return (
    <form className="flex flex-1 flex-col gap-2.5 p-3" onSubmit={apply}>
      <label className="field">
        <span className="lbl">From</span>
        <span className="input">
          <input type="datetime-local" step={1} value={from} onChange={(event) => setFrom(event.target.value)} />
        </span>
      </label>
      <label className="field">
        <span className="lbl">To</span>
        <span className="input">
          <input type="datetime-local" step={1} value={to} onChange={(event) => setTo(event.target.value)} />
        </span>
      </label>
      <label className="field">
        <span className="lbl">Or typed</span>
        <span className="input">
          <input placeholder="45m, 3d, last 2 weeks" value={typed} onChange={(event) => setTyped(event.target.value)} />
        </span>
      </label>
      {error && <FieldError>{error}</FieldError>}
      <div className="mt-auto flex items-center gap-2">
        <span className="flex-1 truncate text-micro text-ink-3">{Intl.DateTimeFormat().resolvedOptions().timeZone}</span>
        <Button type="submit" variant="primary" size="s">
          Apply
        </Button>
      </div>
    </form>
  );
}

/** `2026-09-09T14:32:08`, as the field wants it, in the person's zone. */
function localText(time: Date): string {
  const shifted = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}

function isoText(local: string): string {
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? "" : time.toISOString();
}
