import { useQueryClient } from "@tanstack/react-query";
import { Outlet, useNavigate, useRouterState, useSearch } from "@tanstack/react-router";
import { Menu as MenuIcon } from "lucide-react";
import { createContext, useContext, useMemo, useState, type ReactNode } from "react";
import type { Session } from "@/lib/api-types";
import { sendJson, setCsrfToken } from "@/lib/http";
import { sessionQuery, type Place } from "@/lib/session";
import { applyTheme, shownTheme } from "@/lib/theme";
import { useHotkeys } from "@/lib/use-hotkeys";
import { isBoolean, isNumber, useRemembered } from "@/lib/use-remembered";
import { cx } from "@/ui/class-names";
import { IconButton } from "@/ui/button";
import { KeysDialog } from "./keys-dialog";
import { Palette } from "./palette";
import { Sidebar } from "./sidebar";

const NavToggleContext = createContext<ReactNode>(null);
/** The button that opens the navigation where there is no room for it; pages put it into their top bar. */
export const useNavToggle = () => useContext(NavToggleContext);

/** Everything around a project's pages: navigation, palette, keys that work everywhere. */
export function Shell({ session, place }: { session: Session; place: Place }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const search: { peek?: string } = useSearch({ strict: false });
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const [wantsRail, setWantsRail] = useRemembered("nav.rail", false, isBoolean);
  const [peekWidth] = useRemembered("peek.width", 600, isNumber);
  const [isPaletteOpen, setIsPaletteOpen] = useState(false);
  const [areKeysOpen, setAreKeysOpen] = useState(false);
  const [isNavOpen, setIsNavOpen] = useState(false);
  // The trace page needs the width; a peek folds the navigation when the table would get too narrow.
  const isTracePage = /\/traces\/[^/]+$/.test(pathname);
  const isCrowded = search.peek !== undefined && window.innerWidth - 216 - 216 - peekWidth < 560;
  const isRail = wantsRail || isTracePage || isCrowded;
  const base = `/project/${encodeURIComponent(place.project.id)}`;
  const goTo = (path: string) => void navigate({ to: path });
  useHotkeys({
    "mod+k": () => setIsPaletteOpen(true),
    "mod+b": () => setWantsRail(!wantsRail),
    "mod+.": () => applyTheme(shownTheme() === "dark" ? "light" : "dark"),
    "?": () => setAreKeysOpen(true),
    "g t": () => goTo(`${base}/traces`),
    "[": () => window.history.back(),
    "]": () => window.history.forward(),
  });
  const signOut = async () => {
    await sendJson("POST", "/api/ui/sign-out");
    setCsrfToken(null);
    client.clear();
    await client.fetchQuery(sessionQuery);
    goTo("/auth/sign-in");
  };
  const toggle = useMemo(
    () => (
      <span className="nav-toggle">
        <IconButton label="Navigation" size="m" onClick={() => setIsNavOpen((open) => !open)}>
          <MenuIcon aria-hidden="true" />
        </IconButton>
      </span>
    ),
    [],
  );
  return (
    <div className={cx("app", isRail && !isNavOpen && "rail", isNavOpen && "nav-open")}>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <Sidebar
        session={session}
        place={place}
        isRail={isRail && !isNavOpen}
        onPalette={() => setIsPaletteOpen(true)}
        onKeys={() => setAreKeysOpen(true)}
        onSignOut={() => void signOut()}
      />
      {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- only closes the sheet on small screens */}
      <main id="main" className="main" tabIndex={-1} onClick={() => isNavOpen && setIsNavOpen(false)}>
        <NavToggleContext value={toggle}>
          <Outlet />
        </NavToggleContext>
      </main>
      <Palette session={session} place={place} open={isPaletteOpen} onOpenChange={setIsPaletteOpen} onGo={goTo} onKeys={() => setAreKeysOpen(true)} onSignOut={() => void signOut()} />
      <KeysDialog open={areKeysOpen} onOpenChange={setAreKeysOpen} />
    </div>
  );
}
