import { useEffect, useRef } from "react";

/** Keys by name: "j", "shift+f", "mod+k" (⌘ on a Mac, Ctrl elsewhere), "Enter", "ArrowUp", "g t" (two in a row). */
export type Hotkeys = Record<string, ((event: KeyboardEvent) => void) | undefined>;

const kSequenceMs = 900;

/** Single letters rest while a field has focus; combinations with ⌘ or Ctrl and Escape always work. */
export function useHotkeys(hotkeys: Hotkeys, enabled = true): void {
  const latest = useRef(hotkeys);
  useEffect(() => {
    latest.current = hotkeys;
  });
  useEffect(() => {
    if (!enabled) return;
    let pending: { key: string; at: number } | null = null;
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const name = keyName(event);
      const isCommand = name.startsWith("mod+") || name === "Escape";
      if (!isCommand && isTyping(event.target)) return;
      if (!isCommand && document.querySelector("[role=dialog][data-state=open], [role=menu][data-state=open]")) return;
      const sequence: string | null = pending && event.timeStamp - pending.at < kSequenceMs ? `${pending.key} ${name}` : null;
      pending = { key: name, at: event.timeStamp };
      const action = (sequence ? latest.current[sequence] : undefined) ?? latest.current[name];
      if (!action) return;
      if (sequence && latest.current[sequence]) pending = null;
      event.preventDefault();
      action(event);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [enabled]);
}

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

function keyName(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.metaKey || event.ctrlKey) return `mod+${key}`;
  if (event.altKey) return `alt+${key}`;
  return event.shiftKey && event.key.length === 1 && /[a-z]/.test(key) ? `shift+${key}` : key;
}

export const kModifier = /mac|iphone|ipad/i.test(typeof navigator === "undefined" ? "" : navigator.userAgent) ? "⌘" : "Ctrl ";
