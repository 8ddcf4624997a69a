import type { KeyboardEvent, ReactNode } from "react";

interface TabItem<Value extends string> {
  value: Value;
  label: string;
  count?: number | undefined;
}

interface TabsProps<Value extends string> {
  label: string;
  items: TabItem<Value>[];
  value: Value;
  onChange: (value: Value) => void;
  /** The id of the panel, for assistive technology. */
  panelId: string;
  children?: ReactNode;
}

/** Tabs change the facet of an object that is shown; what follows them in the row comes as children. */
export function Tabs<Value extends string>({ label, items, value, onChange, panelId, children }: TabsProps<Value>) {
  return (
    <div className="tabs">
      {/* eslint-disable-next-line jsx-a11y/interactive-supports-focus -- its tabs take the focus */}
      <div role="tablist" aria-label={label} className="flex gap-0.5 overflow-x-auto overflow-y-hidden" onKeyDown={moveFocus}>
        {items.map((item) => (
          <button
            key={item.value}
            type="button"
            role="tab"
            className="tab h-9"
            aria-selected={item.value === value}
            aria-controls={panelId}
            tabIndex={item.value === value ? 0 : -1}
            onClick={() => onChange(item.value)}
          >
            {item.label}
            {item.count !== undefined && item.count > 0 && <span className="c">{item.count}</span>}
          </button>
        ))}
      </div>
      {children}
    </div>
  );
}

interface SegmentItem<Value extends string> {
  value: Value;
  label: string;
  hint?: string;
}

interface SegmentedProps<Value extends string> {
  label: string;
  items: SegmentItem<Value>[];
  value: Value;
  onChange: (value: Value) => void;
}

/** Segments change how the same thing is rendered. */
export function Segmented<Value extends string>({ label, items, value, onChange }: SegmentedProps<Value>) {
  return (
    // eslint-disable-next-line jsx-a11y/interactive-supports-focus -- its buttons take the focus
    <div role="radiogroup" aria-label={label} className="seg" onKeyDown={moveFocus}>
      {items.map((item) => (
        <button
          key={item.value}
          type="button"
          role="radio"
          aria-checked={item.value === value}
          tabIndex={item.value === value ? 0 : -1}
          onClick={() => onChange(item.value)}
        >
          {item.label}
          {item.hint && (
            <span className="k" aria-hidden="true">
              {item.hint}
            </span>
          )}
        </button>
      ))}
    </div>
  );
}

/** Arrow keys move within the group, as for native radio buttons. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (step === 0) return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("[role=tab], [role=radio]")];
  const index = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const next = buttons[(index + step + buttons.length) % buttons.length];
  if (index < 0 || !next) return;
  event.preventDefault();
  event.stopPropagation();
  next.focus();
  next.click();
}
