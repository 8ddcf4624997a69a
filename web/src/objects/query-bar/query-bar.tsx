import { CircleAlert, Search } from "lucide-react";
import { useId, useImperativeHandle, useMemo, useRef, useState, type KeyboardEvent, type Ref } from "react";
import type { Facet, View } from "@/lib/api-types";
import { readJson, writeJson } from "@/lib/storage";
import { Kbd } from "@/ui/kbd";
import { formatQuery, formatToken, parseQuery, type Token } from "../query/language";
import { suggest, type Suggestion } from "./suggestions";
import { TokenChip } from "./token-chip";

export interface QueryBarHandle {
  focus: () => void;
}

interface QueryBarProps {
  view: View;
  tokens: Token[];
  facets: Facet[];
  onChange: (tokens: Token[]) => void;
  ref?: Ref<QueryBarHandle>;
}

const kRecentKey = "recent-queries";
const isTextList = (value: unknown): value is string[] => Array.isArray(value) && value.every((item) => typeof item === "string");

/** One line that mirrors facets and URL. Typing never runs anything; Enter, or the space after a whole condition, does. */
export function QueryBar({ view, tokens, facets, onChange, ref }: QueryBarProps) {
  const input = useRef<HTMLInputElement>(null);
  const listId = useId();
  const [draft, setDraft] = useState("");
  const [isOpen, setIsOpen] = useState(false);
  const [highlighted, setHighlighted] = useState(-1);
  const recent = useMemo(() => (isOpen ? readJson(kRecentKey, [], isTextList) : []), [isOpen]);
  const suggestions = useMemo(() => (isOpen ? suggest(draft, view, facets, recent) : []), [isOpen, draft, view, facets, recent]);
  useImperativeHandle(ref, () => ({ focus: () => input.current?.focus() }), []);

  const wrong = tokens.find((token) => token.kind === "wrong");
  const commit = (text: string) => {
    const added = parseQuery(text, view);
    setDraft("");
    setHighlighted(-1);
    if (added.length === 0) return;
    const next = [...tokens, ...added];
    if (added.every((token) => token.kind !== "wrong")) {
      const query = formatQuery(next);
      writeJson(kRecentKey, [query, ...readJson(kRecentKey, [], isTextList).filter((item) => item !== query)].slice(0, 8));
    }
    onChange(next);
  };
  const take = (suggestion: Suggestion) => {
    if (suggestion.group === "Recent") {
      setDraft("");
      onChange(parseQuery(suggestion.text, view));
      return;
    }
    const before = draft.endsWith(" ") ? draft : draft.slice(0, draft.length - (draft.split(/\s/).at(-1)?.length ?? 0));
    if (suggestion.completes) commit(before + suggestion.text);
    else setDraft(before + suggestion.text);
    setHighlighted(-1);
    input.current?.focus();
  };
  const editAt = (index: number) => {
    const token = tokens[index];
    if (!token) return;
    setDraft(formatToken(token));
    onChange(tokens.filter((_, at) => at !== index));
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const chosen = suggestions[highlighted];
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        event.preventDefault();
        setIsOpen(true);
        if (suggestions.length > 0) {
          const step = event.key === "ArrowDown" ? 1 : -1;
          setHighlighted((current) => (current + step + suggestions.length + (current < 0 && step < 0 ? 1 : 0)) % suggestions.length);
        }
        return;
      case "Enter":
        event.preventDefault();
        if (chosen) take(chosen);
        else commit(draft);
        return;
      case "Tab": {
        const first = chosen ?? suggestions.find((item) => item.group !== "Search" && item.group !== "Recent");
        if (draft === "" || !first) return;
        event.preventDefault();
        take(first);
        return;
      }
      case "Escape":
        event.stopPropagation();
        if (isOpen && suggestions.length > 0) setIsOpen(false);
        else input.current?.blur();
        return;
      case "Backspace":
        if (draft === "" && tokens.length > 0) {
          event.preventDefault();
          editAt(tokens.length - 1);
        }
        return;
      case " ": {
        const [only, second] = parseQuery(draft, view);
        if (only?.kind === "condition" && !second) {
          event.preventDefault();
          commit(draft);
        }
      }
    }
  };
  return (
    <div className="min-w-0 flex-1">
      <div className="qb" data-invalid={wrong ? true : undefined}>
        <Search aria-hidden="true" />
        {tokens.map((token, index) => (
          <TokenChip
            key={`${index} ${formatToken(token)}`}
            token={token}
            onEdit={() => editAt(index)}
            onRemove={() => onChange(tokens.filter((_, at) => at !== index))}
          />
        ))}
        <input
          ref={input}
          role="combobox"
          aria-label="Query"
          aria-expanded={isOpen && suggestions.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={highlighted >= 0 ? `${listId}-${highlighted}` : undefined}
          placeholder={tokens.length === 0 ? "Filter by field:value, or search for words" : ""}
          spellCheck={false}
          autoComplete="off"
          value={draft}
          onChange={(event) => {
            setDraft(event.target.value);
            setIsOpen(true);
            setHighlighted(-1);
          }}
          onFocus={() => setIsOpen(true)}
          onBlur={() => setIsOpen(false)}
          onKeyDown={onKeyDown}
        />
        <Kbd>/</Kbd>
        {isOpen && suggestions.length > 0 && (
          <SuggestionList id={listId} suggestions={suggestions} highlighted={highlighted} onTake={take} />
        )}
      </div>
      {wrong?.kind === "wrong" && (
        <div className="qb-error" role="alert">
          <CircleAlert className="size-3.5" aria-hidden="true" />
          {wrong.message}
        </div>
      )}
    </div>
  );
}

interface SuggestionListProps {
  id: string;
  suggestions: Suggestion[];
  highlighted: number;
  onTake: (suggestion: Suggestion) => void;
}

function SuggestionList({ id, suggestions, highlighted, onTake }: SuggestionListProps) {
  return (
    <div id={id} role="listbox" aria-label="Suggestions" className="pop menu qb-suggest">
      {suggestions.map((suggestion, index) => (
        <div key={`${suggestion.group} ${suggestion.text}`}>
          {suggestions[index - 1]?.group !== suggestion.group && <div className="menu-label">{suggestion.group}</div>}
          {/* The input keeps the focus and handles the keys; options only take the pointer. */}
          {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events */}
          <div
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === highlighted}
            className="menu-item hover:bg-active"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onTake(suggestion)}
          >
            <code className="truncate">{suggestion.label}</code>
            {suggestion.hint !== "" && <span className={suggestion.group === "Values" ? "end num" : "truncate text-ink-3"}>{suggestion.hint}</span>}
          </div>
        </div>
      ))}
    </div>
  );
}
