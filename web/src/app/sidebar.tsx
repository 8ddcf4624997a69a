import { Link, useRouterState } from "@tanstack/react-router";
import { Activity, Check, ChevronsUpDown, Keyboard, ListTree, LogOut, Monitor, Moon, Plus, Search, Settings, Sun } from "lucide-react";
import { useState } from "react";
import type { Session } from "@/lib/api-types";
import type { Place } from "@/lib/session";
import { applyTheme, currentTheme, type Theme } from "@/lib/theme";
import { kModifier } from "@/lib/use-hotkeys";
import { Kbd } from "@/ui/kbd";
import { Logo } from "@/ui/logo";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuLink, MenuSeparator } from "@/ui/menu";
import { Tooltip } from "@/ui/tooltip";
import { IngestionLine } from "./ingestion-line";

interface SidebarProps {
  session: Session;
  place: Place;
  isRail: boolean;
  onPalette: () => void;
  onKeys: () => void;
  onSignOut: () => void;
}

export function Sidebar({ session, place, isRail, onPalette, onKeys, onSignOut }: SidebarProps) {
  const projectId = place.project.id;
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const isIn = (area: string) => pathname.startsWith(`/project/${encodeURIComponent(projectId)}/${area}`);
  return (
    <nav className="nav" aria-label="Main">
      <ProjectSwitcher session={session} place={place} isRail={isRail} />
      {isRail ? (
        <Tooltip content="Go to…" shortcut={`${kModifier}K`}>
          <button type="button" className="nav-item" aria-label="Go to…" onClick={onPalette}>
            <Search aria-hidden="true" />
          </button>
        </Tooltip>
      ) : (
        <button type="button" className="nav-go" onClick={onPalette}>
          <Search className="size-3.5" aria-hidden="true" />
          <span>Go to…</span>
          <Kbd>{kModifier}K</Kbd>
        </button>
      )}
      {isRail ? <div className="nav-sep" /> : <div className="nav-sec">Observe</div>}
      <Link to="/project/$projectId/traces" params={{ projectId }} className="nav-item" aria-current={isIn("traces") ? "page" : undefined} aria-label="Tracing" title={isRail ? "Tracing" : undefined}>
        <ListTree aria-hidden="true" />
        {!isRail && <span>Tracing</span>}
      </Link>
      <div className="nav-foot">
        {session.isOperator && (
          <Link to="/project/$projectId/operator/$page" params={{ projectId, page: "overview" }} className="nav-item" aria-current={isIn("operator") ? "page" : undefined} aria-label="Operator" title={isRail ? "Operator" : undefined}>
            <Activity aria-hidden="true" />
            {!isRail && <span>Operator</span>}
          </Link>
        )}
        <Link to="/project/$projectId/settings/$page" params={{ projectId, page: "general" }} className="nav-item" aria-current={isIn("settings") ? "page" : undefined} aria-label="Settings" title={isRail ? "Settings" : undefined}>
          <Settings aria-hidden="true" />
          {!isRail && <span>Settings</span>}
        </Link>
        <IngestionLine projectId={projectId} isRail={isRail} />
        <AccountMenu session={session} isRail={isRail} onKeys={onKeys} onSignOut={onSignOut} />
      </div>
    </nav>
  );
}

function ProjectSwitcher({ session, place, isRail }: { session: Session; place: Place; isRail: boolean }) {
  const { organization, project } = place;
  return (
    <Menu
      side={isRail ? "right" : "bottom"}
      trigger={
        <button type="button" className="nav-brand" aria-label={isRail ? `${organization.name} ${project.name}, switch project` : undefined}>
          <Logo />
          {!isRail && (
            <>
              <span className="names">
                <span className="org">{organization.name}</span>
                <span className="proj">{project.name}</span>
                <span className="sr-only">, switch project</span>
              </span>
              <ChevronsUpDown className="size-3.5 text-ink-3" aria-hidden="true" />
            </>
          )}
        </button>
      }
    >
      {session.organizations.map((item) => (
        <div key={item.id}>
          <MenuLabel>{item.name}</MenuLabel>
          {item.projects.map((candidate) => (
            <MenuLink key={candidate.id}>
              <Link to="/project/$projectId/traces" params={{ projectId: candidate.id }}>
                <span className="grid w-3.5 place-items-center">{candidate.id === project.id && <Check className="size-3.5" aria-hidden="true" />}</span>
                <span className="truncate">{candidate.name}</span>
              </Link>
            </MenuLink>
          ))}
          {(item.role === "OWNER" || item.role === "ADMIN") && (
            <MenuLink>
              <Link to="/setup" search={{ organization: item.id }}>
                <Plus aria-hidden="true" />
                New project
              </Link>
            </MenuLink>
          )}
        </div>
      ))}
      <MenuSeparator />
      <MenuLink>
        <Link to="/setup">
          <Plus aria-hidden="true" />
          New organisation
        </Link>
      </MenuLink>
    </Menu>
  );
}

const kThemes: { theme: Theme; label: string; icon: typeof Sun }[] = [
  { theme: "light", label: "Light", icon: Sun },
  { theme: "dark", label: "Dark", icon: Moon },
  { theme: "system", label: "As the system", icon: Monitor },
];

function AccountMenu({ session, isRail, onKeys, onSignOut }: { session: Session; isRail: boolean; onKeys: () => void; onSignOut: () => void }) {
  const [theme, setTheme] = useState(currentTheme());
  const user = session.user;
  if (!user) return null;
  return (
    <Menu
      side={isRail ? "right" : "top"}
      trigger={
        <button type="button" className="nav-item" aria-label={isRail ? `Account of ${user.name}` : undefined} onPointerDown={() => setTheme(currentTheme())}>
          <span className="avatar" aria-hidden="true" data-initials={initials(user.name)} />
          {!isRail && <span className="truncate">{user.name}</span>}
        </button>
      }
    >
      <MenuLabel>{user.email}</MenuLabel>
      <MenuSeparator />
      {kThemes.map((item) => (
        <MenuChoice
          key={item.theme}
          checked={theme === item.theme}
          keepOpen
          onSelect={() => {
            applyTheme(item.theme);
            setTheme(item.theme);
          }}
        >
          <item.icon aria-hidden="true" />
          {item.label}
        </MenuChoice>
      ))}
      <MenuSeparator />
      <MenuItem icon={<Keyboard aria-hidden="true" />} end="?" onSelect={onKeys}>
        Keys
      </MenuItem>
      <MenuItem icon={<LogOut aria-hidden="true" />} onSelect={onSignOut}>
        Sign out
      </MenuItem>
      <MenuLabel>Clew {session.version}</MenuLabel>
    </Menu>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return ((words[0]?.charAt(0) ?? "") + (words.length > 1 ? (words.at(-1)?.charAt(0) ?? "") : "")).toUpperCase();
}
