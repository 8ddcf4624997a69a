import { Activity, Archive, Ban, Database, Gauge, SlidersHorizontal } from "lucide-react";
import type { ReactNode } from "react";
import { withBase } from "@/lib/base-path";
import { EmptyState } from "@/ui/states";
import { DeadLettersSection } from "./dead-letters-section";
import { OverviewSection } from "./overview-section";
import { QueriesSection } from "./queries-section";
import { RefusalsSection } from "./refusals-section";
import { SettingsInEffectSection } from "./settings-in-effect-section";
import { StorageSection } from "./storage-section";

export interface OperatorSearch {
  /** Minutes of history. */
  range?: string;
  /** Dead letters with this reason. */
  reason?: string;
  /** Dead letters of this project. */
  of?: string;
}

interface OperatorPageProps {
  projectId: string;
  isOperator: boolean;
  page: string;
  search: OperatorSearch;
  onSearch: (search: OperatorSearch) => void;
  navToggle?: ReactNode;
}

const kPages = [
  { id: "overview", label: "Now", icon: Activity },
  { id: "refusals", label: "Refusals", icon: Ban },
  { id: "dead-letters", label: "Dead letters", icon: Archive },
  { id: "storage", label: "Storage", icon: Database },
  { id: "queries", label: "Queries", icon: Gauge },
  { id: "settings", label: "Settings in effect", icon: SlidersHorizontal },
];

/** The whole instance as its operators see it: sizes, counts and reasons of all projects, not what they sent. */
export function OperatorPage({ projectId, isOperator, page, search, onSearch, navToggle }: OperatorPageProps) {
  return (
    <>
      <header className="topbar">
        {navToggle}
        <h1>Operator</h1>
      </header>
      {isOperator ? (
        <div className="settings">
          <nav className="settings-nav" aria-label="Operator">
            <div className="nav-sec">This instance</div>
            {kPages.map((item) => (
              <a key={item.id} className="nav-item" href={withBase(`/project/${encodeURIComponent(projectId)}/operator/${item.id}`)} aria-current={page === item.id ? "page" : undefined}>
                <item.icon aria-hidden="true" />
                <span>{item.label}</span>
              </a>
            ))}
          </nav>
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- keyboards scroll what has nothing to focus, too */}
          <div className="settings-body" role="region" aria-label="Operator page" tabIndex={0}>
            <Section page={page} search={search} onSearch={onSearch} />
          </div>
        </div>
      ) : (
        <EmptyState title="You do not operate this instance">
          Its operators are the owners of the organisation that CLEW_OPERATOR_ORGANIZATION names. Ask one of them, or set it where Clew is started.
        </EmptyState>
      )}
    </>
  );
}

function Section({ page, search, onSearch }: Pick<OperatorPageProps, "page" | "search" | "onSearch">) {
  switch (page) {
    case "overview":
      return <OverviewSection minutes={Number(search.range ?? 60) || 60} onMinutes={(minutes) => onSearch({ range: String(minutes) })} />;
    case "refusals":
      return <RefusalsSection />;
    case "dead-letters":
      return <DeadLettersSection filter={{ projectId: search.of, reason: search.reason }} onFilter={({ projectId, reason }) => onSearch({ ...(projectId ? { of: projectId } : {}), ...(reason ? { reason } : {}) })} />;
    case "storage":
      return <StorageSection />;
    case "queries":
      return <QueriesSection />;
    case "settings":
      return <SettingsInEffectSection />;
    default:
      return <EmptyState title="There is no such page for operators">Choose one on the left.</EmptyState>;
  }
}
