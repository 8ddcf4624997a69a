import * as RadixDialog from "@radix-ui/react-dialog";
import { Building2, Coins, FolderOpen, KeyRound, Keyboard, ListTree, LogOut, Moon, Plus, Search, Settings, Sun, Users } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import type { Session } from "@/lib/api-types";
import type { Place } from "@/lib/session";
import { applyTheme, shownTheme } from "@/lib/theme";
import { kModifier } from "@/lib/use-hotkeys";
import { Kbd } from "@/ui/kbd";

interface Item {
  id: string;
  group: string;
  label: string;
  hint?: string;
  icon: ReactNode;
  /** Further words it is found by. */
  words?: string;
  run: () => void;
}

interface PaletteProps {
  session: Session;
  place: Place;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onGo: (path: string) => void;
  onKeys: () => void;
  onSignOut: () => void;
}

/** Pages, projects, traces by id, searches and commands in one box. */
export function Palette(props: PaletteProps) {
  const { open, onOpenChange } = props;
  return (
    <RadixDialog.Root open={open} onOpenChange={onOpenChange}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="scrim" />
        <RadixDialog.Content className="dialog palette" aria-describedby={undefined}>
          <RadixDialog.Title className="sr-only">Go to</RadixDialog.Title>
          {open && <PaletteBody {...props} />}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

function PaletteBody(props: PaletteProps) {
  const [words, setWords] = useState("");
  const [highlighted, setHighlighted] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const items = useMemo(() => findItems(allItems(props), words, props), [props, words]);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [highlighted]);
  const run = (item: Item) => {
    props.onOpenChange(false);
    item.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setHighlighted((current) => (current + step + items.length) % Math.max(1, items.length));
    }
    const item = items[highlighted];
    if (event.key === "Enter" && item) {
      event.preventDefault();
      run(item);
    }
  };
  return (
    <>
      <div className="palette-input">
        <Search className="size-4 text-ink-3" aria-hidden="true" />
        <input
          role="combobox"
          aria-label="Go to"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={items[highlighted] ? `palette-${items[highlighted].id}` : undefined}
          placeholder="Page, project, trace id, or words to search for"
          spellCheck={false}
          autoComplete="off"
          // The dialog exists for this field.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          value={words}
          onChange={(event) => {
            setWords(event.target.value);
            setHighlighted(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div ref={list} id="palette-list" role="listbox" aria-label="Results" className="palette-list">
        {items.map((item, index) => (
          <div key={item.id}>
            {items[index - 1]?.group !== item.group && <div className="menu-label">{item.group}</div>}
            {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the input keeps the focus and handles the keys */}
            <div
              id={`palette-${item.id}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === highlighted}
              className="menu-item"
              onPointerMove={() => setHighlighted(index)}
              onClick={() => run(item)}
            >
              {item.icon}
              <span className="truncate">{item.label}</span>
              {item.hint && <span className="end">{item.hint}</span>}
            </div>
          </div>
        ))}
        {items.length === 0 && <p className="px-2 py-3 text-ink-3">Nothing is called that.</p>}
      </div>
      <div className="palette-foot" aria-hidden="true">
        <span>
          <Kbd>↑</Kbd>
          <Kbd>↓</Kbd> choose
        </span>
        <span>
          <Kbd>↵</Kbd> open
        </span>
        <span>
          <Kbd>{">"}</Kbd> commands
        </span>
        <span>
          <Kbd>#</Kbd> ids
        </span>
      </div>
    </>
  );
}

function allItems({ session, place, onGo, onKeys, onSignOut }: PaletteProps): Item[] {
  const base = `/project/${encodeURIComponent(place.project.id)}`;
  const isDark = shownTheme() === "dark";
  const pages: Item[] = [
    { id: "traces", group: "Pages", label: "Tracing: traces", icon: <ListTree />, hint: "G T", run: () => onGo(`${base}/traces`) },
    { id: "observations", group: "Pages", label: "Tracing: observations", icon: <ListTree />, words: "steps spans generations", run: () => onGo(`${base}/traces?view=observations`) },
    { id: "settings", group: "Pages", label: "Project settings", icon: <Settings />, run: () => onGo(`${base}/settings/general`) },
    { id: "keys", group: "Pages", label: "API keys", icon: <KeyRound />, words: "secret public token", run: () => onGo(`${base}/settings/api-keys`) },
    { id: "models", group: "Pages", label: "Models and prices", icon: <Coins />, words: "cost tokens re-price", run: () => onGo(`${base}/settings/models`) },
    { id: "members", group: "Pages", label: "Members", icon: <Users />, words: "users roles people", run: () => onGo(`${base}/settings/members`) },
    { id: "organization", group: "Pages", label: "Organisation settings", icon: <Building2 />, words: "organization", run: () => onGo(`${base}/settings/organization`) },
  ];
  const projects = session.organizations.flatMap((organization) =>
    organization.projects
      .filter((project) => project.id !== place.project.id)
      .map((project): Item => ({
        id: `project-${project.id}`, group: "Projects", label: project.name, hint: organization.name, icon: <FolderOpen />, words: `${organization.name} ${project.id}`,
        run: () => onGo(`/project/${encodeURIComponent(project.id)}/traces`),
      })),
  );
  const commands: Item[] = [
    { id: "theme", group: "Commands", label: isDark ? "Light theme" : "Dark theme", hint: `${kModifier}.`, icon: isDark ? <Sun /> : <Moon />, words: "theme dark light mode", run: () => applyTheme(isDark ? "light" : "dark") },
    { id: "system-theme", group: "Commands", label: "Theme as the system", icon: <Sun />, words: "theme auto", run: () => applyTheme("system") },
    { id: "new-project", group: "Commands", label: "New project", icon: <Plus />, words: "create add", run: () => onGo(`/setup?organization=${encodeURIComponent(place.organization.id)}`) },
    { id: "new-organization", group: "Commands", label: "New organisation", icon: <Plus />, words: "create add organization", run: () => onGo("/setup") },
    { id: "shortcuts", group: "Commands", label: "Keys of this page", hint: "?", icon: <Keyboard />, words: "shortcuts help", run: onKeys },
    { id: "sign-out", group: "Commands", label: "Sign out", icon: <LogOut />, words: "log out leave", run: onSignOut },
  ];
  return [...pages, ...projects, ...commands];
}

/** What fits the words, best first; ids and free words become ways to go on. */
export function findItems(items: Item[], typed: string, { place, onGo }: Pick<PaletteProps, "place" | "onGo">): Item[] {
  const text = typed.trim();
  if (text.startsWith(">")) return items.filter((item) => item.group === "Commands" && fits(item, text.slice(1)));
  const id = text.replace(/^#/, "");
  const looksLikeId = text.startsWith("#") ? id !== "" : /^[0-9a-f]{16,32}$|^[0-9a-f-]{36}$/i.test(text);
  const jump: Item[] = looksLikeId
    ? [{ id: "jump", group: "Traces", label: `Trace ${id}`, hint: "by id", icon: <ListTree />, run: () => onGo(`/trace/${encodeURIComponent(id)}`) }]
    : [];
  if (text.startsWith("#")) return jump;
  const quoted = /[\s:()"-]/.test(text) ? `"${text.replaceAll('"', "")}"` : text;
  const search: Item[] =
    text === "" || looksLikeId
      ? []
      : [{
          id: "search", group: "Search", label: `Traces with “${text}”`, hint: "names, ids, input and output", icon: <Search />,
          run: () => onGo(`/project/${encodeURIComponent(place.project.id)}/traces?${new URLSearchParams({ q: quoted }).toString()}`),
        }];
  const matching = items.filter((item) => fits(item, text));
  const order = ["Traces", "Pages", "Projects", "Commands", "Search"];
  return [...jump, ...matching, ...search].sort((left, right) => order.indexOf(left.group) - order.indexOf(right.group));
}

function fits(item: Item, text: string): boolean {
  const haystack = `${item.label} ${item.words ?? ""}`.toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => haystack.includes(word));
}
